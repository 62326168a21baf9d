import '#renderer/jitless.ts'
import '#renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import { createClient } from '#preload/client.ts'
import { App } from '#renderer/app.tsx'
import { createFakeBridge } from '#support/fake-bridge.ts'

// The real page over a fake main: `?fresh` is a first start. `window.fake` pulls its strings from the console or a test.
const bridge = createFakeBridge({ fresh: location.search.includes('fresh') })
Object.assign(window, { fake: bridge })
const root = document.getElementById('root')
if (root) createRoot(root).render(<App client={createClient(bridge)} />)
