import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { hasChromium as findChromium, launchChromium } from './loopback-chromium.ts'

/** False where there is no Chromium; that has then been said loudly. */
export const hasChromium = findChromium()

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'"

export interface DevPages {
  /** Opens the page over a new fake bridge; what the page complains about is collected in `complaints`. */
  open(path?: string): Promise<{ page: Page; complaints: string[] }>
  close(): Promise<void>
}

/** The real page over a fake main, built once, served under the policy of the browser host, in real Chromium. */
export async function openDevPages(): Promise<DevPages> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-page-'))
  await build({ configFile: join(import.meta.dirname, 'renderer-dev', 'vite.config.ts'), logLevel: 'error', build: { outDir: folder, emptyOutDir: true, minify: false } })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const file = pathname === '/' ? 'index.html' : pathname.slice(1)
    readFile(join(folder, file)).then(
      (bytes) => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await launchChromium()
  return {
    async open(path = '/') {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) complaints.push(message.text())
      })
      await page.goto(origin + path)
      return { page, complaints }
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
