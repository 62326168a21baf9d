import { describe, expect, test } from 'vitest'
import { nextMove } from '#domain/run/autopilot.ts'
import { Problem } from '#domain/problem.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { wantsOf } from '#domain/run/react.ts'
import { statusOf } from '#domain/run/view.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'
import { exited, followedBy, go, story, succeeded, type Story } from '#support/run-log.ts'

/** A run of these steps, through its gate. */
const begun = (...steps: Parameters<typeof phase>[1]): Story =>
  story([{ type: 'start-run' }, go(1)], { runbook: smallRunbook({ checklists: [], phases: [phase(1, steps)] }) })

const refused = (run: () => unknown): string => {
  try {
    run()
    return 'not refused'
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.code : String(thrown)
  }
}

const types = (told: Story) => told.facts.map((fact) => fact.type)
const TIME: RunCommand = { type: 'report-time' }

describe('retries', () => {
  const flaky = sh('deploy', ['app1', 'app2'], { attributes: { retries: '2', delay: '10s', backoff: 'linear' } })
  const failedOnce = () => followedBy(followedBy(begun(flaky, manual('look')), succeeded('deploy', 'app1')), exited('deploy', 'app2', 1))

  test('a failed attempt is tried again by itself after its delay, only where it failed', () => {
    const told = failedOnce()
    expect(types(told)).toEqual(['host-finished', 'step-finished', 'retry-scheduled'])
    expect([statusOf(told.state), wantsOf(told.state).wakeAt]).toEqual(['running', told.state.lastEventAt + 10_000])
    expect(types(followedBy(told, TIME, told.state.lastEventAt + 9999))).toEqual([])
    expect(followedBy(told, TIME, told.state.lastEventAt + 10_000).facts).toEqual([{ type: 'step-started', stepId: 'deploy', attempt: 2, hosts: ['app2'] }])
  })

  test('exhausted retries always stop, and a person starts the count anew', () => {
    let told = failedOnce()
    for (const attempt of [2, 3]) {
      told = followedBy(told, TIME, told.state.lastEventAt + 60_000, 'holdpoint')
      told = followedBy(told, exited('deploy', 'app2', 1, attempt))
    }
    expect([statusOf(told.state), types(told).includes('retry-scheduled')]).toEqual(['failed', false])
    told = followedBy(followedBy(told, { type: 'retry-step', stepId: 'deploy' }), exited('deploy', 'app2', 1, 4))
    expect(types(told).at(-1)).toBe('retry-scheduled')
  })

  test('an unknown outcome is never tried again by itself', () => {
    const told = followedBy(begun(flaky), { type: 'report-step-lost', stepId: 'deploy', attempt: 1 })
    expect([types(told).includes('retry-scheduled'), statusOf(told.state)]).toEqual([false, 'unknown'])
  })

  test('while paused no retry begins; resuming lets it', () => {
    const told = followedBy(failedOnce(), { type: 'pause', reason: '' })
    const late = told.state.lastEventAt + 60_000
    expect([types(followedBy(told, TIME, late)), wantsOf(told.state).wakeAt]).toEqual([[], null])
    expect(types(followedBy(followedBy(told, { type: 'resume' }), TIME, late))).toEqual(['step-started'])
  })

  test('a rollback does not wait for a retry', () => {
    const told = followedBy(failedOnce(), { type: 'start-rollback', reason: 'enough' })
    expect(types(told)).toEqual(['rollback-started', 'undo-planned', 'step-started'])
    expect(types(followedBy(told, TIME, told.state.lastEventAt + 60_000))).toEqual([])
  })
})

describe('on-fail', () => {
  test('continue passes over a failure and says so, but never over an unknown outcome', () => {
    const step = sh('warm', ['app1'], { attributes: { 'on-fail': 'continue' } })
    const told = followedBy(begun(step, manual('look')), exited('warm', 'app1', 1))
    expect(types(told)).toEqual(['host-finished', 'step-finished', 'failure-ignored', 'step-started'])
    expect(told.state.steps['warm']?.message).toContain('on-fail=continue')
    expect(statusOf(followedBy(begun(step), { type: 'report-step-lost', stepId: 'warm', attempt: 1 }).state)).toBe('unknown')
  })
})

describe('when', () => {
  const only = (when: string) => sh('extra', ['app1'], { attributes: { when } })
  const after = (when: string) => followedBy(begun(sh('first', ['app1']), only(when), manual('look')), succeeded('first', 'app1'))

  test('a step whose condition holds begins', () => expect(after('previous.succeeded').facts.at(-1)).toMatchObject({ type: 'step-started', stepId: 'extra' }))

  test('a step whose condition does not hold is passed over with the reason', () => {
    const told = after('previous.failed')
    expect(types(told).slice(-2)).toEqual(['step-skipped', 'step-started'])
    expect(told.state.steps['extra']?.status).toBe('skipped')
  })

  test('a step whose condition nobody can judge waits for a person', () => {
    const told = after('release == "2.14"')
    expect([types(told).at(-1), statusOf(told.state)]).toEqual(['step-finished', 'waiting'])
    expect(types(followedBy(told, { type: 'start-step', stepId: 'extra' }))).toEqual(['step-started'])
  })

  test('a captured value decides once every host agrees on it', () => {
    const capture = (host: string, value: string | null): RunCommand => ({ type: 'report-captured', stepId: 'first', host, name: 'release', value, why: '' })
    const run = (one: string | null, other: string | null) => {
      const told = begun(sh('first', ['app1', 'app2'], { attributes: { capture: 'release=regex:(.*)' } }), only('release == "2.14"'), manual('look'))
      return [capture('app1', one), succeeded('first', 'app1'), capture('app2', other), succeeded('first', 'app2')].reduce((before, command) => followedBy(before, command), told)
    }
    expect(run('2.14', '2.14').state.steps['extra']?.status).toBe('running')
    expect(run('2.13', '2.13').state.steps['extra']?.status).toBe('skipped')
    expect(run('2.14', '2.13').state.steps['extra']?.status).toBe('planned')
    expect(run('2.14', null).state.steps['extra']?.status).toBe('planned')
  })
})

describe('danger', () => {
  const step = sh('drop', ['app1'], { attributes: { danger: 'true' } })

  test('a dangerous step never begins by itself, and begins for a person who types the environment', () => {
    const told = begun(step)
    expect([types(told), statusOf(told.state)]).toEqual([['gate-decided', 'phase-started'], 'waiting'])
    expect(refused(() => followedBy(told, { type: 'start-step', stepId: 'drop' }))).toBe('step-danger')
    expect(refused(() => followedBy(told, { type: 'start-step', stepId: 'drop', confirm: 'production' }))).toBe('step-danger')
    expect(types(followedBy(told, { type: 'start-step', stepId: 'drop', confirm: 'Staging' }))).toEqual(['step-started'])
  })

  test('a rehearsal without a person gets past it', () => {
    expect(nextMove(begun(step).state, { onTrigger: 'rollback', retries: 1 })).toEqual({ type: 'start-step', stepId: 'drop', confirm: 'staging' })
  })
})

describe('an unknown outcome', () => {
  const lost = (attributes: Record<string, string>) => followedBy(begun(sh('deploy', ['app1'], { attributes })), { type: 'report-step-lost', stepId: 'deploy', attempt: 1 })

  test('is tried again only with a reason, which is kept', () => {
    expect(refused(() => followedBy(lost({}), { type: 'retry-step', stepId: 'deploy' }))).toBe('retry-needs-reason')
    expect(followedBy(lost({}), { type: 'retry-step', stepId: 'deploy', reason: 'it never began' }).facts).toMatchObject([{ type: 'note-added', about: 'deploy', text: 'Tried again: it never began' }, { type: 'step-started', attempt: 2 }])
  })

  test('of an idempotent step needs none', () => {
    expect(types(followedBy(lost({ idempotent: 'true' }), { type: 'retry-step', stepId: 'deploy' }))).toEqual(['step-started'])
  })
})
