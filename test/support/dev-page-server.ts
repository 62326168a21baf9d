import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'"

/** Vitest's global setup: one server for all test files, under the policy of the browser host. The page is built when the first one asks. */
export default async function serveDevPages({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-page-'))
  let built: Promise<unknown> | null = null
  const fileAt = async (path: string): Promise<Buffer> => {
    built ??= build({ configFile: join(import.meta.dirname, 'renderer-dev', 'vite.config.ts'), logLevel: 'error', build: { outDir: folder, emptyOutDir: true, minify: false } })
    await built
    return readFile(join(folder, path))
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const file = pathname === '/' ? 'index.html' : pathname.slice(1)
    // The names of what the page loads hold its hash, so a file's pages after the first need not load it again.
    const caching = pathname === '/' ? 'no-store' : 'max-age=3600, immutable'
    fileAt(file).then(
      (bytes) => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy, 'cache-control': caching }).end(bytes),
      (error: unknown) => response.writeHead(404).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  provide('devPages', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}
