import { join } from 'node:path'
import { startBrowserHost } from '#hosts/browser/host.ts'
import { leavingWords } from '#hosts/leaving.ts'
import { untilStopped } from '#hosts/until-stopped.ts'
import { createApp } from './app.ts'

/** The browser door from its opening to Ctrl+C. Resolves with the exit code. */
export async function runBrowser(options: { port?: number; print: (line: string) => void; openBrowser?: (url: string) => void }): Promise<number> {
  const { print } = options
  const app = await createApp({ door: 'browser' })
  try {
    const host = await startBrowserHost({
      dispatcher: app.dispatcher,
      rendererPath: join(import.meta.dirname, '..', 'dist', 'renderer'),
      port: options.port,
      openBrowser: options.openBrowser,
    })
    // Listens for Ctrl+C before the link is out: whoever reads it may end Holdpoint at once.
    const warning = () => {
      const words = leavingWords(app.running())
      return words && `${words.message}\n${words.detail}`
    }
    const stopped = untilStopped({ print, warning, close: () => host.close(), onEnter: () => print(`\n  ${host.newLink()}\n`) })
    print(`\n  ${host.url}\n`)
    print('The link works once, in one tab. Press Enter for another, Ctrl+C to end Holdpoint.')
    return await stopped
  } finally {
    await app.close()
  }
}
