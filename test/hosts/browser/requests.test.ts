import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import type { BrowserHost } from '#hosts/browser/host.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'
import { sendBytes, sendRequest } from '#support/loopback-request.ts'

let host: BrowserHost
let port: number
let now = 1_000_000
const renderer = createLoopbackRenderer()

beforeAll(async () => {
  host = await startBrowserHost({ dispatcher: createLoopbackDispatcher(), rendererPath: renderer.path, now: () => now })
  port = Number(new URL(host.origin).port)
})
afterAll(async () => {
  await host.close()
  renderer.remove()
})

const tokenOf = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? ''
const exchange = (body: string, headers: Record<string, string> = {}) =>
  sendRequest({ port, path: '/session', method: 'POST', headers: { origin: host.origin, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers }, body })

describe('the page', () => {
  test('is served with its assets and their types', async () => {
    expect(await sendRequest({ port })).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(await sendRequest({ port, path: '/assets/main.js?v=1' })).toMatchObject({ status: 200, body: 'document.title = "ready"' })
    expect(await sendRequest({ port, path: '/assets/main.css', method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('comes with every protection, and so do refusals', async () => {
    for (const reply of [await sendRequest({ port }), await sendRequest({ port, path: '/nothing' }), await sendRequest({ port, headers: { host: 'evil.example' } }), await sendRequest({ port, method: 'DELETE', headers: { origin: host.origin } })]) {
      expect(reply.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      })
      const policy = String(reply.headers['content-security-policy'])
      for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) expect(policy).toContain(rule)
      expect(policy).not.toContain('unsafe')
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
      expect(reply.headers['set-cookie']).toBeUndefined()
      expect(reply.headers['x-powered-by']).toBeUndefined()
    }
  })

  test.each(['/nothing', '/assets', '/assets/', '/assets/secret.map', '/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/assets/..%2findex.html', '/assets/%2e%2e%2fmain.js', '/index.html%00', '/\\..\\package.json', '//etc/passwd', '/INDEX.HTML', '/package.json'])(
    'nothing is behind %s',
    async (path) => expect(await sendRequest({ port, path })).toMatchObject({ status: 404, body: 'Not found.' }),
  )

  test('a path that climbs is not resolved, even when it is sent as it is', async () => {
    for (const path of ['/../../../../etc/passwd', '/assets/../../package.json', 'http://127.0.0.1/etc/passwd', '*']) {
      expect(await sendBytes(port, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404 /)
    }
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is not allowed on it', async (method) =>
    expect(await sendRequest({ port, method, headers: { origin: host.origin } })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } }),
  )
})

describe('who may ask', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost', '127.0.0.1:1', '127.0.0.1.evil.example', 'localhost.', '[::1]:80', '0.0.0.0', 'user@127.0.0.1'])('a request for the host "%s" is misdirected', async (name) =>
    expect((await sendRequest({ port, headers: { host: name } })).status).toBe(421),
  )

  test('both of its own names are answered', async () => {
    expect((await sendRequest({ port, headers: { host: `localhost:${port}` } })).status).toBe(200)
    expect((await sendRequest({ port, headers: { host: `127.0.0.1:${port}` } })).status).toBe(200)
  })

  test('no host, or two, is refused', async () => {
    expect(await sendBytes(port, 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(await sendBytes(port, 'GET / HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /)
    expect(await sendBytes(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 4\d\d /)
    const twice = `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`
    expect(await sendBytes(port, twice)).toMatch(/^HTTP\/1\.1 4\d\d /)
  })

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1', 'http://localhost'])('a page from %s gets nothing, not even by GET', async (origin) => {
    expect((await sendRequest({ port, headers: { origin } })).status).toBe(403)
    expect((await exchange(JSON.stringify({ token: tokenOf(host.newLink()) }), { origin })).status).toBe(403)
  })

  test('the other of its two names is another origin', async () => {
    expect((await sendRequest({ port, headers: { origin: `http://localhost:${port}` } })).status).toBe(403)
  })

  test('a change without an Origin is refused', async () => {
    const body = JSON.stringify({ token: tokenOf(host.newLink()) })
    expect((await sendRequest({ port, path: '/session', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': String(body.length) }, body })).status).toBe(403)
  })

  test.each(['cross-site', 'same-site', 'nonsense'])('a browser that says %s is refused', async (site) => {
    expect((await sendRequest({ port, headers: { 'sec-fetch-site': site } })).status).toBe(403)
    expect((await exchange('{}', { 'sec-fetch-site': site })).status).toBe(403)
  })

  test('typing the address is fine, posting from nowhere is not', async () => {
    expect((await sendRequest({ port, headers: { 'sec-fetch-site': 'none' } })).status).toBe(200)
    expect((await exchange('{}', { 'sec-fetch-site': 'none' })).status).toBe(403)
  })
})

describe('a token', () => {
  test('opens one session and is used up', async () => {
    const body = JSON.stringify({ token: tokenOf(host.newLink()) })
    const first = await exchange(body)
    expect(first.status).toBe(200)
    expect((JSON.parse(first.body) as { secret: string }).secret).toMatch(/^[\w-]{22}$/)
    const second = await exchange(body)
    expect(second.status).toBe(401)
    expect(second.body).not.toContain('secret')
  })

  test('is used up even when two ask at the same moment', async () => {
    const body = JSON.stringify({ token: tokenOf(host.newLink()) })
    const replies = await Promise.all(Array.from({ length: 10 }, () => exchange(body)))
    expect(replies.filter((reply) => reply.status === 200).length).toBe(1)
  })

  test('has 128 bits and is another each time', () => {
    const tokens = new Set(Array.from({ length: 15 }, () => tokenOf(host.newLink())))
    expect(tokens.size).toBe(15)
    for (const token of tokens) expect(Buffer.from(token, 'base64url').length).toBe(16)
  })

  test('is worth nothing after ten minutes', async () => {
    const body = JSON.stringify({ token: tokenOf(host.newLink()) })
    now += 10 * 60_000
    expect((await exchange(body)).status).toBe(401)
  })

  test('is guessed by nobody', async () => {
    for (const token of ['', 'x', 'A'.repeat(22), '__proto__']) expect((await exchange(JSON.stringify({ token }))).status).toBeGreaterThanOrEqual(400)
  })

  test.each(['', '{', '[]', 'null', '{}', '{"token":1}', '{"token":"x","more":1}'])('%s is not understood', async (body) => expect((await exchange(body)).status).toBe(400))

  test('comes as JSON of a known, small length', async () => {
    expect((await exchange('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await exchange('{}', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await exchange(JSON.stringify({ token: 'x'.repeat(2000) }))).status).toBe(413)
    expect((await sendRequest({ port, path: '/session', method: 'POST', headers: { origin: host.origin, 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, body: '{}' })).status).toBe(413)
  })

  test('is not taken by GET', async () => expect(await sendRequest({ port, path: `/session?token=${tokenOf(host.newLink())}` })).toMatchObject({ status: 405 }))
})

describe('the host', () => {
  test('listens on the loopback address alone', () => {
    expect(host.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(host.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=/)
  })

  test('says which port is taken and what to do', async () => {
    await expect(startBrowserHost({ dispatcher: createLoopbackDispatcher(), rendererPath: renderer.path, port })).rejects.toMatchObject({ code: 'port-not-free', hint: expect.stringContaining('--port') })
  })

  test('says what to do when the renderer is not built', async () => {
    await expect(startBrowserHost({ dispatcher: createLoopbackDispatcher(), rendererPath: '/nowhere' })).rejects.toMatchObject({ code: 'renderer-missing', hint: expect.stringContaining('npm run build') })
  })

  test('opens the browser with the first link', async () => {
    const opened: string[] = []
    const other = await startBrowserHost({ dispatcher: createLoopbackDispatcher(), rendererPath: renderer.path, openBrowser: (url) => opened.push(url) })
    expect(opened).toEqual([other.url])
    await other.close()
  })
})
