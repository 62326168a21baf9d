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

test('output is laid in in bursts, and older lines are read again from the place they began', async () => {
  const { bridge, client } = opened()
  const store = createOutputStore({ client, runId: 'run-1', stepId: 'deploy', host: null })
  const stop = store.getState().start()
  await vi.advanceTimersByTimeAsync(150)
  expect(store.getState().log.total).toBe(120)
  for (let seq = 200; seq < 320; seq += 1) bridge.emit('output', { seq, stream: 'stdout', at: NOW, host: 'web-1', attempt: 1, text: 'line\n'.repeat(100) })
  await vi.advanceTimersByTimeAsync(150)
  const { lines, total } = store.getState().log
  expect([lines.length, total]).toEqual([5000, 12120])
  await store.getState().showOlder(total - 5000)
  expect(bridge.calls.at(-1)).toMatchObject({ name: 'read-output', input: { stepId: 'deploy', host: null } })
  expect(store.getState().older?.firstIndex).toBeLessThanOrEqual(total - 5000 - 1000)
  store.getState().showTail()
  expect(store.getState().older).toBe(null)
  stop()
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
