import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { Problem } from '#domain/problem.ts'
import type { HttpRequest } from '#kinds/ports.ts'
import { createLookup } from '#ports/addresses.ts'
import { createHttp } from '#ports/http.ts'

const http = createHttp()
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe('a request', () => {
  it('brings back status, body and time', async () => {
    const url = await serve((request, reply) => reply.writeHead(418).end(`${request.method} ${request.url} ${String(request.headers['x-mark'])}`))
    const reply = await http.fetch({ url: `${url}/tea?a=1`, headers: { 'x-mark': 'yes' }, timeoutMs: 5000 })
    expect(reply).toMatchObject({ status: 418, body: 'GET /tea?a=1 yes', truncated: false })
    expect(reply.durationMs).toBeGreaterThan(0)
  })

  it('sends a body', async () => {
    const url = await serve((request, reply) => {
      void request.toArray().then((parts) => reply.end(parts.join('').toUpperCase()))
    })
    expect((await http.fetch({ url, method: 'POST', body: 'ünder', timeoutMs: 5000 })).body).toBe('ÜNDER')
  })

  it('takes a redirect for what it is and does not follow it', async () => {
    let asked = 0
    const url = await serve((_request, reply) => {
      asked += 1
      reply.writeHead(302, { location: '/elsewhere' }).end('moved')
    })
    expect(await http.fetch({ url, timeoutMs: 5000 })).toMatchObject({ status: 302, body: 'moved' })
    expect(asked).toBe(1)
  })

  it('gets no body with HEAD', async () => {
    const url = await serve((_request, reply) => reply.end('unseen'))
    expect(await http.fetch({ url, method: 'HEAD', timeoutMs: 5000 })).toMatchObject({ status: 200, body: '', truncated: false })
  })

  it('cuts an endless body and says so', async () => {
    const url = await serve((_request, reply) => {
      const pour = () => { while (!reply.destroyed && reply.write('x'.repeat(65536))); }
      reply.on('drain', pour)
      pour()
    })
    const reply = await http.fetch({ url, timeoutMs: 20_000, maxBytes: 100_000 })
    expect([reply.truncated, reply.body.length]).toEqual([true, 100_000])
  })

  it('keeps a body of exactly the cap whole', async () => {
    const url = await serve((_request, reply) => reply.end('x'.repeat(1000)))
    expect(await http.fetch({ url, timeoutMs: 5000, maxBytes: 1000 })).toMatchObject({ truncated: false, body: 'x'.repeat(1000) })
  })

  it('reads bytes that are no UTF-8 without failing', async () => {
    const url = await serve((_request, reply) => reply.end(Buffer.from([0x61, 0xff, 0xfe, 0x62])))
    expect((await http.fetch({ url, timeoutMs: 5000 })).body).toBe('a\ufffd\ufffdb')
  })
})

describe('a request without a reply', () => {
  it('says that nothing listens there', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await codeOf({ url: `http://127.0.0.1:${port}/` })).toBe('http-refused')
  })

  it('says that a name has no address', async () => expect(await codeOf({ url: 'http://no-such-host.invalid/' })).toBe('http-name'))

  it.each(['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '2852039166', '0xa9fea9fe', '[fd00:ec2::254]', '100.100.100.200'])('asks %s nothing: a cloud keeps secrets there', async (host) =>
    expect(await codeOf({ url: `http://${host}/latest/meta-data/` })).toBe('http-forbidden'))

  it('asks nothing of a name that leads there', async () => {
    const lookup = createLookup((_, __, done) => done(null, [{ address: '192.0.2.1', family: 4 }, { address: '169.254.169.254', family: 4 }]))
    expect(await new Promise((settle) => lookup('innocent.example', { all: true }, (error) => settle(error?.code)))).toBe('EFORBIDDENADDRESS')
  })

  it.each(['shop.example/health', 'file:///etc/passwd', 'ssh://web-1', 'http://', ''])('refuses %j as an address', async (url) => expect(await codeOf({ url })).toBe('http-invalid-url'))

  it('refuses a header that would smuggle another', async () => {
    expect(await codeOf({ url: 'http://127.0.0.1:1/', headers: { 'x-a': 'b\r\nx-c: d' } })).toBe('http-invalid-url')
  })

  // Long enough for a connection on a machine that is busy: without one it would be told apart from this.
  it('gives up on a server that never answers', async () => expect(await codeOf({ url: await serve(() => {}), timeoutMs: 1000 })).toBe('http-timeout'))

  it('tells a connection that never came about from a reply that never came', async () => {
    expect(await codeOf({ url: (await serveSilence()).replace('http:', 'https:'), timeoutMs: 60 })).toBe('http-unreachable')
    expect(await codeOf({ url: await serveSilence(), timeoutMs: 1000 })).toBe('http-timeout')
  })

  it('gives up on a body that never ends, however often a byte comes', async () => {
    const url = await serve((_request, reply) => {
      const drip = setInterval(() => reply.write('.'), 5)
      reply.on('close', () => clearInterval(drip))
    })
    expect(await codeOf({ url, timeoutMs: 100 })).toBe('http-timeout')
  })

  it('notices a reply that breaks off', async () => {
    const url = await serve((_request, reply) => {
      reply.writeHead(200, { 'content-length': 100 })
      reply.write('half', () => reply.socket?.destroy())
    })
    expect(await codeOf({ url })).toBe('http-broken')
  })

  it.each(['SSH-2.0-OpenSSH_9.2\r\n', '\0\0\0\0', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, ''])('notices what is not HTTP (%#)', async (words) => {
    expect(await codeOf({ url: await speak(words) })).toBe('http-broken')
  })

  it('refuses a certificate nobody vouches for, and plain text where TLS should be', async () => {
    expect(await codeOf({ url: await serveSecurely() })).toBe('http-tls')
    const plain = await serve((_request, reply) => reply.end())
    expect(await codeOf({ url: plain.replace('http:', 'https:') })).toBe('http-tls')
  })

  it('stops when told to', async () => {
    const stopping = new AbortController()
    const url = await serve(() => stopping.abort())
    expect(await codeOf({ url, signal: stopping.signal })).toBe('http-aborted')
    expect(await codeOf({ url, signal: stopping.signal })).toBe('http-aborted')
  })
})

async function codeOf(request: Partial<HttpRequest> & { url: string }): Promise<string> {
  const thrown: unknown = await http.fetch({ timeoutMs: 20_000, ...request }).then(() => 'there was a reply', (reason: unknown) => reason)
  if (thrown instanceof Problem) return thrown.code
  throw thrown
}

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`

const speak = async (words: string) => `http://127.0.0.1:${await listen(createTcpServer((socket) => {
  socket.on('error', () => {}).resume()
  socket.end(words)
}))}`

const serveSilence = async () => `http://127.0.0.1:${await listen(createTcpServer((socket) => void socket.on('error', () => {}).resume()))}`

async function serveSecurely(): Promise<string> {
  const pem = readFileSync(join(import.meta.dirname, 'self-signed.pem'))
  return `https://127.0.0.1:${await listen(createSecureServer({ key: pem, cert: pem }, (_request, reply) => reply.end('secret')))}`
}
