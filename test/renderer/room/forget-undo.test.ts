import { describe, expect, test } from 'vitest'
import { createFakeJournal, finishRunning, play } from '#support/fake-journal.ts'
import { fakeRunbook } from '#support/fake-runbook.ts'
import { minute } from '#support/run-states.ts'
import { actionsFor } from '#renderer/parts/room/row-actions.ts'

const now = Date.parse('2026-12-05T22:00:00Z')

/** A run that goes back; the undo of the first step of phase 2 was given a secret by a person, and failed or is unknown. */
function goingBack(ended: 'failed' | 'unknown') {
  const book = fakeRunbook(now)
  const phases = book.phases.map((phase) => ({ ...phase, steps: phase.steps.map((step) => (step.id === 'maintenance-on' ? { ...step, attributes: { ...step.attributes, env: 'TOKEN=secret:ask:shop-token' } } : step)) }))
  const run = createFakeJournal('run-1', { ...book, phases }, 'live', now - 50 * minute)
  play(run, now - 16 * minute, (state) => state.steps['deploy']?.status === 'running')
  run.take({ type: 'start-rollback', reason: 'web-3 does not come up' }, now - 3 * minute, 'jonas')
  const stepId = 'undo:maintenance-on'
  for (let n = 0; n < 6 && run.state().steps[stepId]?.status !== 'running'; n++) finishRunning(run, now - 3 * minute)
  const result = ended === 'failed' ? { outcome: 'failed', reason: 'exit', exitCode: 1 } as const : { outcome: 'unknown', code: 'ssh-link-lost', message: 'The link was lost.', hint: '' } as const
  run.take({ type: 'report-host-finished', stepId, attempt: 1, host: 'lb-1', result }, now - minute, 'holdpoint')
  return { run, stepId }
}

describe('a secret that a person gave an undo', () => {
  test.for(['failed', 'unknown'] as const)('can be forgotten where the undo %s', (ended) => {
    const { run, stepId } = goingBack(ended)
    expect(run.state().steps[stepId]?.status).toBe(ended)
    const forget = actionsFor(run.state(), stepId).find(({ label }) => label === 'Forget shop-token')
    expect(forget).toMatchObject({ refusal: null, does: { send: { type: 'forget-secret', name: 'shop-token' } } })
    run.take({ type: 'forget-secret', name: 'shop-token' }, now, 'mira')
    expect(actionsFor(run.state(), stepId).some(({ label }) => label.startsWith('Forget'))).toBe(false)
  })
})
