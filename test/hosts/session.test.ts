import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSession } from '#hosts/session.ts'
import { createRateLimit } from '#hosts/rate-limit.ts'
import { createLoopbackDispatcher } from '#support/loopback-dispatcher.ts'

function open() {
  const sent: Record<string, unknown>[] = []
  const violations: string[] = []
  const clock = { now: 0 }
  const dispatcher = createLoopbackDispatcher()
  const session = createSession({
    dispatcher,
    send: (text) => void sent.push(JSON.parse(text) as Record<string, unknown>),
    onViolation: (reason) => violations.push(reason),
    now: () => clock.now,
  })
  return { session, sent, violations, dispatcher, clock }
}

const call = (id: number): string => JSON.stringify({ type: 'call', id, name: 'echo', input: id })
const follow = JSON.stringify({ type: 'follow', id: 1, feed: 'log', input: { after: 0 } })

test('whatever arrives, nothing is thrown and nothing that is no call is called', () => {
  const anything = fc.oneof(fc.anything(), fc.string(), fc.json(), fc.record({ type: fc.constantFrom('call', 'follow', 'stop', 'hello'), id: fc.anything(), name: fc.anything(), input: fc.anything() }).map((value) => safeJson(value)))
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 20 }), (messages) => {
      const { session, dispatcher } = open()
      for (const message of messages) session.receive(message)
      session.end()
      for (const { name } of dispatcher.calls) expect(typeof name).toBe('string')
      expect(dispatcher.openFeeds()).toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('keys of the prototype are no keys', () => {
  const { session, violations } = open()
  session.receive('{"type":"call","id":1,"name":"echo","input":1,"__proto__":{"admin":true}}')
  expect(violations.length).toBe(1)
})

test('a violation is told once, and nothing is sent or heard after it', async () => {
  const { session, violations, sent, dispatcher } = open()
  session.receive(call(1))
  session.receive(follow)
  session.receive('{')
  session.receive('{')
  session.receive(call(2))
  dispatcher.add('late')
  await Promise.resolve()
  await Promise.resolve()
  expect(violations.length).toBe(1)
  expect(sent).toEqual([])
  expect(dispatcher.calls.length).toBe(1)
  expect(dispatcher.openFeeds()).toBe(0)
})

test('too many messages are refused one by one, allowed again later, and cut off in the end', () => {
  const { session, sent, violations, dispatcher, clock } = open()
  for (let id = 1; id <= 310; id += 1) session.receive(call(id))
  expect(dispatcher.calls.length).toBe(300)
  expect(sent.filter((message) => JSON.stringify(message).includes('too-many-requests')).length).toBe(10)
  clock.now = 1000
  session.receive(call(400))
  expect(dispatcher.calls.length).toBe(301)
  for (let id = 1000; id <= 3000; id += 1) session.receive(call(id))
  expect(violations).toEqual(['too many messages'])
})

test('stopping a feed is never refused for haste', () => {
  const { session, dispatcher } = open()
  session.receive(follow)
  for (let id = 2; id <= 320; id += 1) session.receive(call(id))
  session.receive(JSON.stringify({ type: 'stop', id: 1 }))
  expect(dispatcher.openFeeds()).toBe(0)
})

test('a feed stopped while it is paused does not go on', () => {
  const dispatcher = createLoopbackDispatcher()
  const sent: string[] = []
  const session = createSession({ dispatcher, send: (text) => void sent.push(text), onViolation: () => {}, isFull: () => sent.length >= 2 })
  for (const item of ['a', 'b', 'c']) dispatcher.add(item)
  session.receive(follow)
  expect(sent.length).toBe(2)
  expect(dispatcher.openFeeds()).toBe(0)
  session.receive(JSON.stringify({ type: 'stop', id: 1 }))
  sent.length = 0
  session.drained()
  expect(sent).toEqual([])
  session.receive(follow)
  sent.length = 0
  session.drained()
  expect(sent).toEqual([JSON.stringify({ type: 'item', id: 1, cursor: 3, item: 'c' })])
})

test('the rate limit forgives with time, not with a clock that jumps back', () => {
  let now = 0
  const limit = createRateLimit({ perSecond: 10, burst: 2, patience: 1, now: () => now })
  expect([limit(), limit(), limit(), limit()]).toEqual(['pass', 'pass', 'refuse', 'cut'])
  now = -5000
  expect(limit()).toBe('cut')
  now = -4000
  expect(limit()).toBe('pass')
})

function safeJson(value: unknown): unknown {
  try {
    return JSON.stringify(value)
  } catch {
    // What JSON cannot say is sent as it is; IPC could carry it.
    return value
  }
}
