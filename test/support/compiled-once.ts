import { join } from 'node:path'

/** Vitest's global setup: what one test's process has compiled, the next one finds, whatever home folder it is given. */
export default function compileOnce(): void {
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../node_modules/.cache/compiled')
}
