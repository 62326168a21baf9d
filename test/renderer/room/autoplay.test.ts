import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClient } from '#preload/client.ts'
import { openRoom } from '#renderer/parts/room/open-room.ts'
import { playedMove } from '#renderer/parts/room/autoplay.ts'
import { createFakeBridge } from '#support/fake-bridge.ts'
import type { FakeJournal } from '#support/fake-journal.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)

beforeEach(() => vi.useFakeTimers({ now: NOW }))
afterEach(() => vi.useRealTimers())

async function playing(journal: FakeJournal) {
  const bridge = createFakeBridge()
  bridge.journals['run-1'] = journal
  const room = openRoom(createClient(bridge), 'run-1')
  const stop = room.start()
  await vi.advanceTimersByTimeAsync(50)
  room.view.getState().playAlong(true)
  const sent = () => bridge.calls.filter((call) => call.name === 'send-command').map((call) => (call.input as { command: unknown }).command)
  return { room, sent, stop, bridge }
}

test('in a rehearsal the ticks and the go are made, one after the other, and say so in the record', async () => {
  const journal = scenarios.preparation(NOW)
  const { sent, stop, room } = await playing(journal)
  await vi.advanceTimersByTimeAsync(399)
  expect(sent()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(sent()).toEqual([{ type: 'tick', id: 'code-2', note: 'played along' }])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(journal.state().gates['gate-before-phase-1']).toMatchObject({ state: 'go', reason: 'played along' })
  room.view.getState().playAlong(false)
  const before = sent().length
  await vi.advanceTimersByTimeAsync(5_000)
  expect(sent()).toHaveLength(before)
  stop()
})

test('nothing is ever sent in a live run', async () => {
  for (const name of ['planned', 'gate', 'by-hand', 'breach'] as const) {
    const journal = scenarios[name](NOW)
    expect([name, journal.state().mode, playedMove(journal.state())]).toEqual([name, 'live', null])
    const { sent, stop } = await playing(journal)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([name, sent()]).toEqual([name, []])
    stop()
  }
})

test('a failed or unknown step, a fired trigger, a pause and a go despite a breach are left to the person', () => {
  const failed = scenarios.running(NOW)
  failed.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host: 'web-2', result: { outcome: 'failed', reason: 'exit', exitCode: 1 } }, NOW, 'holdpoint')
  failed.take({ type: 'report-host-finished', stepId: 'deploy', attempt: 1, host: 'web-3', result: { outcome: 'unknown', code: 'lost', message: '', hint: '' } }, NOW, 'holdpoint')
  expect(failed.state().steps['deploy']?.status).toBe('unknown')
  expect(playedMove(failed.state())).toBeNull()

  const evidence = { rule: 'Error rate > 2% for 1m', stepId: null, samples: [] }
  const fired = scenarios.preparation(NOW)
  expect(playedMove(fired.state())).not.toBeNull()
  const trigger = fired.state().runbook.rollback.triggers[0]!.id
  fired.take({ type: 'report-breach', thresholdId: null, triggerId: trigger, metric: 'error rate', evidence }, NOW, 'holdpoint')
  expect(playedMove(fired.state())).toBeNull()

  const paused = scenarios.preparation(NOW)
  paused.take({ type: 'pause', reason: '' }, NOW)
  expect(playedMove(paused.state())).toBeNull()

  const despite = scenarios.preparation(NOW)
  for (const list of despite.state().runbook.checklists) for (const item of list.items) if (despite.state().items[item.id]?.state === 'open') despite.take({ type: 'tick', id: item.id, note: '' }, NOW)
  expect(playedMove(despite.state())).toMatchObject({ type: 'decide-gate', decision: 'go' })
  despite.take({ type: 'report-breach', thresholdId: 'limit-1', triggerId: null, metric: 'error rate', evidence }, NOW, 'holdpoint')
  expect(playedMove(despite.state())).toBeNull()
})

test('while a question is open nothing moves behind it', async () => {
  const { sent, stop, room } = await playing(scenarios.preparation(NOW))
  room.view.getState().open({ kind: 'abort', about: '' })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(sent()).toEqual([])
  room.view.getState().close()
  await vi.advanceTimersByTimeAsync(400)
  expect(sent()).toHaveLength(1)
  stop()
})
