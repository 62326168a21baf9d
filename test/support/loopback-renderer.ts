import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A built renderer as small as can be, in a folder of its own. */
export function createLoopbackRenderer(files: Record<string, string> = {}): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'holdpoint-renderer-'))
  mkdirSync(join(path, 'assets'))
  const all: Record<string, string> = {
    'index.html': '<!doctype html><title>Holdpoint</title><script type="module" src="/assets/main.js"></script><main></main>',
    'assets/main.js': 'document.title = "ready"',
    'assets/main.css': 'main { color: red }',
    'assets/secret.map': '{}',
    ...files,
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(path, name), text)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
