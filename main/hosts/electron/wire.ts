import type { Dispatcher } from '#preload/bridge.ts'
import { createSession } from '../session.ts'
import type { Session } from '../session.ts'
import { channel, pageOrigin } from './platform.ts'
import type { Platform } from './platform.ts'

/** Joins one window's page to the dispatcher until `disconnect`. A page that reloads starts a new session. */
export function connectWindow(ipcMain: Platform['ipcMain'], window: Electron.BrowserWindow, dispatcher: Dispatcher): () => void {
  const { webContents } = window

  const startSession = (): Session =>
    createSession({
      dispatcher,
      send: (text) => {
        if (!webContents.isDestroyed()) webContents.send(channel, text)
      },
      onViolation: (reason) => console.error(`Holdpoint's own page sent ${reason}; it is no longer listened to. Reload it.`),
    })
  let session = startSession()

  const receive = (event: Electron.IpcMainEvent, text: unknown): void => {
    if (isOurPage(event, webContents)) session.receive(text)
  }
  const restart = (): void => {
    session.end()
    session = startSession()
  }

  ipcMain.on(channel, receive)
  webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) restart()
  })
  webContents.on('render-process-gone', restart)

  return () => {
    ipcMain.off(channel, receive)
    session.end()
  }
}

/** Our window's main frame, showing our page, and still there: not a frame in it, not another window, not what it navigated to. */
function isOurPage({ sender, senderFrame }: Electron.IpcMainEvent, webContents: Electron.WebContents): boolean {
  if (sender !== webContents || senderFrame === null || senderFrame.detached) return false
  const { mainFrame } = webContents
  const isMainFrame = senderFrame.processId === mainFrame.processId && senderFrame.frameToken === mainFrame.frameToken
  return isMainFrame && senderFrame.origin === pageOrigin
}
