import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bridge } from '#preload/bridge.ts'
import { createClient } from '#preload/client.ts'
import { Problem } from '#domain/problem.ts'
import { createOutputStore } from '#renderer/stores/output.ts'
import { createRunStore, runTime } from '#renderer/stores/run.ts'
import { createSamplesStore } from '#renderer/stores/samples.ts'
import { createFakeBridge } from '#support/fake-bridge.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)

beforeEach(() => vi.useFakeTimers({ now: NOW }))
afterEach(() => vi.useRealTimers())

function opened() {
  const bridge = createFakeBridge({ now: () => NOW })
  const journal = scenarios.running(NOW)
  bridge.journals['run-1'] = journal
  return { bridge, journal, client: createClient(bridge) }
}

test('the run is folded in one go, and a repeated event changes nothing', async () => {
  const { bridge, journal, client } = opened()
  const store = createRunStore({ client, runId: 'run-1' })
  let paints = 0
  store.subscribe(() => { paints += 1 })
  const stop = store.getState().start()
  await vi.advanceTimersByTimeAsync(20)
  expect(store.getState().state).toEqual(journal.state())
  expect(paints).toBe(1)
  const before = store.getState().state
  bridge.emit('run', { kind: 'event', stored: journal.events.at(-1)! })
  await vi.advanceTimersByTimeAsync(20)
  expect(store.getState().state).toBe(before)
  stop()
})

test('following again goes on after the last event seen', async () => {
  const { bridge, client } = opened()
  const follow = vi.spyOn(bridge, 'follow')
  const store = createRunStore({ client: createClient(bridge as Bridge), runId: 'run-1' })
  void client
  store.getState().start()()
  const stop = store.getState().start()
  await vi.advanceTimersByTimeAsync(20)
  stop()
  store.getState().start()()
  expect(follow.mock.calls.map(([, input]) => input['after'])).toEqual([0, 0, store.getState().state?.version])
})

test('a refused command is kept until the next one succeeds, and its button is busy only while it is under way', async () => {
  const { bridge, client } = opened()
  const store = createRunStore({ client, runId: 'run-1' })
  bridge.answer('send-command', () => {
    throw new Problem('step-running', 'It is running.', 'Wait.')
  })
  const sending = store.getState().send({ type: 'skip-step', stepId: 'deploy', reason: 'x' })
  expect(store.getState().pending).toEqual(['skip-step:deploy'])
  await sending
  expect([store.getState().pending, store.getState().refusal?.code]).toEqual([[], 'step-running'])
})

test('the run\'s time runs at its own rate', () => {
  expect(runTime({ at: 1_000, machineAt: 500, rate: 60 }, 1_500)).toBe(61_000)
})

const batch = (from: number, count: number, skipped = false) => ({
  bytes: from * 500, skipped,
  chunks: Array.from({ length: count }, (_, index) => ({ seq: from + index, stream: 'stdout' as const, at: NOW, host: 'web-1', attempt: 1, goesOn: false, text: 'line\n'.repeat(100) })),
})

test('output follows its end in a window that never grows beyond its bound', async () => {
  const { bridge, client } = opened()
  const store = createOutputStore({ client, runId: 'run-1', stepId: 'deploy', host: null })
  const stop = store.getState().start()
  await vi.advanceTimersByTimeAsync(1)
  expect([store.getState().log.total, store.getState().before]).toEqual([120, false])
  for (let seq = 200; seq < 320; seq += 10) bridge.emit('output', batch(seq, 10))
  const { log, before, following } = store.getState()
  expect([log.lines.length, log.total, before, following]).toEqual([5000, 12120, true, true])
  bridge.emit('output', batch(9000, 3, true))
  expect(store.getState().log.lines[0]).toMatchObject({ seq: 9000, breaks: 0 })
  expect(store.getState().log.lines).toHaveLength(300)
  stop()
})

test('held output stands still whatever comes, and says that more has come', async () => {
  const { bridge, client } = opened()
  const store = createOutputStore({ client, runId: 'run-1', stepId: 'deploy', host: null })
  const stop = store.getState().start()
  await vi.advanceTimersByTimeAsync(1)
  store.getState().hold()
  const { log } = store.getState()
  bridge.emit('output', batch(200, 10))
  expect(store.getState()).toMatchObject({ newer: true, following: false, bytes: 100_000 })
  expect(store.getState().log).toBe(log)
  await store.getState().show({ seq: 60, breaks: 0, offset: null })
  expect(bridge.calls.at(-1)).toMatchObject({ name: 'read-output', input: { stepId: 'deploy', host: null, at: 60 } })
  expect(store.getState()).toMatchObject({ target: { seq: 60 }, following: false })
  await store.getState().toEnd()
  expect(store.getState()).toMatchObject({ newer: false, following: true, target: null })
  stop()
})

test('the nearest error is shown and marked; where there is none nothing moves', async () => {
  const { client } = opened()
  const store = createOutputStore({ client, runId: 'run-1', stepId: 'deploy', host: 'web-2' })
  expect(await store.getState().toError(0, 'later')).toBe(true)
  expect(store.getState()).toMatchObject({ target: { seq: 57, offset: null }, following: false })
  expect(await store.getState().toError(57, 'earlier')).toBe(false)
  expect(store.getState().target?.seq).toBe(57)
})

test('of two places asked for, the later one is shown', async () => {
  const { client } = opened()
  const store = createOutputStore({ client, runId: 'run-1', stepId: 'deploy', host: null })
  await Promise.all([store.getState().show({ seq: 3, breaks: 0, offset: null }), store.getState().toEnd()])
  expect(store.getState()).toMatchObject({ following: true, target: null, loading: false })
})

test('each metric changes once a second at most, the two not in the same moment, and silence slides on as a gap', async () => {
  const { bridge, client } = opened()
  const store = createSamplesStore({ client, runId: 'run-1', now: () => Date.now() })
  const stop = store.getState().start(['error rate', 'response time'])
  await vi.advanceTimersByTimeAsync(1)
  expect(store.getState().series['error rate']?.buckets.some((bucket) => bucket.last !== null)).toBe(true)
  const changes: string[] = []
  store.subscribe(({ series }, before) => {
    for (const metric of Object.keys(series)) if (series[metric] !== before.series[metric]) changes.push(metric)
  })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(changes.filter((metric) => metric === 'error rate').length).toBeLessThanOrEqual(3)
  expect(bridge.calls.filter((call) => call.name === 'read-series').length).toBe(2)
  stop()
})
