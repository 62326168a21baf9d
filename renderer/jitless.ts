import { z } from 'zod'

// The page's CSP forbids eval, which zod would otherwise try. Must be imported before anything that makes a schema.
z.config({ jitless: true })
