import { afterEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { startElectronHost } from '#hosts/electron/host.ts'
import { createFakeElectron, fakeFrame } from '#support/fake-electron.ts'
import type { FakeElectron } from '#support/fake-electron.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'

const removals: (() => void)[] = []
afterEach(() => {
  for (const remove of removals.splice(0)) remove()
})

async function start(choices: Parameters<typeof createFakeElectron>[0] = {}, createApp?: () => Promise<never>, running: string[] = []) {
  const renderer = createLoopbackRenderer()
  removals.push(() => renderer.remove())
  const fake = createFakeElectron(choices)
  const dispatcher = createLoopbackDispatcher()
  const close = vi.fn(() => Promise.resolve())
  await startElectronHost(fake.platform, {
    createApp: createApp ?? (() => Promise.resolve({ dispatcher, close, running: () => running })),
    rendererPath: renderer.path,
    preloadPath: '/app/preload/electron.cjs',
  })
  const window = fake.windows[0]!
  return { fake, dispatcher, close, window, contents: window?.webContents }
}

const names = (fake: FakeElectron): string[] => fake.did.map((entry) => entry.what)
const told = (fake: FakeElectron, what: string): unknown => fake.did.find((entry) => entry.what === what)?.with
const prevented = (emitter: { emit(name: string, ...args: unknown[]): boolean }, name: string, ...args: unknown[]): boolean => {
  const preventDefault = vi.fn()
  emitter.emit(name, { preventDefault, url: 'https://evil.example' }, ...args)
  return preventDefault.mock.calls.length > 0
}

describe('the window', () => {
  test('has exactly these web preferences', async () => {
    const { window } = await start()
    expect((window.options as { webPreferences: unknown }).webPreferences).toEqual({
      preload: '/app/preload/electron.cjs',
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
      devTools: false,
      spellcheck: false,
      backgroundThrottling: false,
    })
  })

  test('has developer tools only while developing', async () => {
    const { window, fake } = await start({ packaged: false })
    expect(window.options).toMatchObject({ webPreferences: { devTools: true } })
    expect(JSON.stringify(told(fake, 'menu'))).toContain('toggleDevTools')
    expect(JSON.stringify(told((await start()).fake, 'menu'))).not.toMatch(/toggleDevTools|reload/)
  })

  test('loads the page from our scheme and is shown once it can be', async () => {
    const { window } = await start()
    expect(window.did).toEqual(['load app://holdpoint/'])
    window.emit('ready-to-show')
    expect(window.did).toEqual(['load app://holdpoint/', 'show'])
  })
})

describe('before Electron is ready', () => {
  test('the sandbox is on and the scheme is registered with CORS', async () => {
    const { fake } = await start()
    expect(names(fake).slice(0, 3)).toEqual(['enableSandbox', 'registerSchemes', 'ready'])
    expect(told(fake, 'registerSchemes')).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true } }])
  })

  test('a second instance ends at once and opens nothing', async () => {
    const { fake } = await start({ lock: false })
    expect(names(fake)).toEqual(['enableSandbox', 'registerSchemes', 'quit'])
    expect(fake.windows).toEqual([])
  })
})

test('the second instance brings the first window forward', async () => {
  const { fake, window } = await start()
  fake.app.emit('second-instance')
  expect(window.did.slice(1)).toEqual(['restore', 'focus'])
})

test('every permission is denied', async () => {
  const { fake } = await start()
  for (const permission of ['media', 'notifications', 'clipboard-read', 'geolocation', 'openExternal', 'fileSystem']) {
    const answer = vi.fn()
    fake.handlers.get('permission-request')!(...([null, permission, answer] as never[]))
    expect(answer.mock.calls).toEqual([[false]])
    expect(fake.handlers.get('permission-check')!(...([null, permission] as never[]))).toBe(false)
  }
  expect(fake.handlers.get('device-permission')!()).toBe(false)
})

test.each<[string, boolean]>([
  ['app://holdpoint/assets/main.js', false],
  ['blob:app://holdpoint/1', false],
  ['data:image/png;base64,AA', false],
  ['devtools://devtools/bundled/x.js', false],
  ['https://example.com/', true],
  ['http://127.0.0.1:9090/', true],
  ['ws://127.0.0.1/', true],
  ['file:///etc/passwd', true],
  ['app://holdpoint.evil/', true],
  ['app://other/', true],
])('a request to %s is cancelled: %s', async (url, cancel) => {
  const { fake } = await start()
  const answer = vi.fn()
  fake.handlers.get('before-request')!(...([{ url }, answer] as never[]))
  expect(answer.mock.calls).toEqual([[{ cancel }]])
})

test('only what our page made is saved to disk', async () => {
  const { fake } = await start()
  expect(prevented(fake.session, 'will-download', { getURL: () => 'blob:app://holdpoint/report' })).toBe(false)
  expect(prevented(fake.session, 'will-download', { getURL: () => 'https://evil.example/x' })).toBe(true)
  expect(prevented(fake.session, 'will-download', { getURL: () => 'blob:app://other/report' })).toBe(true)
})

describe('every page there ever is', () => {
  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])('is kept from %s', async (name) => {
    const { fake, contents } = await start()
    fake.app.emit('web-contents-created', {}, contents)
    expect(prevented(contents, name)).toBe(true)
  })

  test.each([
    ['https://example.com/a?b=1', 'https://example.com/a?b=1'],
    ['mailto:ops@example.com', 'mailto:ops@example.com'],
  ])('opens no window; %s is shown to a person before it is opened outside', async (url, opened) => {
    const { fake, contents } = await start({ answer: 1 })
    fake.app.emit('web-contents-created', {}, contents)
    expect(contents.windowOpen!(...([{ url }] as never[]))).toEqual({ action: 'deny' })
    await vi.waitFor(() => expect(told(fake, 'openExternal')).toBe(opened))
    expect(told(fake, 'message-box')).toMatchObject({ detail: opened, defaultId: 0, cancelId: 0, buttons: ['Cancel', 'Open'] })
  })

  test('opens nothing that the person does not want', async () => {
    const { fake, contents } = await start({ answer: 0 })
    fake.app.emit('web-contents-created', {}, contents)
    contents.windowOpen!(...([{ url: 'https://example.com/' }] as never[]))
    await vi.waitFor(() => expect(names(fake)).toContain('message-box'))
    await Promise.resolve()
    expect(names(fake)).not.toContain('openExternal')
  })
})

describe('a message', () => {
  const call = JSON.stringify({ type: 'call', id: 1, name: 'echo', input: 1 })

  test.each<[string, (contents: { mainFrame: Record<string, unknown> }) => { sender?: unknown; senderFrame: unknown }]>([
    ['a frame inside the page', () => ({ senderFrame: fakeFrame({ frameToken: 'inner' }) })],
    ['a frame of another process', () => ({ senderFrame: fakeFrame({ processId: 8 }) })],
    ['another origin in the main frame', () => ({ senderFrame: fakeFrame({ origin: 'https://evil.example' }) })],
    ['an opaque origin', () => ({ senderFrame: fakeFrame({ origin: 'null' }) })],
    ['a frame that is gone', () => ({ senderFrame: null })],
    ['a detached frame', () => ({ senderFrame: fakeFrame({ detached: true }) })],
    ['another window', (contents) => ({ sender: {}, senderFrame: contents.mainFrame })],
  ])('from %s is not heard', async (_name, from) => {
    const { fake, dispatcher, contents } = await start()
    fake.ipcMain.emit('holdpoint', { sender: contents, ...from(contents) }, call)
    expect(dispatcher.calls).toEqual([])
    expect(contents.sent).toEqual([])
  })

  test('from our page is answered on the one channel, as text', async () => {
    const { fake, contents } = await start()
    fake.ipcMain.emit('holdpoint', { sender: contents, senderFrame: contents.mainFrame }, call)
    await vi.waitFor(() => expect(contents.sent).toEqual([{ channel: 'holdpoint', text: JSON.stringify({ type: 'reply', id: 1, reply: { ok: true, value: 1 } }) }]))
    expect(fake.ipcMain.eventNames()).toEqual(['holdpoint'])
  })

  test.each([[{ type: 'call' }], [null], ['{'], ['{"type":"call","id":1,"name":"echo","input":1,"more":1}'], [`"${'x'.repeat(4 * 1024 * 1024)}"`]])('that breaks the rules calls nothing, and the page is no longer heard', async (message) => {
    const silence = vi.spyOn(console, 'error').mockReturnValue()
    const { fake, contents, dispatcher } = await start()
    const event = { sender: contents, senderFrame: contents.mainFrame }
    fake.ipcMain.emit('holdpoint', event, message)
    fake.ipcMain.emit('holdpoint', event, call)
    expect(dispatcher.calls).toEqual([])
    expect(silence).toHaveBeenCalledOnce()
    silence.mockRestore()
  })

  test('of a reloaded page starts afresh, and the feeds of the old page are closed', async () => {
    const { fake, contents, dispatcher } = await start()
    const event = { sender: contents, senderFrame: contents.mainFrame }
    const follow = JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } })
    fake.ipcMain.emit('holdpoint', event, follow)
    expect(dispatcher.openFeeds()).toBe(1)
    contents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false })
    contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    expect(dispatcher.openFeeds()).toBe(1)
    contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect(dispatcher.openFeeds()).toBe(0)
    fake.ipcMain.emit('holdpoint', event, follow)
    expect(dispatcher.openFeeds()).toBe(1)
    contents.emit('render-process-gone')
    expect(dispatcher.openFeeds()).toBe(0)
  })
})

describe('our scheme', () => {
  const get = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { fake } = await start()
    expect(told(fake, 'handle')).toBe('app')
    return (await fake.handlers.get('scheme')!(...([{ url, method: init.method ?? 'GET' }] as never[]))) as Response
  }

  test('serves the page with the same protections as the browser host', async () => {
    const response = await get('app://holdpoint/')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Holdpoint')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'.*require-trusted-types-for 'script'/)
  })

  test.each(['app://holdpoint/../../etc/passwd', 'app://holdpoint/..%2f..%2fpackage.json', 'app://holdpoint/%2e%2e/x', 'app://holdpoint/index.html%00', 'app://holdpoint/assets/', 'app://other/index.html', 'app://holdpoint//etc/passwd', 'app://holdpoint/assets/secret.map'])('has nothing behind %s', async (url) =>
    expect((await get(url)).status).toBe(404),
  )

  test('is read only', async () => expect((await get('app://holdpoint/', { method: 'POST' })).status).toBe(404))
})

describe('the end', () => {
  test('comes with the last window, and waits for the app to close its records', async () => {
    const { fake, close, contents, dispatcher } = await start()
    fake.ipcMain.emit('holdpoint', { sender: contents, senderFrame: contents.mainFrame }, JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } }))
    fake.app.emit('window-all-closed')
    expect(names(fake)).toContain('quit')
    expect(prevented(fake.app, 'will-quit')).toBe(true)
    expect(dispatcher.openFeeds()).toBe(0)
    await vi.waitFor(() => expect(told(fake, 'exit')).toBe(0))
    expect(close).toHaveBeenCalledOnce()
  })

  test('asks first while a step runs, and staying is the answer that Esc and Enter give', async () => {
    const { fake, window } = await start({ answer: 0 }, undefined, ['Stop services on app1'])
    expect(prevented(window, 'close')).toBe(true)
    expect(told(fake, 'message-box')).toMatchObject({ message: 'A step is running.', detail: expect.stringContaining('Stop services on app1') as string, defaultId: 0, cancelId: 0 })
    const leaving = await start({ answer: 1 }, undefined, ['Stop services on app1'])
    expect(prevented(leaving.window, 'close')).toBe(false)
    const idle = await start()
    expect(prevented(idle.window, 'close')).toBe(false)
    expect(names(idle.fake)).not.toContain('message-box')
  })

  test('comes at once, with the reason, when the app cannot be made', async () => {
    const { fake } = await start({}, () => Promise.reject(new Problem('data-in-use', 'Another Holdpoint uses this data.', 'Close it first.')))
    expect(told(fake, 'error-box')).toEqual({ title: 'Another Holdpoint uses this data.', text: 'Close it first.' })
    expect(told(fake, 'exit')).toBe(1)
    expect(fake.windows).toEqual([])
  })
})
