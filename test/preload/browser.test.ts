import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBrowserBridge } from '#preload/browser.ts'
import { startBrowserHost } from '#hosts/browser/host.ts'
import type { BrowserHost } from '#hosts/browser/host.ts'
import type { Reply } from '#preload/bridge.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import type { LoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import { createLoopbackPage } from '#support/loopback-page.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'

let dispatcher: LoopbackDispatcher
let renderer: ReturnType<typeof createLoopbackRenderer>
let host: BrowserHost
const bridges: ReturnType<typeof createBrowserBridge>[] = []

beforeEach(async () => {
  dispatcher = createLoopbackDispatcher()
  renderer = createLoopbackRenderer()
  host = await startBrowserHost({ dispatcher, rendererPath: renderer.path })
})
afterEach(async () => {
  for (const bridge of bridges.splice(0)) bridge.close()
  await host.close()
  renderer.remove()
})

function openPage(page = createLoopbackPage(host.url)) {
  const bridge = createBrowserBridge(page)
  bridges.push(bridge)
  return { bridge, page, lose: () => page.sockets.at(-1)?.terminate() }
}

test('a call made before the connection is there waits for it', async () => {
  const { bridge, page } = openPage()
  expect(page.sockets).toEqual([])
  expect(await bridge.call('echo', 'early')).toEqual({ ok: true, value: 'early' })
})

test('a reloaded page goes on with the secret in its storage, without a token', async () => {
  const { bridge, page } = openPage()
  await bridge.call('echo', 1)
  bridge.close()
  expect(await openPage(page).bridge.call('echo', 2)).toEqual({ ok: true, value: 2 })
})

describe('when the connection is lost', () => {
  test('a call that was sent answers that it may or may not have been recorded', async () => {
    const { bridge, lose } = openPage()
    await bridge.call('echo', 1)
    const pending = bridge.call('hang', {})
    await vi.waitFor(() => expect(dispatcher.calls.length).toBe(2))
    lose()
    expect(await pending).toMatchObject({ ok: false, problem: { code: 'connection-lost', hint: expect.stringContaining('may or may not have been recorded') } })
  })

  test('a call in the gap answers at once that nothing was sent, and is never sent later', async () => {
    const { bridge, lose } = openPage()
    await bridge.call('echo', 1)
    const inGap = new Promise<Reply>((resolve) => {
      bridge.onConnection(({ connected }) => {
        if (!connected) resolve(bridge.call('echo', 'late'))
      })
    })
    lose()
    expect(await inGap).toMatchObject({ ok: false, problem: { code: 'not-connected' } })
    await vi.waitFor(async () => expect(await bridge.call('echo', 2)).toEqual({ ok: true, value: 2 }))
    expect(dispatcher.calls.map((call) => call.input)).not.toContain('late')
  })

  test('a feed goes on after its last item: each once, in order, through ten losses', async () => {
    const { bridge, lose } = openPage()
    const cursors: number[] = []
    bridge.follow('log', { after: 0 }, ({ cursor }) => cursors.push(cursor), () => {})
    let added = 0
    for (let round = 0; round < 10; round += 1) {
      for (let index = 0; index < 50; index += 1) dispatcher.add(++added)
      await vi.waitFor(() => expect(cursors.length).toBeGreaterThan(added - 50))
      lose()
      for (let index = 0; index < 50; index += 1) dispatcher.add(++added)
    }
    await vi.waitFor(() => expect(cursors.length).toBe(added))
    expect(cursors).toEqual(Array.from({ length: added }, (_, index) => index + 1))
    expect(dispatcher.started.length).toBeGreaterThanOrEqual(10)
    expect(dispatcher.started.toSorted((one, other) => one - other)).toEqual(dispatcher.started)
  })

  test('a feed that begins anew with each start delivers all of it again', async () => {
    const { bridge, lose } = openPage()
    const items: unknown[] = []
    bridge.follow('fresh', { after: 0 }, ({ item }) => items.push(item), () => {})
    await vi.waitFor(() => expect(items.length).toBe(3))
    lose()
    await vi.waitFor(() => expect(items).toEqual(['fresh 0', 'fresh 1', 'fresh 2', 'fresh 0', 'fresh 1', 'fresh 2']))
  })

  test('a feed stopped in the gap stays stopped', async () => {
    const { bridge, lose } = openPage()
    const items: unknown[] = []
    const stop = bridge.follow('log', { after: 0 }, ({ item }) => items.push(item), () => {})
    await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
    bridge.onConnection(({ connected }) => {
      if (!connected) stop()
    })
    lose()
    await vi.waitFor(async () => expect(await bridge.call('echo', 1)).toMatchObject({ ok: true }))
    expect(dispatcher.openFeeds()).toBe(0)
  })

  test('listeners hear of it and of the return', async () => {
    const { bridge, lose } = openPage()
    const states: boolean[] = []
    bridge.onConnection(({ connected }) => states.push(connected))
    await vi.waitFor(() => expect(states).toEqual([true]))
    lose()
    await vi.waitFor(() => expect(states).toEqual([true, false, true]))
  })

  test('a page whose Holdpoint comes back as another one is told to get a new link', async () => {
    const refused: string[] = []
    const { bridge, page } = openPage({ ...createLoopbackPage(host.url), onRefused: (problem) => refused.push(problem.code) })
    await bridge.call('echo', 1)
    const problems: string[] = []
    bridge.follow('log', { after: 0 }, () => {}, (problem) => problems.push(problem.code))
    const port = Number(new URL(host.origin).port)
    await host.close()
    host = await startBrowserHost({ dispatcher, rendererPath: renderer.path, port })
    await vi.waitFor(() => expect(refused).toEqual(['link-used']))
    expect(page.stored.size).toBe(0)
    expect(problems).toEqual(['link-used'])
    expect(await bridge.call('echo', 2)).toMatchObject({ ok: false, problem: { code: 'link-used' } })
  })
})

test('a second page from the same link is refused, with what to do', async () => {
  await openPage().bridge.call('echo', 1)
  const refused: string[] = []
  const { bridge } = openPage({ ...createLoopbackPage(host.url), onRefused: (problem) => refused.push(problem.hint) })
  expect(await bridge.call('echo', 2)).toMatchObject({ ok: false, problem: { code: 'link-used' } })
  expect(refused).toEqual([expect.stringContaining('press Enter for a new link')])
  const fresh = openPage(createLoopbackPage(host.newLink()))
  expect(await fresh.bridge.call('echo', 3)).toEqual({ ok: true, value: 3 })
})

test('a page with neither token nor secret is refused', async () => {
  const { bridge } = openPage(createLoopbackPage(host.origin))
  expect(await bridge.call('echo', 1)).toMatchObject({ ok: false, problem: { code: 'link-used' } })
})
