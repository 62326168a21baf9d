// Stands in for the `electron` module in the package test: plays a start of Electron and tells what the bundle did.
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'

const did = []
const handlers = new Map()
const tell = () => process.stdout.write(`${JSON.stringify(did)}\n`)

export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  setPath: () => {},
  enableSandbox: () => did.push('sandbox'),
  requestSingleInstanceLock: () => true,
  whenReady: () => Promise.resolve(),
  quit: () => app.emit('will-quit', { preventDefault: () => {} }),
  exit: (code) => {
    did.push(`exit ${code}`)
    tell()
    process.exit(code)
  },
})

export class BrowserWindow extends EventEmitter {
  constructor(options) {
    super()
    // The preload must exist where the window is told to find it.
    did.push(`preload ${existsSync(options.webPreferences.preload)}`)
    this.webContents = Object.assign(new EventEmitter(), { isDestroyed: () => false, send: () => {} })
  }

  async loadURL(url) {
    const response = await handlers.get('app')({ url, method: 'GET' })
    did.push(`${url} ${response.status}`)
    app.quit()
  }
}

export const dialog = { showErrorBox: (title, text) => did.push(`error ${title} ${text}`) }
export const ipcMain = new EventEmitter()
export const Menu = { buildFromTemplate: () => null, setApplicationMenu: () => {} }
export const protocol = { registerSchemesAsPrivileged: () => {}, handle: (scheme, handler) => handlers.set(scheme, handler) }
export const session = {
  defaultSession: Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
    setDevicePermissionHandler: () => {},
    webRequest: { onBeforeRequest: () => {} },
  }),
}
export const shell = {}
