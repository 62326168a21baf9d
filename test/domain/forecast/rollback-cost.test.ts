import { describe, expect, it } from 'vitest'
import { forecastsOf } from '#domain/forecast/forecast.ts'
import type { DurationSample } from '#domain/forecast/history.ts'
import { rollbackCostOf, rollbackFit, stepsAlreadyBack } from '#domain/forecast/rollback-cost.ts'
import { touchedSteps } from '#domain/run/undo.ts'
import { undoId } from '#domain/run/undo-step.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { HostResult } from '#domain/step.ts'
import { done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const sample = (minutes: number): DurationSample => ({ runId: 'r', attempt: 1, at: 0, ms: minutes * minute, mode: 'live', excluded: null })
const byHand = { kind: 'manual', hosts: [] }

const undoBook = (back = [step('tell', { ...byHand, title: 'Tell everybody', plannedMs: 2 * minute })]): Runbook => runbook({
  phases: [
    phase(1, '22:00', '22:20', [step('drain', { undo: 'undrain', plannedMs: 4 * minute }), step('copy', { attributes: { undo: 'none' } }), step('announce', byHand)]),
    phase(2, '22:20', '23:00', [step('deploy', { undo: 'previous', plannedMs: 10 * minute }), step('patch', { plannedMs: minute })]),
  ],
  rollback: { triggers: [], steps: back, validation: [] },
})

const costOf = (book: Runbook, touched: string[], history: Map<string, DurationSample[]> = new Map(), alreadyBack = new Set<string>()) =>
  rollbackCostOf({ runbook: book, touched: new Set(touched), forecasts: forecastsOf(book, history), alreadyBack })

describe('what going back costs', () => {
  it('is nothing as long as nothing was touched', () => {
    expect(costOf(undoBook(), [])).toEqual({ nothingDone: true, steps: [], p50: 0, p90: 0, unknownLengths: [], withoutUndo: [] })
  })

  it('is the undo of everything touched, in reverse, and then what people do', () => {
    const cost = costOf(undoBook(), ['drain', 'copy', 'announce', 'deploy', 'patch'])
    expect(cost.steps.map(({ id, undoes }) => [id, undoes])).toEqual([[undoId('deploy'), 'deploy'], [undoId('drain'), 'drain'], ['tell', null]])
    expect(cost).toMatchObject({ nothingDone: false, p50: 16 * minute, p90: 16 * minute, unknownLengths: [], withoutUndo: [{ id: 'patch', title: 'patch' }] })
  })

  it('counts an undo that the rollback plan has as a step of its own once: named by its id, or the same command on the same hosts', () => {
    const plan = [step('back', { body: 'previous', plannedMs: 6 * minute }), step('undrain', { body: 'lbctl undrain', plannedMs: minute }), step('tell', { ...byHand, plannedMs: 2 * minute })]
    const cost = costOf(undoBook(plan), ['drain', 'deploy', 'patch'])
    expect(cost.steps.map(({ id }) => id)).toEqual(['back', 'undrain', 'tell'])
    expect(cost).toMatchObject({ p90: 9 * minute, withoutUndo: [] })
    const elsewhere = costOf(undoBook([step('back', { body: 'previous', hosts: ['web-2'], plannedMs: 6 * minute })]), ['deploy'])
    expect(elsewhere.steps.map(({ id }) => id)).toEqual([undoId('deploy'), 'back'])
  })

  it('leaves out what is done of a rollback that has begun', () => {
    const plan = [step('back', { plannedMs: 6 * minute }), step('tell', { ...byHand, plannedMs: 2 * minute })]
    expect(costOf(undoBook(plan), []).nothingDone).toBe(true)
    expect(costOf(undoBook(plan), ['drain'], new Map(), new Set([undoId('drain'), 'back'])).p90).toBe(2 * minute)
  })

  it('rests on earlier undos, else on undo-planned, else on the step itself', () => {
    const history = new Map([[undoId('deploy'), [sample(1), sample(2), sample(3)]], ['drain', [sample(6), sample(8), sample(10)]]])
    const [deploy, drain] = costOf(undoBook(), ['drain', 'deploy'], history).steps
    expect(deploy?.forecast).toEqual({ p50: 2 * minute, p90: 2.8 * minute, n: 3, basis: 'history' })
    expect(drain?.forecast).toEqual({ p50: 8 * minute, p90: 9.6 * minute, n: 0, basis: 'planned' })
    const told = runbook({ phases: [phase(1, null, null, [step('a', { undo: 'u', attributes: { 'undo-planned': '90s' } })])], rollback: { triggers: [], steps: [], validation: [] } })
    expect(costOf(told, ['a']).p90).toBe(90_000)
  })

  it('says whose length nobody knows, and then is only the least', () => {
    const cost = costOf(undoBook([step('tell', { ...byHand, title: 'Tell everybody' })]), ['drain'])
    expect(cost).toMatchObject({ p90: 4 * minute, unknownLengths: ['Tell everybody'] })
    expect(rollbackFit(cost, at(60), at(0)).fits).toBe('unclear')
    expect(rollbackFit(cost, at(3), at(0)).fits).toBe('over')
  })

  it('fits the window by p90, only just by p50, or not', () => {
    const cost = { ...costOf(undoBook(), ['drain']), p50: 10 * minute, p90: 20 * minute }
    expect([at(40), at(45), at(55), at(60)].map((now) => rollbackFit(cost, at(60), now).fits)).toEqual(['fits', 'tight', 'over', 'over'])
    expect(rollbackFit(cost, null, at(0))).toEqual({ endP50: at(10), endP90: at(20), fits: 'unclear' })
  })
})

describe('what a run has touched', () => {
  const started = (stepId: string, hosts = ['web-1']): Happening => ({ type: 'step-started', stepId, attempt: 1, hosts, at: at(0) })
  const failed = (stepId: string, result: HostResult): Happening[] => [
    started(stepId), { type: 'host-finished', stepId, attempt: 1, host: 'web-1', result, at: at(1) },
    { type: 'step-finished', stepId, attempt: 1, outcome: result.outcome, message: '', at: at(1) },
  ]
  const skipped: Happening = { type: 'step-skipped', stepId: 'drain', reason: 'r', at: at(2) }
  const exit: HostResult = { outcome: 'failed', reason: 'exit', exitCode: 1 }
  const refused: HostResult = { outcome: 'failed', reason: 'refused', code: 'ssh-refused', message: 'm', hint: 'h' }
  const lost: HostResult = { outcome: 'unknown', code: 'lost', message: 'm', hint: 'h' }
  const touched = (happenings: Happening[]) => [...touchedSteps(stateAfter(undoBook(), happenings))]

  it.each<[string, Happening[], string[]]>([
    ['nothing before the start', [], []],
    ['what succeeded', done('drain', 0, 1), ['drain']],
    ['what runs', [started('drain')], ['drain']],
    ['what failed on a host', failed('drain', exit), ['drain']],
    ['what failed and was then skipped', [...failed('drain', exit), skipped], ['drain']],
    ['what is unknown', failed('drain', lost), ['drain']],
    ['not what no host began', failed('drain', refused), []],
    ['not what was skipped before it began', [skipped], []],
    ['what a person had begun and reports as failed', [started('announce', []), { type: 'step-finished', stepId: 'announce', attempt: 1, outcome: 'failed', message: 'no', at: at(1) }], ['announce']],
    ['not what a person left', [started('announce', []), { type: 'step-skipped', stepId: 'announce', reason: 'r', at: at(1) }], []],
  ])('is %s', (_, happenings, expected) => expect(touched(happenings)).toEqual(expected))

  it('knows which of the plan’s steps are behind it', () => {
    expect([...stepsAlreadyBack(stateAfter(runbook(), done('back-one', 0, 1)))]).toEqual(['back-one'])
  })
})
