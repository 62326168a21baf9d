import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

/** Builds a page as Vite builds the renderer: `script` is its only module, resolved in the project. */
export async function buildPage(script: string): Promise<{ path: string; remove(): void }> {
  const root = mkdtempSync(join(tmpdir(), 'holdpoint-page-'))
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Holdpoint</title><main id="main"></main><script type="module" src="/main.ts"></script>')
  writeFileSync(join(root, 'main.ts'), script)
  const path = join(root, 'built')
  await build({ configFile: false, root, logLevel: 'error', build: { outDir: path, emptyOutDir: true, modulePreload: { polyfill: false } } })
  return { path, remove: () => rmSync(root, { recursive: true, force: true }) }
}
