import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Bridge, FeedItem } from '#preload/bridge.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { OpenBridge } from '#support/doors.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'
import type { LoopbackDispatcher } from '#support/loopback-dispatcher.ts'

/** The promises of a bridge, whichever door it goes through. */
export function describeBridge(name: string, open: (dispatcher: LoopbackDispatcher) => Promise<OpenBridge>): void {
  describe(name, () => {
    let opened: OpenBridge | null = null
    afterEach(async () => {
      await opened?.close()
      opened = null
    })

    const start = async (): Promise<{ dispatcher: LoopbackDispatcher; bridge: Bridge }> => {
      const dispatcher = createLoopbackDispatcher()
      opened = await open(dispatcher)
      return { dispatcher, bridge: opened.bridge }
    }

    const collect = (bridge: Bridge, after = 0) => {
      const items: FeedItem[] = []
      const problems: ProblemValue[] = []
      const stop = bridge.follow('log', { after }, (item) => items.push(item), (problem) => problems.push(problem))
      return { items, problems, stop }
    }

    test('a call is answered with its value, deep and unchanged', async () => {
      const { bridge } = await start()
      const input = { text: 'ä\u0000"\\\n😀', list: [1, null, { deep: [true] }], empty: {} }
      expect(await bridge.call('echo', input)).toEqual({ ok: true, value: input })
    })

    test('a megabyte of runbook arrives whole', async () => {
      const { bridge } = await start()
      const text = 'ü'.repeat(1024 * 1024)
      expect(await bridge.call('echo', { text })).toEqual({ ok: true, value: { text } })
    })

    test('what does not fit is refused before it is sent', async () => {
      const { bridge, dispatcher } = await start()
      expect(await bridge.call('echo', { text: 'x'.repeat(4 * 1024 * 1024) })).toMatchObject({ ok: false, problem: { code: 'message-too-large' } })
      expect(dispatcher.calls).toEqual([])
      expect(await bridge.call('echo', 1)).toEqual({ ok: true, value: 1 })
    })

    test('many calls at once are each answered with their own value', async () => {
      const { bridge } = await start()
      const numbers = Array.from({ length: 100 }, (_, index) => index)
      const replies = await Promise.all(numbers.map((number) => bridge.call('echo', number)))
      expect(replies).toEqual(numbers.map((value) => ({ ok: true, value })))
    })

    test('a Problem arrives as a value with its code, message and hint', async () => {
      const { bridge } = await start()
      expect(await bridge.call('refuse', {})).toEqual({ ok: false, problem: { code: 'step-running', message: 'The step is running.', hint: 'Wait for it.' } })
    })

    test('a defect in main becomes a Problem and nothing else stops', async () => {
      const { bridge } = await start()
      expect(await bridge.call('defect', {})).toMatchObject({ ok: false, problem: { code: 'unexpected' } })
      expect(await bridge.call('unsayable', {})).toMatchObject({ ok: false, problem: { code: 'unexpected' } })
      expect(await bridge.call('echo', 1)).toEqual({ ok: true, value: 1 })
    })

    test('an unknown call is answered with a Problem', async () => {
      const { bridge } = await start()
      expect(await bridge.call('no-such-call', {})).toMatchObject({ ok: false, problem: { code: 'call-unknown' } })
    })

    test('a feed delivers what was there and what comes, each once and in order', async () => {
      const { bridge, dispatcher } = await start()
      for (let index = 1; index <= 500; index += 1) dispatcher.add(`before ${index}`)
      const feed = collect(bridge)
      await vi.waitFor(() => expect(feed.items.length).toBe(500))
      for (let index = 501; index <= 1000; index += 1) dispatcher.add(`after ${index}`)
      await vi.waitFor(() => expect(feed.items.length).toBe(1000))
      expect(feed.items.map((item) => item.cursor)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
      expect(feed.items[700]).toEqual({ cursor: 701, item: 'after 701' })
    })

    test('a feed begins after the cursor it is given', async () => {
      const { bridge, dispatcher } = await start()
      for (const item of ['a', 'b', 'c', 'd']) dispatcher.add(item)
      const feed = collect(bridge, 2)
      await vi.waitFor(() => expect(feed.items.map((item) => item.item)).toEqual(['c', 'd']))
    })

    test('a stopped feed is silent and is closed in main', async () => {
      const { bridge, dispatcher } = await start()
      const stopped = collect(bridge)
      const kept = collect(bridge)
      dispatcher.add('one')
      await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(2))
      await vi.waitFor(() => expect(stopped.items.length).toBe(1))
      stopped.stop()
      stopped.stop()
      dispatcher.add('two')
      await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
      await vi.waitFor(() => expect(kept.items.length).toBe(2))
      expect(stopped.items.length).toBe(1)
    })

    test('an unknown feed says so once and is over', async () => {
      const { bridge } = await start()
      const problems: ProblemValue[] = []
      bridge.follow('no-such-feed', {}, () => {}, (problem) => problems.push(problem))
      await vi.waitFor(() => expect(problems.map((problem) => problem.code)).toEqual(['feed-unknown']))
      await bridge.call('echo', 1)
      expect(problems.length).toBe(1)
    })

    test('an item that cannot be sent ends its feed with a Problem and closes it in main', async () => {
      const { bridge, dispatcher } = await start()
      const feed = collect(bridge)
      await vi.waitFor(() => expect(dispatcher.openFeeds()).toBe(1))
      dispatcher.add(1n)
      await vi.waitFor(() => expect(feed.problems.map((problem) => problem.code)).toEqual(['unexpected']))
      expect(dispatcher.openFeeds()).toBe(0)
    })

    test('says that it is connected, also to whoever asks later', async () => {
      const { bridge } = await start()
      await bridge.call('echo', 1)
      const states: boolean[] = []
      const stop = bridge.onConnection(({ connected }) => states.push(connected))
      stop()
      expect(states).toEqual([true])
    })
  })
}
