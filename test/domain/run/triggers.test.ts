import { describe, expect, it } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { rollbackCountdown } from '#domain/run/countdown.ts'
import { wantsOf } from '#domain/run/react.ts'
import { holdingTriggers, statusOf } from '#domain/run/view.ts'
import { followedBy, go, opening, START, story, succeeded, tick, type Story } from '#support/run-log.ts'
import { phase, range, sh, smallRunbook } from '#support/runbooks.ts'
import type { Threshold } from '#domain/threshold.ts'

const second = 1000
const errors: Threshold = { id: 'many-threshold', text: 'Error rate > 5% for 1m', metric: 'error rate', operator: '>', limit: 5, unit: '%', holdMs: 60_000, range }
const runbook = smallRunbook({
  phases: [phase(1, [sh('stop', ['app1', 'app2'])]), phase(2, [sh('start', ['app1']), sh('after', ['app1'])])],
  rollback: {
    triggers: [{ id: 'many', text: errors.text, threshold: errors, auto: { countdownMs: 60_000 }, range }, { id: 'eye', text: 'Charged twice', threshold: null, range }],
    steps: [sh('back', ['app1'])], validation: [],
  },
})
const samples = [{ at: START, value: 6 }, { at: START + 60_000, value: 7 }]
const fired: RunCommand = { type: 'report-breach', thresholdId: null, triggerId: 'many', metric: 'error rate', evidence: { rule: errors.text, limit: '> 5 %', query: 'the highest of x at y', samples, stepId: 'stop' } }
const inFirstStep = story(opening, { runbook })
const at = (told: Story, ms: number) => told.state.lastEventAt + ms
const firing = followedBy(inFirstStep, fired, undefined, 'holdpoint')
const time = (told: Story, ms: number): Story => followedBy(told, { type: 'report-time' }, at(told, ms), 'holdpoint')
const breachId = firing.state.breaches[0]!.id

describe('a rollback trigger that fires', () => {
  it('freezes what decided it, who had the run in hand, and announces the rollback', () => {
    expect(firing.facts).toEqual([
      { type: 'breach-opened', breachId, thresholdId: null, triggerId: 'many', metric: 'error rate', evidence: { rule: errors.text, limit: '> 5 %', query: 'the highest of x at y', samples, stepId: 'stop', control: 'dana' } },
      { type: 'rollback-countdown-started', breachId, endsAt: inFirstStep.state.lastEventAt + 60_000 },
    ])
  })

  it('keeps its evidence whatever comes later: other readings, another person, an override', () => {
    const { evidence } = firing.state.breaches[0]!
    let later = followedBy(firing, { ...fired, evidence: { ...fired.evidence, samples: [], rule: 'edited' } } as RunCommand, undefined, 'holdpoint')
    later = followedBy(later, { type: 'add-note', about: null, text: 'looking' }, undefined, 'jonas')
    later = followedBy(later, { type: 'override-breach', breachId, reason: 'known' }, undefined, 'jonas')
    expect(later.state.breaches[0]?.evidence).toEqual(evidence)
    expect([later.state.control, later.state.breaches.length]).toEqual(['jonas', 1])
  })

  it('holds automatic progress until it is answered', () => {
    const done = ['app1', 'app2'].reduce((told, host) => followedBy(told, succeeded('stop', host)), firing)
    const held = followedBy(done, { type: 'watch-breach', breachId, note: 'mira asks the bank' })
    expect([held.state.steps['start']?.status, holdingTriggers(held.state).length, held.state.breaches[0]?.watched]).toEqual(['planned', 1, { at: held.state.lastEventAt, by: 'dana', note: 'mira asks the bank' }])
    expect(followedBy(held, { type: 'override-breach', breachId, reason: 'it was a probe' }).state.gates['gate-before-phase-2']?.state).toBe('reached')
  })

  it('only recommends when it is not marked auto, whoever reports it', () => {
    const eye = followedBy(inFirstStep, { type: 'fire-trigger', triggerId: 'eye', reason: 'ticket 77' })
    expect(eye.facts.map(({ type }) => type)).toEqual(['breach-opened'])
    expect([rollbackCountdown(eye.state), wantsOf(eye.state).wakeAt]).toEqual([null, null])
    expect(time(eye, 3_600_000).facts).toEqual([])
  })
})

describe('the countdown of a trigger marked auto', () => {
  it('is a time the run wakes at, and a rehearsal does not speed it up', () => {
    expect(wantsOf(firing.state)).toMatchObject({ wakeAt: firing.state.lastEventAt + 60_000, rate: 1 })
    expect(wantsOf(inFirstStep.state).rate).toBe(60)
  })

  it('starts the rollback when it is over, and not before', () => {
    expect(time(firing, 59_999).facts).toEqual([])
    const over = time(firing, 60_000)
    expect(over.facts[0]).toEqual({ type: 'rollback-started', running: 'abort', reason: '“Error rate > 5% for 1m” has fired, and nobody answered within 1 min.' })
    expect([over.events.at(-1)?.by, over.state.rollback?.by, statusOf(over.state)]).toEqual(['holdpoint', 'holdpoint', 'rolling-back'])
  })

  it.each<[string, RunCommand]>([
    ['holding and watching', { type: 'watch-breach', breachId, note: '' }],
    ['an override', { type: 'override-breach', breachId, reason: 'known' }],
    ['an abort', { type: 'abort', reason: 'stop it all' }],
  ])('is stopped by %s, and stays stopped', (_, answer) => {
    const stopped = followedBy(firing, answer)
    expect(rollbackCountdown(stopped.state)).toBeNull()
    const later = time(followedBy(stopped, fired, undefined, 'holdpoint'), 3_600_000)
    expect([rollbackCountdown(later.state), later.state.rollback, later.facts.filter(({ type }) => type === 'rollback-started')]).toEqual([null, null, []])
  })

  it('is over when a person rolls back first', () => {
    const back = followedBy(firing, { type: 'start-rollback', reason: 'now' })
    expect([rollbackCountdown(back.state), time(back, 60_000).facts]).toEqual([null, []])
  })

  it('begins again in full when nobody can have seen it end', () => {
    const late = time(firing, 60_000 + 61 * second)
    expect(late.facts).toEqual([{ type: 'rollback-countdown-started', breachId, endsAt: late.state.lastEventAt + 60_000 }])
    expect(time(late, 60_000).facts[0]?.type).toBe('rollback-started')
    expect(time(firing, 60_000 + 60 * second).facts[0]?.type).toBe('rollback-started')
  })

  it('does not begin before anything has been done, nor during a rollback', () => {
    expect(followedBy(story([{ type: 'start-run' }], { runbook }), fired).facts.map(({ type }) => type)).toEqual(['breach-opened'])
    expect(followedBy(followedBy(inFirstStep, { type: 'start-rollback', reason: 'slow' }), fired).facts.map(({ type }) => type)).toEqual(['breach-opened'])
  })

  it('cannot be stopped twice, nor for an alert, which holds nothing', () => {
    const watched = followedBy(firing, { type: 'watch-breach', breachId, note: '' })
    expect(() => followedBy(watched, { type: 'watch-breach', breachId, note: '' })).toThrow('held already')
    const alert = followedBy(inFirstStep, { ...fired, thresholdId: 'limit', triggerId: null } as RunCommand)
    expect(() => followedBy(alert, { type: 'watch-breach', breachId: alert.state.breaches[0]!.id, note: '' })).toThrow('holds nothing')
  })
})

describe('in the monitoring time', () => {
  const monitored = story([...opening, ...['app1', 'app2'].map((host) => succeeded('stop', host)), go(2), succeeded('start', 'app1'), succeeded('after', 'app1')], { runbook })
  const endsAt = monitored.state.monitoring!.endsAt

  it('a trigger is a full incident: evidence, countdown, rollback', () => {
    expect(monitored.state.stage).toBe('monitoring')
    const told = followedBy(monitored, fired, undefined, 'holdpoint')
    expect(told.facts.map(({ type }) => type)).toEqual(['breach-opened', 'rollback-countdown-started'])
    expect(time(told, 60_000).state.stage).toBe('rollback')
  })

  it('a breach or silence holds the run open beyond it, until it is over or answered', () => {
    const alert = followedBy(monitored, { ...fired, thresholdId: 'limit', triggerId: null } as RunCommand, undefined, 'holdpoint')
    const late = (told: Story) => followedBy(told, { type: 'report-time' }, endsAt, 'holdpoint')
    expect([late(monitored).state.stage, late(alert).state.stage]).toEqual(['closing', 'monitoring'])
    expect(late(followedBy(alert, { type: 'report-breach-over', breachId: alert.state.breaches[0]!.id }, undefined, 'holdpoint')).state.stage).toBe('closing')
    const blind = followedBy(monitored, { type: 'report-no-data', metric: 'error rate' }, undefined, 'holdpoint')
    expect([late(blind).state.stage, late(followedBy(blind, { type: 'accept-no-data', metric: 'error rate', reason: 'we watch by hand' })).state.stage]).toEqual(['monitoring', 'closing'])
  })
})

describe('a metric without data', () => {
  const done = ['app1', 'app2'].map((host) => succeeded('stop', host))
  const silent: RunCommand = { type: 'report-no-data', metric: 'error rate' }
  const policy = (noData: Threshold['noData']) => smallRunbook({ ...runbook, rollback: { ...runbook.rollback, triggers: [{ ...runbook.rollback.triggers[0]!, threshold: { ...errors, ...(noData && { noData }) } }] } })
  const atSecondPhase = (book = runbook): Story => story([...opening, ...done, silent], { runbook: book })

  it('that a rollback trigger needs asks for a reason at the gate, which then stands until there is data', () => {
    const told = atSecondPhase()
    expect(() => followedBy(told, go(2))).toThrow('no data for error rate')
    const went = followedBy(told, { ...go(2), reason: 'we watch by hand' } as RunCommand)
    expect(went.state.unwatched['error rate']).toMatchObject({ by: 'dana', reason: 'we watch by hand' })
    expect(went.state.steps['start']?.status).toBe('running')
    expect(followedBy(went, { type: 'report-data', metric: 'error rate' }).state.unwatched).toEqual({})
  })

  it('holds automatic progress until there is data, or somebody goes on without', () => {
    const told = story([...opening, ...done, go(2), silent, succeeded('start', 'app1')], { runbook })
    expect(told.state.steps['after']?.status).toBe('planned')
    expect(followedBy(told, { type: 'report-data', metric: 'error rate' }, undefined, 'holdpoint').state.steps['after']?.status).toBe('running')
    expect(followedBy(told, { type: 'accept-no-data', metric: 'error rate', reason: 'Prometheus restarts' }).state.steps['after']?.status).toBe('running')
    expect(() => followedBy(told, { type: 'accept-no-data', metric: 'latency', reason: 'x' })).toThrow('Nothing waits')
  })

  it('asks for nothing when its rule says ignore', () => {
    expect(followedBy(atSecondPhase(policy('ignore')), go(2)).state.steps['start']?.status).toBe('running')
    expect(() => followedBy(atSecondPhase(policy('hold')), go(2))).toThrow('no data')
  })

  it('is told by its verdict, once each time it changes', () => {
    const verdict: RunCommand = { type: 'report-verdict', thresholdId: errors.id, metric: 'error rate', verdict: 'ok', doubt: null }
    const told = followedBy(inFirstStep, verdict)
    expect([told.facts.length, followedBy(told, verdict).facts, told.state.verdicts[errors.id]]).toEqual([1, [], { verdict: 'ok', doubt: null, at: told.state.lastEventAt }])
  })
})

describe('the baseline', () => {
  const relative = smallRunbook({ thresholds: [{ ...errors, id: 'twice', of: 'baseline', limit: 2, unit: '' }] })
  const begun = story(opening, { runbook: relative })
  const range = { from: begun.state.startedAt!, to: begun.state.lastEventAt }
  const taken = (told: Story, more: { from: number; to: number }, value: number | null) => followedBy(told, { type: 'report-baseline', ...more, metrics: { 'error rate': value === null ? null : { value, n: 9 } } }, undefined, 'holdpoint')

  it('is wanted once the first phase begins, from the readings since the run started, and only where a rule compares with it', () => {
    expect([wantsOf(story(opening.slice(0, 2), { runbook: relative }).state).baseline, wantsOf(begun.state).baseline, wantsOf(inFirstStep.state).baseline]).toEqual([false, true, false])
    const told = taken(begun, range, 1.5)
    expect([told.state.baseline, wantsOf(told.state).baseline]).toEqual([{ ...range, takenAt: told.state.lastEventAt, metrics: { 'error rate': { value: 1.5, n: 9 } } }, false])
    expect(taken(told, range, 9).facts).toEqual([])
  })

  it('is missing when nothing was read before the first phase', () => {
    const hurried = smallRunbook({ checklists: [], phases: [phase(1, [sh('stop', ['app1'])]), phase(2, [sh('start', ['app1'])])], thresholds: relative.thresholds })
    const at0 = (told: Story, command: RunCommand) => followedBy(told, command)
    const told = [go(1), succeeded('stop', 'app1')].reduce(at0, story([{ type: 'start-run' }], { runbook: hurried }))
    expect(wantsOf(told.state).baseline).toBe(false)
    expect(() => followedBy(told, go(2))).toThrow('no data for error rate')
  })

  it('is read again from a range that a person picks, and from no other', () => {
    const told = taken(begun, range, 1.5)
    const chosen = followedBy(told, { type: 'choose-baseline', range: '30s' })
    const pick = { from: chosen.state.baseline?.from ?? NaN, to: chosen.state.baseline?.to ?? NaN }
    expect([pick.to - pick.from, pick.to]).toEqual([30 * second, chosen.state.lastEventAt])
    expect([wantsOf(chosen.state).baseline, taken(chosen, range, 7).facts]).toEqual([true, []])
    expect(taken(chosen, pick, 2).state.baseline).toMatchObject({ ...pick, metrics: { 'error rate': { value: 2 } } })
    for (const bad of ['0s', '00:00 to 00:00', '03:00 to 02:59']) expect(() => followedBy(told, { type: 'choose-baseline', range: bad })).toThrow('The baseline is read')
    for (const bad of ['yesterday', '25:00 to 26:00', '10', '12:00']) expect(() => followedBy(told, { type: 'choose-baseline', range: bad })).toThrow('no range of time')
  })

  it('that could not be taken is as good as no data: the gate asks for a reason', () => {
    const told = taken(story([...opening, ...['app1', 'app2'].map((host) => succeeded('stop', host)), tick('look')], { runbook: relative }), range, null)
    expect(() => followedBy(told, go(2))).toThrow('no data for error rate')
  })
})
