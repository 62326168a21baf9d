import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import type { BrowserHost } from '#hosts/browser/host.ts'
import { buildPage } from '#support/loopback-bundle.ts'
import { hasChromium, launchChromium } from '#support/loopback-chromium.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import type { LoopbackDispatcher } from '#support/loopback-dispatcher.ts'

const script = `
  import { createBrowserBridge } from ${JSON.stringify(join(import.meta.dirname, '../../../preload/browser.ts'))}
  const bridge = createBrowserBridge()
  Object.assign(window, { call: (name, input) => bridge.call(name, input) })
  bridge.onConnection(({ connected }) => { document.title = connected ? 'connected' : 'not connected' })
`

/** Runs in a task of the page's own: what the debugger evaluates is exempt from the policy on eval. */
const attack = `
  window.attack = () => new Promise((resolve) => setTimeout(async () => {
    const violations = new Set()
    const refused = []
    document.addEventListener('securitypolicyviolation', (event) => violations.add(event.effectiveDirective))
    const attempt = (name, action) => { try { action() } catch { refused.push(name) } }
    attempt('eval', () => window['ev' + 'al']('window.broken = 1'))
    attempt('function', () => new window['Func' + 'tion']('window.broken = 2')())
    attempt('timer', () => setTimeout('window.broken = 3'))
    attempt('innerHTML', () => { document.body.innerHTML += '<img src=x onerror="window.broken = 4">' })
    const add = (tag, values, to = document.body) => to.append(Object.assign(document.createElement(tag), values))
    attempt('script text', () => add('script', { textContent: 'window.broken = 5' }))
    attempt('script address', () => add('script', { src: 'http://127.0.0.1:9/x.js' }))
    attempt('handler', () => { const image = document.createElement('img'); image.setAttribute('onerror', 'window.broken = 6'); image.src = '/nothing.png'; document.body.append(image) })
    add('style', { textContent: 'body { display: none }' }, document.head)
    add('iframe', { src: '/' })
    add('img', { src: 'http://127.0.0.1:9/x.png' })
    const link = Object.assign(document.createElement('a'), { href: 'javascript:window.broken = 7' })
    document.body.append(link)
    link.click()
    await fetch('http://127.0.0.1:9/').catch(() => refused.push('fetch'))
    await fetch('/nothing.png')
    requestAnimationFrame(() => setTimeout(() =>
      resolve({ broken: window.broken ?? null, refused, violations: [...violations], display: getComputedStyle(document.body).display })))
  }))
`

interface Attacked { broken: number | null; refused: string[]; violations: string[]; display: string }

describe.skipIf(!hasChromium())('in a real browser', () => {
  let browser: Browser
  let built: Awaited<ReturnType<typeof buildPage>>
  let hostile: Server
  let context: BrowserContext
  let dispatcher: LoopbackDispatcher
  let host: BrowserHost

  beforeAll(async () => {
    ;[browser, built] = await Promise.all([launchChromium(), buildPage(script + attack)])
    hostile = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>hostile</title><body></body>'))
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await browser.close()
    hostile.close()
    built.remove()
  })
  beforeEach(async () => {
    dispatcher = createLoopbackDispatcher()
    host = await startBrowserHost({ dispatcher, rendererPath: built.path })
    context = await browser.newContext()
  })
  afterEach(async () => {
    await context.close()
    await host.close()
  })

  async function openApp(url = host.url): Promise<Page> {
    const page = await context.newPage()
    await page.goto(url)
    await page.waitForFunction(() => document.title === 'connected')
    return page
  }
  const callEcho = (page: Page, input: string): Promise<unknown> => page.evaluate((value) => (window as unknown as { call(name: string, input: unknown): Promise<unknown> }).call('echo', value), input)

  test('the link opens the app, and the token is gone from address, history and storage', async () => {
    const page = await openApp()
    expect(await callEcho(page, 'hello')).toEqual({ ok: true, value: 'hello' })
    expect(page.url()).toBe(`${host.origin}/`)
    const kept = await page.evaluate(() => JSON.stringify([window.location.href, document.referrer, Object.entries(sessionStorage), Object.entries(localStorage), document.cookie]))
    expect(kept).not.toContain(new URL(host.url).hash.slice('#token='.length))
    expect(await context.cookies()).toEqual([])
  })

  test('a reload goes on', async () => {
    const page = await openApp()
    await page.reload()
    await page.waitForFunction(() => document.title === 'connected')
    expect(await callEcho(page, 'again')).toEqual({ ok: true, value: 'again' })
  })

  test('a second tab from the same link sees how to get a new one, and a new one works', async () => {
    await openApp()
    const second = await context.newPage()
    await second.goto(host.url)
    await second.waitForURL('**/new-link')
    expect(await second.textContent('body')).toContain('press Enter')
    await openApp(host.newLink())
  })

  test('injected scripts, handlers, styles, eval and foreign content are blocked by the policy', async () => {
    const page = await openApp()
    const blocked = await page.evaluate(() => (window as unknown as { attack(): Promise<Attacked> }).attack())
    expect(blocked.broken).toBeNull()
    expect(blocked.refused).toEqual(['eval', 'function', 'timer', 'innerHTML', 'script text', 'script address', 'handler', 'fetch'])
    expect(blocked.display).not.toBe('none')
    for (const directive of ['connect-src', 'frame-src', 'img-src', 'script-src', 'style-src-elem', 'require-trusted-types-for']) expect(blocked.violations.join(' ')).toContain(directive)
  })

  test('inline styles set by a program still work, as React and recharts need', async () => {
    const page = await openApp()
    expect(
      await page.evaluate(() => {
        const element = document.createElement('div')
        element.style.setProperty('width', '123px')
        Object.assign(element.style, { height: '45px' })
        document.body.append(element)
        return [element.offsetWidth, element.offsetHeight]
      }),
    ).toEqual([123, 45])
  })

  test('a hostile page on this machine gets nothing by fetch, script, image, frame, form, window or WebSocket', async () => {
    const app = await openApp()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`)
    const got = await page.evaluate(async ([origin, token]) => {
      const tried: Record<string, string> = {}
      const read = async (name: string, url: string, init: RequestInit): Promise<void> => {
        try {
          const response = await fetch(url, init)
          tried[name] = `${response.type} ${await response.text()}`
        } catch {
          tried[name] = 'refused'
        }
      }
      const body = JSON.stringify({ token })
      await read('fetch', `${origin}/`, {})
      await read('fetch with credentials', `${origin}/`, { credentials: 'include' })
      await read('blind fetch', `${origin}/`, { mode: 'no-cors' })
      await read('exchange', `${origin}/session`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
      await read('blind exchange', `${origin}/session`, { method: 'POST', body, mode: 'no-cors' })
      const loads = (tag: 'script' | 'img', src: string): Promise<string> =>
        new Promise((resolve) => {
          const element = document.createElement(tag)
          element.addEventListener('load', () => resolve('loaded'))
          element.addEventListener('error', () => resolve('refused'))
          element.src = src
          document.body.append(element)
        })
      tried['script'] = await loads('script', `${origin}/`)
      tried['image'] = await loads('img', `${origin}/`)
      tried['socket'] = await new Promise((resolve) => {
        const socket = new WebSocket(`${origin!.replace('http', 'ws')}/bridge`)
        socket.addEventListener('open', () => resolve('open'))
        socket.addEventListener('error', () => resolve('refused'))
      })
      tried['frame'] = await new Promise((resolve) => {
        const frame = document.createElement('iframe')
        frame.src = `${origin}/`
        frame.addEventListener('load', () => resolve(frame.contentWindow?.length === 0 ? 'empty' : 'filled'))
        document.body.append(frame)
      })
      return tried
    }, [host.origin, new URL(host.newLink()).hash.slice('#token='.length)])
    expect(got).toMatchObject({ fetch: 'refused', 'fetch with credentials': 'refused', exchange: 'refused', script: 'refused', image: 'refused', socket: 'refused' })
    expect(got['blind fetch']).not.toContain('Holdpoint')
    expect(got['blind exchange']).not.toContain('secret')
    const framed = page.frames().find((frame) => frame !== page.mainFrame())
    expect(await framed?.content()).not.toContain('id="main"')

    const [opened] = await Promise.all([page.waitForEvent('popup'), page.evaluate((origin) => void window.open(`${origin}/`), host.origin)])
    await opened.waitForLoadState()
    expect(await opened.textContent('body')).toContain('Copy the link into the address bar')
    await page.evaluate((origin) => {
      const form = document.createElement('form')
      form.method = 'post'
      form.action = `${origin}/session`
      document.body.append(form)
      form.submit()
    }, host.origin)
    await page.waitForURL(`${host.origin}/session`)
    expect(await page.textContent('body')).toBe('Another page asked for this.')

    expect(dispatcher.calls).toEqual([])
    expect(await callEcho(app, 'still here')).toEqual({ ok: true, value: 'still here' })
  })
})
