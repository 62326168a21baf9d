import { pageOrigin } from './platform.ts'
import type { Platform } from './platform.ts'

/** The only things a window may load: our own files, and what our own page made in memory. */
export const isOurs = (url: string): boolean => url.startsWith(`${pageOrigin}/`) || url.startsWith(`blob:${pageOrigin}/`) || url.startsWith('data:')

/** Electron grants every permission unless told otherwise; here none is, and nothing is fetched from anywhere else. */
export function lockSession(session: Electron.Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOurs(details.url) && !details.url.startsWith('devtools:') }))
  // Reports are saved from blobs that the page made; nothing else may reach the disk.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${pageOrigin}/`)) event.preventDefault()
  })
}

/** For every page that ever comes to be, ours included: it stays where it is, opens nothing, embeds nothing. */
export function lockContents(app: Platform['app'], openExternal: (url: string) => void): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      openExternal(url)
      return { action: 'deny' }
    })
  })
}
