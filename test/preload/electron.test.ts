import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const sent: unknown[][] = []
const listeners = new Map<string, (event: unknown, text: unknown) => void>()
let exposed: Record<string, Record<string, (...args: never[]) => unknown>>

beforeEach(async () => {
  sent.length = 0
  listeners.clear()
  exposed = {}
  vi.resetModules()
  vi.doMock('electron', () => ({
    contextBridge: { exposeInMainWorld: (name: string, api: (typeof exposed)[string]) => void (exposed[name] = api) },
    ipcRenderer: {
      send: (...args: unknown[]) => void sent.push(args),
      on: (channel: string, listener: (event: unknown, text: unknown) => void) => void listeners.set(channel, listener),
    },
  }))
  await import('#preload/electron.ts')
})
afterEach(() => vi.doUnmock('electron'))

const use = (name: string, ...args: unknown[]): unknown => exposed['holdpoint']![name]!(...(args as never[]))

test('the page gets one closed, frozen object and nothing of Electron', () => {
  expect(Object.keys(exposed)).toEqual(['holdpoint'])
  expect(Object.keys(exposed['holdpoint']!)).toEqual(['call', 'follow', 'stop', 'listen'])
  expect(Object.isFrozen(exposed['holdpoint'])).toBe(true)
})

test('each function sends one kind of message on the one channel and gives nothing back, no Promise either', () => {
  expect([use('call', 1, 'echo', { a: 1 }), use('follow', 2, 'log', { after: 0 }), use('stop', 2), use('listen', () => {})]).toEqual([undefined, undefined, undefined, undefined])
  expect(sent).toEqual([
    ['holdpoint', '{"type":"call","id":1,"name":"echo","input":{"a":1}}'],
    ['holdpoint', '{"type":"follow","id":2,"feed":"log","input":{"after":0}}'],
    ['holdpoint', '{"type":"stop","id":2}'],
  ])
})

test('more arguments than a function has go nowhere', () => {
  use('call', 1, 'echo', null, 'other-channel', { as: 'root' })
  expect(sent).toEqual([['holdpoint', '{"type":"call","id":1,"name":"echo","input":null}']])
})

test('the listener gets text alone, never the event', () => {
  const heard: unknown[][] = []
  use('listen', (...args: unknown[]) => heard.push(args))
  listeners.get('holdpoint')!({ sender: 'secret' }, 'text')
  listeners.get('holdpoint')!({ sender: 'secret' }, { not: 'text' })
  expect(heard).toEqual([['text']])
  expect([...listeners.keys()]).toEqual(['holdpoint'])
})

test('a message before anybody listens is dropped, and a new listener replaces the old one', () => {
  listeners.get('holdpoint')!({}, 'early')
  const heard: string[] = []
  use('listen', (text: string) => heard.push(`first ${text}`))
  use('listen', (text: string) => heard.push(`second ${text}`))
  listeners.get('holdpoint')!({}, 'x')
  expect(heard).toEqual(['second x'])
})
