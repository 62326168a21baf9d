import { describe, expect, test } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { Problem } from '#domain/problem.ts'
import { statusOf } from '#domain/run/view.ts'
import { manual, phase, smallRunbook } from '#support/runbooks.ts'
import { exited, go, opening, START, story, succeeded, followedBy, tick } from '#support/run-log.ts'

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Problem) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
  return 'not refused'
}

const after = (...commands: RunCommand[]) => story([...opening, ...commands])

describe('gates', () => {
  test('starting a run reaches the gate before phase 1', () => {
    expect(story([{ type: 'start-run' }]).facts).toEqual([{ type: 'run-started' }, { type: 'gate-reached', gateId: 'gate-before-phase-1' }])
  })

  test('a gate refuses to open while required items are open and says which', () => {
    expect(refusal(() => story([{ type: 'start-run' }, go(1)]))).toBe('gate-items-open: 1 required item is open: "tests-pass".')
  })

  test('a waived item opens the gate as a ticked one does', () => {
    const told = story([{ type: 'start-run' }, { type: 'waive', id: 'tests-pass', reason: 'nightly was green' }, go(1)])
    expect(statusOf(told.state)).toBe('running')
  })

  test('go starts the phase and its first step in the same transaction', () => {
    expect(story(opening).facts).toEqual([
      { type: 'gate-decided', gateId: 'gate-before-phase-1', decision: 'go', reason: '' },
      { type: 'phase-started', phaseId: 'phase-1' },
      { type: 'step-started', stepId: 'stop', attempt: 1, hosts: ['app1', 'app2'] },
    ])
  })

  test('no-go keeps the gate waiting and a later go opens it', () => {
    const noGo = story([{ type: 'start-run' }, tick('tests-pass'), { type: 'decide-gate', gateId: 'gate-before-phase-1', decision: 'no-go', reason: 'too early' }])
    expect(statusOf(noGo.state)).toBe('waiting')
    expect(statusOf(followedBy(noGo, go(1)).state)).toBe('running')
  })

  test('an item cannot be reopened once its gate has been passed', () => {
    expect(refusal(() => after({ type: 'untick', id: 'tests-pass' }))).toMatch(/^gate-passed/)
  })

  test('with a breach open, go needs a reason', () => {
    const told = story([{ type: 'start-run' }, tick('tests-pass'), { type: 'fire-trigger', triggerId: 'trigger-angry', reason: 'phones ring' }])
    expect(refusal(() => followedBy(told, go(1)))).toMatch(/^gate-breach/)
  })
})

describe('automatic progress', () => {
  test('the next step starts when every host of the one before has succeeded, not sooner', () => {
    const one = after(succeeded('stop', 'app1'))
    expect(one.facts).toEqual([{ type: 'host-finished', stepId: 'stop', attempt: 1, host: 'app1', result: { outcome: 'succeeded', exitCode: 0 } }])
    expect(followedBy(one, succeeded('stop', 'app2')).facts.slice(1)).toEqual([
      { type: 'step-finished', stepId: 'stop', attempt: 1, outcome: 'succeeded', message: '' },
      { type: 'step-started', stepId: 'look', attempt: 1, hosts: [] },
    ])
  })

  test('a phase ends with its last step and the next gate is reached', () => {
    expect(after(succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look')).facts.slice(1)).toEqual([
      { type: 'phase-finished', phaseId: 'phase-1' },
      { type: 'gate-reached', gateId: 'gate-before-phase-2' },
    ])
  })

  test('step by step, nothing starts until it is asked for', () => {
    const told = story(opening, { automatic: false })
    expect(told.facts.map((fact) => fact.type)).toEqual(['gate-decided', 'phase-started'])
    expect(followedBy(told, { type: 'start-step', stepId: 'stop' }).facts).toEqual([{ type: 'step-started', stepId: 'stop', attempt: 1, hosts: ['app1', 'app2'] }])
  })

  test('only the next step can be started', () => {
    expect(refusal(() => followedBy(story(opening, { automatic: false }), { type: 'start-step', stepId: 'look' }))).toBe('step-not-next: "look" is not next: "stop" is.')
  })

  test('while paused nothing new starts, and resuming goes on', () => {
    const paused = after({ type: 'pause', reason: '' }, succeeded('stop', 'app1'), succeeded('stop', 'app2'))
    expect(paused.facts.at(-1)?.type).toBe('step-finished')
    expect(followedBy(paused, { type: 'resume' }).facts.map((fact) => fact.type)).toEqual(['run-resumed', 'step-started'])
  })

  test('a fired rollback trigger holds the run until it is overridden', () => {
    const held = after({ type: 'fire-trigger', triggerId: 'trigger-angry', reason: 'phones ring' }, succeeded('stop', 'app1'), succeeded('stop', 'app2'))
    expect(held.facts.at(-1)?.type).toBe('step-finished')
    const breachId = held.state.breaches[0]?.id ?? ''
    expect(followedBy(held, { type: 'override-breach', breachId, reason: 'wrong number' }).facts.at(-1)?.type).toBe('step-started')
  })
})

describe('failures', () => {
  test('one failed host fails the step, and nothing starts by itself', () => {
    const failed = after(succeeded('stop', 'app1'), exited('stop', 'app2', 3))
    expect(failed.facts.at(-1)).toEqual({ type: 'step-finished', stepId: 'stop', attempt: 1, outcome: 'failed', message: 'app2: exit 3' })
    expect(statusOf(failed.state)).toBe('failed')
  })

  test('a retry runs only where the step has not succeeded', () => {
    expect(after(succeeded('stop', 'app1'), exited('stop', 'app2', 3), { type: 'retry-step', stepId: 'stop' }).facts).toEqual([
      { type: 'step-started', stepId: 'stop', attempt: 2, hosts: ['app2'] },
    ])
  })

  test('a host that succeeded before the retry still counts for the whole step', () => {
    const told = after(succeeded('stop', 'app1'), exited('stop', 'app2', 3), { type: 'retry-step', stepId: 'stop' }, succeeded('stop', 'app2', 2))
    expect(told.state.steps['stop']).toMatchObject({ status: 'succeeded', attempt: 2 })
  })

  test('a late report of an earlier attempt changes nothing', () => {
    const retried = after(succeeded('stop', 'app1'), exited('stop', 'app2', 3), { type: 'retry-step', stepId: 'stop' })
    expect(followedBy(retried, succeeded('stop', 'app2', 1)).facts).toEqual([])
  })

  test('a step that was running when the program ended becomes unknown on the hosts that had not answered', () => {
    const lost = after(succeeded('stop', 'app1'), { type: 'report-step-lost', stepId: 'stop', attempt: 1 })
    expect(statusOf(lost.state)).toBe('unknown')
    expect(lost.state.steps['stop']?.hosts['app1']?.state).toBe('succeeded')
    expect(lost.state.steps['stop']?.hosts['app2']?.state).toBe('unknown')
  })

  test('an unknown step is settled by a person with evidence, and the run goes on', () => {
    const told = after(succeeded('stop', 'app1'), { type: 'report-step-lost', stepId: 'stop', attempt: 1 }, { type: 'resolve-step', stepId: 'stop', evidence: 'service is down on app2' })
    expect(told.state.steps['stop']).toMatchObject({ status: 'succeeded', message: 'service is down on app2', by: 'dana' })
    expect(told.facts.at(-1)?.type).toBe('step-started')
  })

  test('nothing is retried while the run is paused', () => {
    const told = after(succeeded('stop', 'app1'), exited('stop', 'app2', 3), { type: 'pause', reason: '' })
    expect(refusal(() => followedBy(told, { type: 'retry-step', stepId: 'stop' }))).toMatch(/^run-paused/)
  })

  test('a host that stays out of reach does not hold the run for ever: skipping says that its outcome is unknown', () => {
    const lost = after(succeeded('stop', 'app1'), { type: 'report-host-started', stepId: 'stop', attempt: 1, host: 'app2' }, { type: 'report-host-link-lost', stepId: 'stop', attempt: 1, host: 'app2', message: 'reset' })
    const told = followedBy(lost, { type: 'skip-step', stepId: 'stop', reason: 'app2 is on fire' })
    expect(told.facts.map((fact) => fact.type)).toEqual(['host-finished', 'step-finished', 'step-skipped', 'step-started'])
    expect(told.state.steps['stop']?.hosts['app2']?.result).toMatchObject({ outcome: 'unknown', code: 'step-link-given-up' })
  })

  test('a step on a host cannot be ticked or skipped while it runs', () => {
    expect(refusal(() => after(tick('stop')))).toMatch(/^step-not-manual/)
    expect(refusal(() => after({ type: 'skip-step', stepId: 'stop', reason: 'no time' }))).toMatch(/^step-running/)
  })
})

describe('rollback and abort', () => {
  test('rollback waits for the running step to end and then runs its own steps', () => {
    const begun = after({ type: 'start-rollback', reason: 'errors' })
    expect(begun.facts).toEqual([{ type: 'rollback-started', reason: 'errors', running: 'abort' }])
    const ended = followedBy(followedBy(begun, exited('stop', 'app1', 143)), exited('stop', 'app2', 143))
    expect(ended.facts.at(-1)).toEqual({ type: 'step-started', stepId: 'back', attempt: 1, hosts: ['app1'] })
  })

  test('rollback closes a manual step that was left open', () => {
    const told = after(succeeded('stop', 'app1'), succeeded('stop', 'app2'), { type: 'start-rollback', reason: 'errors' })
    expect(told.facts.map((fact) => fact.type)).toEqual(['rollback-started', 'step-skipped', 'undo-planned', 'step-started'])
  })

  test('nothing forward starts again after a rollback has begun', () => {
    const told = after(exited('stop', 'app1', 1), exited('stop', 'app2', 1), { type: 'start-rollback', reason: 'errors' })
    expect(refusal(() => followedBy(told, { type: 'retry-step', stepId: 'stop' }))).toMatch(/^step-elsewhere/)
  })

  test('a rollback ends as rolled back once its validation is ticked', () => {
    const told = after(exited('stop', 'app1', 1), exited('stop', 'app2', 1), { type: 'start-rollback', reason: 'errors' }, succeeded('back', 'app1'))
    expect(refusal(() => followedBy(told, { type: 'finish-run' }))).toMatch(/^finish-items-open/)
    const ended = followedBy(followedBy(told, tick('app-accessible')), { type: 'finish-run' })
    expect(statusOf(ended.state)).toBe('ended-rolled-back')
  })

  test('aborting a rollback is a failed run', () => {
    const told = after(exited('stop', 'app1', 1), exited('stop', 'app2', 1), { type: 'start-rollback', reason: 'errors' }, exited('back', 'app1', 1), { type: 'abort', reason: 'by hand now' })
    expect(statusOf(told.state)).toBe('ended-failed')
  })

  test('an abort is over only when the hosts have answered', () => {
    const aborting = after({ type: 'abort', reason: 'wrong night' })
    expect(statusOf(aborting.state)).toBe('aborting')
    const ended = followedBy(followedBy(aborting, exited('stop', 'app1', 143)), exited('stop', 'app2', 143))
    expect(statusOf(ended.state)).toBe('ended-aborted')
  })

  test('an ended run refuses every command but notes', () => {
    const ended = story([{ type: 'start-run' }, { type: 'abort', reason: 'wrong night' }])
    for (const command of [tick('tests-pass'), go(1), { type: 'pause', reason: '' } as const, { type: 'start-rollback', reason: 'x' } as const]) {
      expect(refusal(() => followedBy(ended, command))).toMatch(/^run-ended/)
    }
    expect(followedBy(ended, { type: 'add-note', about: null, text: 'see ticket' }).facts).toHaveLength(1)
  })
})

describe('the end', () => {
  const through = [...opening, succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look'), go(2), succeeded('start', 'app1')]

  test('after the last phase the monitoring time begins', () => {
    const told = story(through)
    expect(told.facts.at(-1)).toEqual({ type: 'monitoring-started', endsAt: START + 8 * 60_000 + 600_000 })
  })

  test('monitoring ends with its time, but not while a metric has no data or a rule is breached', () => {
    const told = story(through)
    const late = told.state.lastEventAt + 600_000
    const silent = followedBy(told, { type: 'report-no-data', metric: 'error rate' })
    expect(followedBy(silent, { type: 'report-time' }, late).facts).toEqual([])
    expect(followedBy(told, { type: 'report-time' }, late - 1).facts).toEqual([])
    expect(followedBy(told, { type: 'report-time' }, late).facts).toEqual([{ type: 'monitoring-ended', reason: 'The monitoring time is over.' }])
  })

  test('the run succeeds when the post-deployment checklist is done', () => {
    const told = followedBy(story(through), { type: 'end-monitoring', reason: 'quiet' })
    expect(refusal(() => followedBy(told, { type: 'finish-run' }))).toMatch(/^finish-items-open/)
    expect(statusOf(followedBy(followedBy(told, tick('support-told')), { type: 'finish-run' }).state)).toBe('ended-succeeded')
  })

  test('a runbook without a monitoring duration goes straight to its closing checklist', () => {
    const told = story([{ type: 'start-run' }, go(1), tick('only')], { runbook: smallRunbook({ checklists: [], phases: [phase(1, [manual('only')])], monitoring: null }) })
    expect(told.state.stage).toBe('closing')
  })
})
