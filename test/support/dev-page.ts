import type { Page } from 'playwright-core'
import { inject } from 'vitest'
import { hasChromium as findChromium, launchChromium } from './loopback-chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the page over a fake main is served, see dev-page-server.ts. */
    devPages: string
  }
}

/** False where there is no Chromium; that has then been said loudly. */
export const hasChromium = findChromium()

export interface DevPages {
  /** Opens the page over a new fake bridge; what the page complains about is collected in `complaints`. */
  open(path?: string): Promise<{ page: Page; complaints: string[] }>
  /** After a test: the next one is given the page of this one, emptied, whose process has what it loads compiled. A page that was changed beyond its size is closed instead. */
  leave(): Promise<void>
  close(): Promise<void>
}

/** The real page over a fake main, in real Chromium. All a page keeps is in its fake bridge, so the pages of a file share one browser and what it has loaded. */
export async function openDevPages(): Promise<DevPages> {
  const origin = inject('devPages')
  // The first to ask waits for the build here and not within a test, and hears why there is none.
  const answer = await fetch(origin)
  if (!answer.ok) throw new Error(`The page could not be built: ${await answer.text()}`)
  const browser = await launchChromium()
  const viewport = { width: 1440, height: 900 }
  const context = await browser.newContext({ viewport })
  const inUse: Page[] = []
  const idle: Page[] = []
  return {
    async open(path = '/') {
      const page = idle.pop() ?? await context.newPage()
      inUse.push(page)
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) complaints.push(message.text())
      })
      await page.goto(origin + path)
      return { page, complaints }
    },
    async leave() {
      for (const page of inUse.splice(0).filter((one) => !one.isClosed())) {
        await page.removeAllListeners(undefined, { behavior: 'ignoreErrors' })
        // Nothing of it goes on in the background, and the same address is loaded anew.
        await page.goto('about:blank')
        await page.setViewportSize(viewport)
        idle.push(page)
      }
    },
    close: () => browser.close(),
  }
}
