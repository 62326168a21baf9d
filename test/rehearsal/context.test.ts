import { expect, test } from 'vitest'
import type { Rollback, StepState } from '#domain/run/state.ts'
import { followRun } from '#rehearsal/context.ts'

const step = (parts: Partial<StepState>): StepState =>
  ({ status: 'planned', attempt: 0, retryAt: null, ignored: false, autoRetries: 0, inherited: null, startedAt: null, finishedAt: null, by: null, message: '', hosts: {}, ...parts })

test('the run is read again only when it has moved on', () => {
  let run = { version: 1, rollback: null as Rollback | null, steps: { stop: step({}), deploy: step({ attempt: 2, startedAt: 5, finishedAt: 9 }) } }
  const context = followRun(() => run)
  expect(context()).toEqual({ stepStarts: { deploy: 5 }, stepEnds: { deploy: 9 }, stepAttempts: { stop: 0, deploy: 2 }, rollbackAt: null })
  expect(context()).toBe(context())
  run = { ...run, version: 2, rollback: { startedAt: 12, by: 'Ada', reason: 'errors', to: null, running: 'abort', undo: [] } }
  expect(context().rollbackAt).toBe(12)
})
