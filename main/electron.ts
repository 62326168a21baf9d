import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, session, shell } from 'electron'
import { startElectronHost } from '#hosts/electron/host.ts'
import { createApp } from './app.ts'

// Bundled as dist/main/electron.js, beside dist/preload and dist/renderer.
const dist = join(import.meta.dirname, '..')

// Two Holdpoints on different data may run side by side; Electron's single-instance lock lives in this folder.
const home = process.env['HOLDPOINT_HOME']
if (home !== undefined && home !== '') app.setPath('userData', join(home, 'electron'))

// Not awaited: Electron gets ready only after this module has been evaluated.
void startElectronHost(
  { app, BrowserWindow, dialog, ipcMain, Menu, protocol, session, shell },
  {
    createApp: () => createApp({ door: 'electron' }),
    rendererPath: join(dist, 'renderer'),
    preloadPath: join(dist, 'preload', 'electron.cjs'),
  },
)
