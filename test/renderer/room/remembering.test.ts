import { expect, test, vi } from 'vitest'
import { boundariesOf, type BoundaryParts } from '#domain/run/boundaries.ts'
import { remembering } from '#renderer/parts/room/remembering.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)

test('where a run can go back to is worked out anew when a step has changed, and not for a note', () => {
  const run = scenarios.undoable(NOW)
  const ask = vi.fn<(state: BoundaryParts) => number>((state) => boundariesOf(state).filter(({ lacking }) => lacking.length === 0).length)
  const boundaries = remembering(['runbook', 'phases', 'steps'], ask)
  const before = boundaries(run.state())
  run.take({ type: 'add-note', about: null, text: 'Jonas takes over the phone' }, NOW)
  expect([boundaries(run.state()), ask.mock.calls.length]).toEqual([before, 1])
  run.take({ type: 'report-host-started', stepId: 'deploy', attempt: 1, host: 'web-1', durable: true }, NOW, 'holdpoint')
  expect([boundaries(run.state()), ask.mock.calls.length]).toEqual([before, 2])
  expect(before).toBeGreaterThan(0)
})
