import { toProblem } from '#domain/problem.ts'
import type { Dispatcher } from '#preload/bridge.ts'
import { leavingWords } from '../leaving.ts'
import { readStaticFiles } from '../static-files.ts'
import { openExternal } from './external.ts'
import { lockContents, lockSession } from './lockdown.ts'
import { menuTemplate } from './menu.ts'
import type { Platform } from './platform.ts'
import { registerScheme, serveScheme } from './scheme.ts'
import { loadPage, openWindow } from './window.ts'
import { connectWindow } from './wire.ts'

export interface ElectronHostOptions {
  /** `running` names the work that closing would leave behind. */
  createApp: () => Promise<{ dispatcher: Dispatcher; running(): string[]; close(): Promise<void> }>
  /** The folder `vite build` made. */
  rendererPath: string
  /** The one CommonJS file that the sandbox can load. */
  preloadPath: string
}

/** Opens the app in Electron. Call it before Electron is ready: the sandbox and the scheme are decided by then. */
export async function startElectronHost(electron: Platform, options: ElectronHostOptions): Promise<void> {
  const { app, Menu, protocol, session } = electron
  app.enableSandbox()
  registerScheme(protocol)
  if (!app.requestSingleInstanceLock()) return app.quit()
  lockContents(app, (url) => {
    openExternal(electron, url).catch((error: unknown) => console.error('The link could not be opened.', error))
  })

  await app.whenReady()
  lockSession(session.defaultSession)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform === 'darwin', app.isPackaged)))
  try {
    serveScheme(protocol, readStaticFiles(options.rendererPath))
    await open(electron, await options.createApp(), options.preloadPath)
  } catch (thrown) {
    const problem = toProblem(thrown)
    electron.dialog.showErrorBox(problem.message, problem.hint)
    app.exit(1)
  }
}

async function open(electron: Platform, holdpoint: Awaited<ReturnType<ElectronHostOptions['createApp']>>, preloadPath: string): Promise<void> {
  const { app, ipcMain } = electron
  const window = openWindow(electron, preloadPath)
  const disconnect = connectWindow(ipcMain, window, holdpoint.dispatcher)

  app.on('second-instance', () => {
    if (window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  // Synchronous: Electron decides about the close when the handler returns.
  window.on('close', (event) => {
    const words = leavingWords(holdpoint.running())
    if (!words) return
    const stay = electron.dialog.showMessageBoxSync(window, { type: 'warning', ...words, buttons: ['Stay', 'Close all the same'], defaultId: 0, cancelId: 0 }) === 0
    if (stay) event.preventDefault()
  })
  app.on('window-all-closed', () => app.quit())
  // Electron does not wait for promises when it quits; the journal is closed first, then Electron is let go.
  app.once('will-quit', (event) => {
    event.preventDefault()
    disconnect()
    holdpoint.close().then(
      () => app.exit(0),
      (error: unknown) => {
        console.error('Holdpoint did not close cleanly. Everything that was acknowledged is in its records.', error)
        app.exit(1)
      },
    )
  })
  await loadPage(window)
}
