import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines } from '#domain/line-diff.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { evolve } from '#domain/run/evolve.ts'
import { inheritedFacts } from '#domain/run/resume/inherit.ts'
import { planResume, type ResumeChoice } from '#domain/run/resume/plan.ts'
import type { RunState } from '#domain/run/state.ts'
import { statusOf } from '#domain/run/view.ts'
import { touchedSteps } from '#domain/run/undo.ts'
import { timingOf } from '#domain/timing.ts'
import type { Runbook } from '#domain/runbook.ts'
import { exited, followedBy, go, refusalOf, START, story, succeeded, tick, type Story } from '#support/run-log.ts'
import { item, manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const DAYS_LATER = START + 3 * 24 * 3_600_000
const anything: ResumeChoice = { from: null, keep: [], again: [] }
const book = (more: Partial<Runbook> = {}): Runbook => smallRunbook({
  checklists: [{ id: 'code', title: 'Code', items: [item('tests-pass')] }],
  phases: [
    phase(1, [sh('stop', ['app1', 'app2'], { attributes: { capture: 'v=regex:v(.*)' } }), manual('look')]),
    phase(2, [sh('deploy', ['app1', 'app2']), sh('start', ['app1'])]),
    phase(3, [manual('tell')]),
  ], ...more,
})
const after = (told: Story, ...commands: RunCommand[]): Story => commands.reduce((before, command) => followedBy(before, command), told)
/** `stop` and `look` are done; `deploy` succeeded on app1 and failed on app2. */
const failed = (): Story => story([
  { type: 'start-run' }, tick('tests-pass'), go(1), { type: 'report-captured', stepId: 'stop', host: 'app1', name: 'v', value: '4', why: '' },
  succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look'), go(2), succeeded('deploy', 'app1'), exited('deploy', 'app2', 1),
], { runbook: book() })

const edited = (id: string, change: Partial<ReturnType<typeof sh>>): Runbook => {
  const { phases } = book()
  return book({ phases: phases.map((one) => ({ ...one, steps: one.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) })) })
}
const fates = (state: RunState, next: Runbook, choice: Partial<ResumeChoice> = {}) =>
  Object.fromEntries(planResume(state, next, { ...anything, ...choice }).steps.map(({ id, fate, repeats }) => [id, repeats ? `${fate} again` : fate]))

/** A new run that goes on with this one, days later. */
function resumed(state: RunState, next: Runbook, choice: Partial<ResumeChoice> = {}, reason = ''): Story {
  const facts = [{ type: 'run-created' as const, runId: 'run-2', mode: 'rehearsal' as const, speed: 60, automatic: true, runbookId: 'book', revision: 2, runbook: next }, ...inheritedFacts(state, next, { ...anything, ...choice }, reason)]
  const events = facts.map((fact) => ({ ...fact, at: DAYS_LATER, by: 'mo' }))
  const folded = events.reduce<RunState | null>((before, event, index) => evolve(before, { seq: index + 1, event }), null)
  return { state: folded as RunState, events, facts }
}

describe('going on with a run', () => {
  test('keeps what was done, and the failed step holds the new run: a retry leaves the hosts alone where it succeeded', () => {
    const told = resumed(failed().state, book())
    expect(told.state).toMatchObject({
      resumes: { runId: 'run-1', from: 'deploy' }, stage: 'planned', captured: { v: { app1: '4' } }, items: { 'tests-pass': { state: 'ticked', by: 'dana' } },
      steps: { stop: { status: 'succeeded', startedAt: null, inherited: { at: expect.any(Number) as number } }, deploy: { status: 'failed', attempt: 1 }, start: { status: 'planned', attempt: 0, inherited: null } },
    })
    const begun = after(told, { type: 'start-run' })
    expect(begun.facts.map((fact) => fact.type)).toEqual(['run-started', 'gate-reached'])
    const stuck = after(begun, go(2))
    expect(statusOf(stuck.state)).toBe('failed')
    expect(after(stuck, { type: 'retry-step', stepId: 'deploy' }).facts).toEqual([{ type: 'step-started', stepId: 'deploy', attempt: 2, hosts: ['app2'] }])
    const through = after(stuck, { type: 'retry-step', stepId: 'deploy' }, succeeded('deploy', 'app2', 2), succeeded('start', 'app1'), go(3), tick('tell'))
    expect(through.state.stage).toBe('monitoring')
    expect([...touchedSteps(through.state)]).toEqual(['stop', 'look', 'deploy', 'start', 'tell'])
    expect(timingOf(through.state, DAYS_LATER + 60_000).steps['stop']?.actual).toEqual({ startAt: null, endAt: null })
  })

  test('a failed step that says something else now begins afresh; a changed title or undo= is no other work', () => {
    expect(fates(failed().state, edited('deploy', { body: 'echo mended' }))).toEqual({ stop: 'kept', look: 'kept', deploy: 'runs', start: 'runs', tell: 'runs' })
    expect(fates(failed().state, edited('deploy', { title: 'Deploy it', undo: 'echo back' }))).toMatchObject({ deploy: 'held' })
  })

  test('a step that succeeded and says something else now asks: it counts as done, or runs again in its turn', () => {
    const next = edited('stop', { body: 'echo stop harder' })
    expect(fates(failed().state, next)).toMatchObject({ stop: 'undecided', look: 'kept' })
    expect(refusalOf(() => resumed(failed().state, next))).toBe('resume-undecided')
    expect(resumed(failed().state, next, { keep: ['stop'] }).state.steps['stop']?.status).toBe('succeeded')
    const again = after(resumed(failed().state, next, { again: ['stop'] }), { type: 'start-run' }, go(1))
    expect(again.facts.at(-1)).toMatchObject({ type: 'step-started', stepId: 'stop', attempt: 1, hosts: ['app1', 'app2'] })
  })

  test('what is done behind a step that is not, since it did not come after it, stays done', () => {
    const { phases } = book()
    const lanes = book({ phases: phases.map((one) => (one.number === 2 ? { ...one, steps: [sh('deploy', ['app1', 'app2']), sh('start', ['app1'], { attributes: { after: 'none' } })] } : one)) })
    const told = story([{ type: 'start-run' }, tick('tests-pass'), go(1), succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look'), go(2), succeeded('start', 'app1'), succeeded('deploy', 'app1'), exited('deploy', 'app2', 1)], { runbook: lanes })
    expect(fates(told.state, lanes)).toEqual({ stop: 'kept', look: 'kept', deploy: 'held', start: 'kept', tell: 'runs' })
  })

  test('a host that is another machine now is other work', () => {
    const next = book({ inventory: { hosts: ['app1', 'app2'].map((name) => ({ name, address: name === 'app2' ? '10.0.0.9' : null, user: null, port: null, jump: null })), groups: [], sources: [] } })
    expect(fates(failed().state, next)).toMatchObject({ stop: 'undecided', look: 'kept', deploy: 'runs' })
  })

  test('added, removed and renamed steps are told apart, with the lines that were edited', () => {
    const next = book({ phases: [
      phase(1, [sh('halt', ['app1', 'app2'], { body: 'echo stop', attributes: { capture: 'v=regex:v(.*)' } })]),
      phase(2, [sh('check', ['app1']), sh('deploy', ['app1', 'app2'], { body: 'echo deploy\necho more' }), sh('start', ['app1'])]), phase(3, [manual('tell')]),
    ] })
    const plan = planResume(failed().state, next, anything)
    expect(plan.steps.map(({ id, change, was, fate }) => [id, change, was, fate])).toEqual([
      ['halt', 'changed', 'succeeded', 'kept'], ['check', 'added', null, 'runs'], ['deploy', 'changed', 'failed', 'runs'], ['start', 'same', 'planned', 'runs'], ['tell', 'same', 'planned', 'runs'],
    ])
    expect(plan.removed).toEqual([{ id: 'look', title: 'look', was: 'succeeded' }])
    expect(plan.steps[2]?.lines).toEqual([{ kind: 'same', text: 'deploy' }, { kind: 'same', text: 'sh on app1, app2' }, { kind: 'same', text: 'echo deploy' }, { kind: 'added', text: 'echo more' }])
    expect(resumed(failed().state, next).state.resumes?.from).toBe('check')
  })

  test('from a chosen step: what is done there already runs a second time, what is not done before it is left out, each for a reason', () => {
    expect(fates(failed().state, book(), { from: 'look' })).toEqual({ stop: 'kept', look: 'runs again', deploy: 'runs again', start: 'runs', tell: 'runs' })
    expect(refusalOf(() => resumed(failed().state, book(), { from: 'look' }))).toBe('resume-needs-reason')
    const later = resumed(failed().state, book(), { from: 'start' }, 'deployed by hand')
    expect(later.state.steps).toMatchObject({ deploy: { status: 'skipped', by: 'mo', message: 'Left out, as the run goes on behind it: deployed by hand' }, start: { status: 'planned' } })
    expect(refusalOf(() => resumed(failed().state, book(), { from: 'nothing' }))).toBe('step-unknown')
    const idempotent = edited('look', {})
    expect(refusalOf(() => resumed(failed().state, { ...idempotent, phases: idempotent.phases.map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, attributes: { ...step.attributes, idempotent: 'true' } })) })) }, { from: 'look' }))).toBe('not refused')
  })

  test('an unknown outcome is never just run again, whatever was chosen or edited', () => {
    const told = story([{ type: 'start-run' }, tick('tests-pass'), go(1), succeeded('stop', 'app1'), { type: 'report-step-lost', stepId: 'stop', attempt: 1 }], { runbook: book() })
    for (const choice of [anything, { ...anything, from: 'stop' }]) expect(fates(told.state, edited('stop', { body: 'echo other' }), choice)).toMatchObject({ stop: 'held' })
    const again = after(resumed(told.state, book()), { type: 'start-run' }, go(1))
    expect(statusOf(again.state)).toBe('unknown')
    expect(refusalOf(() => after(again, { type: 'retry-step', stepId: 'stop' }))).toBe('retry-needs-reason')
  })

  test('after an abort the step a person had in hand is to be done, and what a person skipped or ignored stays so', () => {
    const inHand = story([{ type: 'start-run' }, tick('tests-pass'), go(1), succeeded('stop', 'app1'), exited('stop', 'app2', 1), { type: 'ignore-failure', stepId: 'stop', reason: 'a spare' }, { type: 'abort', reason: 'enough' }], { runbook: book() })
    expect(fates(inHand.state, book())).toMatchObject({ stop: 'kept', look: 'runs' })
    expect(resumed(inHand.state, book()).state.steps['stop']).toMatchObject({ status: 'skipped', ignored: true })
  })

  test('is refused for a run that is at work, has succeeded, has gone back, or was never begun', () => {
    const at = (...commands: RunCommand[]) => story(commands, { runbook: book() })
    expect(refusalOf(() => resumed(at().state, book()))).toBe('resume-not-begun')
    expect(refusalOf(() => resumed(at({ type: 'start-run' }, tick('tests-pass'), go(1)).state, book()))).toBe('resume-running')
    expect(refusalOf(() => resumed(after(failed(), { type: 'start-rollback', reason: 'no' }).state, book()))).toBe('resume-rolled-back')
  })
})

test('a diff leads from the old lines to the new, with no line made up', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  fc.assert(fc.property(lines, lines, (before, now) => {
    const diff = diffLines(before, now)
    expect(diff.filter(({ kind }) => kind !== 'added').map(({ text }) => text)).toEqual(before)
    expect(diff.filter(({ kind }) => kind !== 'removed').map(({ text }) => text)).toEqual(now)
  }))
  expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c']).map(({ kind, text }) => `${kind} ${text}`)).toEqual(['same a', 'removed b', 'added x', 'same c'])
})
