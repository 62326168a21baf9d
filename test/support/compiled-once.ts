import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Vitest's global setup: what one test's process has compiled, the next one finds, whatever home folder it is given. */
export default function compileOnce(): () => void {
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return () => undefined
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-compiled-'))
  process.env['NODE_COMPILE_CACHE'] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
