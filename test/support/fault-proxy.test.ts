import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

let echo: Server
let seenByEcho: Buffer[]
let proxy: FaultProxy
let clients: Socket[]

beforeEach(async () => {
  seenByEcho = []
  clients = []
  echo = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      seenByEcho.push(chunk)
      socket.write(chunk)
    })
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await startFaultProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await proxy.close()
  echo.close()
})

/** A client that keeps what it got; `ended` says how the connection is over. */
async function dial() {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true })
  clients.push(socket)
  let received = ''
  let ended: string | null = null
  socket.on('data', (chunk) => void (received += chunk.toString()))
  socket.on('end', () => void (ended ??= 'end'))
  socket.on('error', (error: NodeJS.ErrnoException) => void (ended = error.code ?? 'error'))
  await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve))
  return { socket, received: () => received, ended: () => ended }
}

test('without a fault bytes pass both ways unchanged, and so does the end', async () => {
  const client = await dial()
  client.socket.write('a'.repeat(300_000))
  await expect.poll(() => client.received().length).toBe(300_000)
  client.socket.end()
  await expect.poll(client.ended).toBe('end')
})

test('reset: the client sees a RST after that many bytes', async () => {
  proxy.setFault({ kind: 'reset', afterBytes: 8 })
  const client = await dial()
  client.socket.write('four')
  await expect.poll(client.ended).toBe('ECONNRESET')
  await expect.poll(() => proxy.connections()).toBe(0)
})

test('reset at once: no byte arrives', async () => {
  proxy.setFault({ kind: 'reset', afterBytes: 0 })
  const client = await dial()
  client.socket.write('anything')
  await expect.poll(client.ended).toMatch(/ECONNRESET|EPIPE/)
  expect(Buffer.concat(seenByEcho)).toHaveLength(0)
})

test('resetAll cuts connections that are already open', async () => {
  const client = await dial()
  client.socket.write('hello')
  await expect.poll(client.received).toBe('hello')
  proxy.resetAll()
  await expect.poll(client.ended).toBe('ECONNRESET')
})

test('silence: nothing passes any more, and nobody is told', async () => {
  const [cut, other] = [await dial(), await dial()]
  proxy.setFault({ kind: 'silence', afterBytes: 4 })
  cut.socket.write('12345678')
  await expect.poll(() => Buffer.concat(seenByEcho).toString()).toBe('1234')
  proxy.setFault({ kind: 'none' })
  other.socket.write('still here')
  await expect.poll(other.received).toBe('still here')
  expect([cut.received(), cut.ended()]).toEqual(['', null])
})

test('half-close: the client sees an end, and what it sends still arrives', async () => {
  proxy.setFault({ kind: 'half-close', afterBytes: 0 })
  const client = await dial()
  client.socket.write('first')
  await expect.poll(client.ended).toBe('end')
  client.socket.write(' second')
  await expect.poll(() => Buffer.concat(seenByEcho).toString()).toBe('first second')
  expect(client.received()).toBe('')
})

test('trickle: everything arrives, in pieces', async () => {
  proxy.setFault({ kind: 'trickle', bytes: 3, everyMs: 1 })
  const client = await dial()
  client.socket.write('a slow line indeed')
  await expect.poll(client.received).toBe('a slow line indeed')
  expect(seenByEcho.length).toBeGreaterThan(1)
})

test('latency: a round trip takes the delay both ways', async () => {
  proxy.setFault({ kind: 'latency', ms: 40 })
  const client = await dial()
  const startedAt = performance.now()
  client.socket.write('ping')
  await once(client.socket, 'data')
  // A lower bound only: a busy machine can make it longer, nothing can make it shorter.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(78)
})
