import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import type { BrowserHost } from '#hosts/browser/host.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import type { LoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'
import { openSocket, sendRequest } from '#support/loopback-request.ts'
import type { RawSocket } from '#support/loopback-request.ts'

let dispatcher: LoopbackDispatcher
let renderer: ReturnType<typeof createLoopbackRenderer>
let host: BrowserHost
let port: number

beforeEach(async () => {
  dispatcher = createLoopbackDispatcher()
  renderer = createLoopbackRenderer()
  host = await startBrowserHost({ dispatcher, rendererPath: renderer.path })
  port = Number(new URL(host.origin).port)
})
afterEach(async () => {
  await host.close()
  renderer.remove()
})

async function newSecret(): Promise<string> {
  const body = JSON.stringify({ token: new URLSearchParams(new URL(host.newLink()).hash.slice(1)).get('token') })
  const reply = await sendRequest({ port, path: '/session', method: 'POST', headers: { origin: host.origin, 'content-type': 'application/json', 'content-length': String(body.length) }, body })
  return (JSON.parse(reply.body) as { secret: string }).secret
}

const opened = (raw: RawSocket): Promise<void> => new Promise((resolve) => raw.socket.once('open', () => resolve()))

async function welcomed(): Promise<RawSocket> {
  const raw = openSocket(port)
  await opened(raw)
  raw.socket.send(JSON.stringify({ type: 'hello', secret: await newSecret() }))
  await vi.waitFor(() => expect(raw.received).toEqual([{ type: 'welcome' }]))
  raw.received.length = 0
  return raw
}

test.each<[string, (port: number) => Record<string, string>, number]>([
  ['no Origin', () => ({}), 403],
  ['a foreign Origin', () => ({ origin: 'http://evil.example' }), 403],
  ['an opaque Origin', () => ({ origin: 'null' }), 403],
  ['the Origin of another port', (own) => ({ origin: `http://127.0.0.1:${own + 1}` }), 403],
  ['https instead of http', (own) => ({ origin: `https://127.0.0.1:${own}` }), 403],
  ['its other name as Origin', (own) => ({ origin: `http://localhost:${own}` }), 403],
  ['a rebound name', () => ({ host: 'evil.example', origin: 'http://evil.example' }), 421],
  ['a same-site page', (own) => ({ origin: `http://127.0.0.1:${own}`, 'sec-fetch-site': 'same-site' }), 403],
])('an upgrade with %s is turned away', async (_name, headers, status) => {
  const raw = openSocket(port, headers(port))
  expect(await raw.ended).toBe(status)
})

test('an upgrade elsewhere is turned away', async () => expect(await openSocket(port, undefined, '/other').ended).toBe(404))

test.each<[string, (secret: string) => string | Buffer]>([
  ['a call', () => JSON.stringify({ type: 'call', id: 1, name: 'echo', input: 1 })],
  ['a wrong secret', () => JSON.stringify({ type: 'hello', secret: 'A'.repeat(22) })],
  ['the secret and more', (secret) => JSON.stringify({ type: 'hello', secret, admin: true })],
  ['bytes', (secret) => Buffer.from(JSON.stringify({ type: 'hello', secret }))],
  ['no JSON', () => 'hello'],
  ['something long', (secret) => JSON.stringify({ type: 'hello', secret: `${secret}${' '.repeat(2000)}` })],
])('whoever begins with %s is refused and nothing is called', async (_name, first) => {
  const raw = openSocket(port)
  await opened(raw)
  const secret = await newSecret()
  raw.socket.send(first(secret))
  raw.socket.send(JSON.stringify({ type: 'call', id: 2, name: 'echo', input: 1 }))
  expect(await raw.ended).toBe(4401)
  expect(raw.received).toEqual([])
  expect(dispatcher.calls).toEqual([])
})

test('a one-time token is not a secret', async () => {
  const raw = openSocket(port)
  await opened(raw)
  raw.socket.send(JSON.stringify({ type: 'hello', secret: new URLSearchParams(new URL(host.url).hash.slice(1)).get('token') }))
  expect(await raw.ended).toBe(4401)
})

test.each<[string, string | Buffer]>([
  ['no JSON', '{'],
  ['an unknown type', '{"type":"eval","id":1}'],
  ['an unknown key', '{"type":"call","id":1,"name":"echo","input":1,"as":"root"}'],
  ['an id that is no number', '{"type":"call","id":"1","name":"echo","input":1}'],
  ['a name that is no name', '{"type":"call","id":1,"name":["echo"],"input":1}'],
  ['a feed without an input', '{"type":"follow","id":1,"feed":"log"}'],
  ['bytes', Buffer.from('{"type":"call","id":1,"name":"echo","input":1}')],
])('%s after the welcome ends the connection and calls nothing', async (_name, message) => {
  const raw = await welcomed()
  raw.socket.send(message)
  expect(await raw.ended).toBe(4400)
  expect(dispatcher.calls).toEqual([])
})

test('a message over 4 MB ends the connection', async () => {
  const raw = await welcomed()
  raw.socket.send(JSON.stringify({ type: 'call', id: 1, name: 'echo', input: 'x'.repeat(4 * 1024 * 1024) }))
  expect(await raw.ended).toBe(1009)
  expect(dispatcher.calls).toEqual([])
})

test('a flood is answered with too-many-requests, then cut off', async () => {
  const raw = await welcomed()
  for (let id = 1; id <= 5000; id += 1) raw.socket.send(JSON.stringify({ type: 'call', id, name: 'echo', input: id }))
  expect(await raw.ended).toBe(4400)
  expect(dispatcher.calls.length).toBeLessThan(2000)
  expect(raw.received.some((message) => JSON.stringify(message).includes('too-many-requests'))).toBe(true)
})

test('a connection that ends closes its feeds', async () => {
  const raw = await welcomed()
  raw.socket.send(JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } }))
  await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
  raw.socket.terminate()
  await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(0))
})

test('an id in use twice ends the connection', async () => {
  const raw = await welcomed()
  raw.socket.send(JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } }))
  raw.socket.send(JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } }))
  expect(await raw.ended).toBe(4400)
  expect(dispatcher.openFeeds()).toBe(0)
})

test('more than a hundred feeds are refused one by one', async () => {
  const raw = await welcomed()
  for (let id = 1; id <= 101; id += 1) raw.socket.send(JSON.stringify({ type: 'follow', id, feed: 'log', input: { after: 0 } }))
  await vi.waitFor(() => expect(raw.received).toEqual([{ type: 'problem', id: 101, problem: expect.objectContaining({ code: 'too-many-feeds' }) }]))
  expect(dispatcher.openFeeds()).toBe(100)
})

test('closing the host closes every connection and frees the port', async () => {
  const raw = await welcomed()
  await host.close()
  expect(await raw.ended).toBe(1001)
  await expect(sendRequest({ port })).rejects.toThrow('ECONNREFUSED')
})

test('a feed waits for a page that takes nothing, and goes on with each item once', async () => {
  const raw = await welcomed()
  raw.socket.pause()
  raw.socket.send(JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } }))
  await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
  const chunk = 'x'.repeat(1024 * 1024)
  for (let index = 0; index < 40; index += 1) dispatcher.add(chunk)
  expect(dispatcher.openFeeds()).toBe(0)
  raw.socket.resume()
  await vi.waitFor(() => expect(raw.received.length).toBe(40), 10_000)
  expect(raw.received.map((message) => message['cursor'])).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  expect(dispatcher.started.length).toBeGreaterThan(1)
  await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
})

test('a page that asks and takes nothing is cut off before it fills the memory', async () => {
  const raw = await welcomed()
  raw.socket.pause()
  const input = 'x'.repeat(1024 * 1024)
  for (let id = 1; id <= 100; id += 1) raw.socket.send(JSON.stringify({ type: 'call', id, name: 'echo', input }))
  raw.socket.on('error', () => {})
  await vi.waitFor(() => expect(dispatcher.calls.length).toBeGreaterThan(60), 10_000)
  raw.socket.resume()
  expect(await raw.ended).not.toBe(1000)
})

test('connections that say nothing do not keep our own page out', async () => {
  const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  await vi.waitFor(() => expect(silent.some((socket) => socket.destroyed)).toBe(true))
  expect((await sendRequest({ port })).status).toBe(200)
  const raw = await welcomed()
  for (const socket of silent) socket.destroy()
  raw.socket.terminate()
})

test('WebSockets that say nothing do not keep our own page out, and do not end a page that is in', async () => {
  const first = await welcomed()
  const silent = Array.from({ length: 200 }, () => openSocket(port))
  await Promise.all(silent.map((raw) => Promise.race([opened(raw), raw.ended])))
  const second = await welcomed()
  expect(first.socket.readyState).toBe(first.socket.OPEN)
  for (const raw of [...silent, first, second]) raw.socket.terminate()
})

test('who is sent away and never says goodbye is gone all the same', async () => {
  const tcp = connect(port, '127.0.0.1')
  const gone = new Promise<void>((resolve) => tcp.once('close', () => resolve()))
  tcp.write(`GET /bridge HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: ${host.origin}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${'A'.repeat(22)}==\r\n\r\n`)
  // A frame of one letter, which is no hello; the close frame that comes back is read and never answered.
  tcp.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]))
  tcp.resume()
  await gone
}, 10_000)

test('no more than 32 pages are served at once', async () => {
  const secret = await newSecret()
  const pages = Array.from({ length: 33 }, () => openSocket(port))
  for (const raw of pages) {
    await opened(raw)
    raw.socket.send(JSON.stringify({ type: 'hello', secret }))
  }
  expect(await pages.at(-1)?.ended).toBe(1013)
  expect(pages.filter((raw) => raw.socket.readyState === raw.socket.OPEN).length).toBe(32)
  for (const raw of pages) raw.socket.terminate()
})
