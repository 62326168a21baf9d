import { pageOrigin } from './platform.ts'
import type { Platform } from './platform.ts'

/** Every line is asserted in test/hosts/electron: most repeat Electron's defaults, so that a changed default cannot open a hole. */
export function windowOptions(preloadPath: string, isPackaged: boolean): Electron.BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    show: false,
    backgroundColor: '#101418',
    title: 'Holdpoint',
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      devTools: !isPackaged,
      // The spell checker fetches its dictionaries from the network.
      spellcheck: false,
      // A run's clock must go on while the window is hidden.
      backgroundThrottling: false,
    },
  }
}

export function openWindow({ app, BrowserWindow }: Pick<Platform, 'app' | 'BrowserWindow'>, preloadPath: string): Electron.BrowserWindow {
  const window = new BrowserWindow(windowOptions(preloadPath, app.isPackaged))
  window.once('ready-to-show', () => window.show())
  return window
}

/** After everything that answers the page is in place. */
export const loadPage = (window: Electron.BrowserWindow): Promise<void> => window.loadURL(`${pageOrigin}/`)
