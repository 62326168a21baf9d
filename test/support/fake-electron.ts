import { EventEmitter } from 'node:events'
import type { Platform } from '#hosts/electron/platform.ts'

type Handler = (...args: never[]) => unknown

/** A frame as IPC events name it. */
export const fakeFrame = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  processId: 7,
  frameToken: 'main-frame',
  origin: 'app://holdpoint',
  detached: false,
  ...change,
})

/** A page as Electron shows it to main. `sent` is what main sent it, after a structured clone as in Electron. */
export class FakeContents extends EventEmitter {
  readonly mainFrame = fakeFrame()
  readonly sent: { channel: string; text: unknown }[] = []
  windowOpen: Handler | null = null
  toPage: ((text: unknown) => void) | null = null

  isDestroyed(): boolean {
    return false
  }

  setWindowOpenHandler(handler: Handler): void {
    this.windowOpen = handler
  }

  send(channel: string, text: unknown): void {
    const copy = structuredClone(text)
    this.sent.push({ channel, text: copy })
    this.toPage?.(copy)
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents()
  readonly did: string[] = []
  readonly options: unknown

  constructor(options: unknown) {
    super()
    this.options = options
  }

  loadURL(url: string): Promise<void> {
    this.did.push(`load ${url}`)
    return Promise.resolve()
  }

  isDestroyed = (): boolean => false
  isMinimized = (): boolean => true
  show = (): void => void this.did.push('show')
  restore = (): void => void this.did.push('restore')
  focus = (): void => void this.did.push('focus')
}

export interface FakeElectron {
  platform: Platform
  app: EventEmitter
  ipcMain: EventEmitter
  windows: FakeWindow[]
  /** Everything that was set or asked for, by name, in order. */
  did: { what: string; with: unknown }[]
  /** The handler given last to a setter, by its name. */
  handlers: Map<string, Handler>
  session: EventEmitter
}

/** A stand-in for the parts of Electron in Platform; it records what it is told and lets a test play the events. */
export function createFakeElectron(choices: { lock?: boolean; packaged?: boolean; answer?: number } = {}): FakeElectron {
  const did: FakeElectron['did'] = []
  const handlers: FakeElectron['handlers'] = new Map()
  const windows: FakeWindow[] = []
  const note = (what: string, value: unknown = null): void => void did.push({ what, with: value })
  const keep = (what: string) => (handler: Handler) => void handlers.set(what, handler)

  const app = Object.assign(new EventEmitter(), {
    isPackaged: choices.packaged ?? true,
    enableSandbox: () => note('enableSandbox'),
    requestSingleInstanceLock: () => choices.lock ?? true,
    whenReady: () => {
      note('ready')
      return Promise.resolve()
    },
    quit: () => note('quit'),
    exit: (code: number) => note('exit', code),
  })
  const session = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: keep('permission-request'),
    setPermissionCheckHandler: keep('permission-check'),
    setDevicePermissionHandler: keep('device-permission'),
    webRequest: { onBeforeRequest: keep('before-request') },
  })
  const ipcMain = new EventEmitter()

  const platform = {
    app,
    ipcMain,
    session: { defaultSession: session },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown) => note('registerSchemes', schemes),
      handle: (scheme: string, handler: Handler) => {
        note('handle', scheme)
        handlers.set('scheme', handler)
      },
    },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: (menu: unknown) => note('menu', menu) },
    dialog: {
      showErrorBox: (title: string, text: string) => note('error-box', { title, text }),
      showMessageBoxSync: (_window: unknown, options: unknown) => {
        note('message-box', options)
        return choices.answer ?? 0
      },
      showMessageBox: (options: unknown) => {
        note('message-box', options)
        return Promise.resolve({ response: choices.answer ?? 0 })
      },
    },
    shell: {
      openExternal: (url: string) => {
        note('openExternal', url)
        return Promise.resolve()
      },
    },
    BrowserWindow: class extends FakeWindow {
      constructor(options: unknown) {
        super(options)
        windows.push(this)
      }
    },
  }
  return { platform: platform as unknown as Platform, app, ipcMain, windows, did, handlers, session }
}

/** `ipcRenderer` and `contextBridge` for preload/electron.ts, wired to a fake window: what it exposes lands in `exposed`. */
export function createFakePreload(fake: FakeElectron, window: FakeWindow) {
  const exposed: Record<string, unknown> = {}
  const { webContents } = window
  return {
    exposed,
    contextBridge: { exposeInMainWorld: (name: string, api: unknown) => void (exposed[name] = api) },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]) => void fake.ipcMain.emit(channel, { sender: webContents, senderFrame: webContents.mainFrame }, ...structuredClone(args)),
      on: (_channel: string, listener: (event: unknown, text: unknown) => void) => void (webContents.toPage = (text) => listener({ secret: 'event' }, text)),
    },
  }
}
