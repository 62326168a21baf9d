import { describe, expect, it } from 'vitest'
import { masked } from '#domain/masking.ts'
import { excerptOf } from '#domain/report/excerpt.ts'
import { buildReport } from '#domain/report/report.ts'
import { timingOf } from '#domain/timing.ts'
import { done, minute, phase, runbook, step, windowStart, journal, fold, type Happening } from '#support/run-states.ts'
import type { Runbook } from '#domain/runbook.ts'
import { shopInput, shopReport, shopRunbook } from '#support/report-run.ts'

const at = (minutes: number): number => windowStart + minutes * minute

function reportOn(book: Runbook, happenings: Happening[]) {
  const events = journal(book, happenings)
  const state = fold(events)
  return buildReport({ ...shopInput(), state, events, timing: timingOf(state, state.lastEventAt), series: [], output: () => null })
}

describe('the report', () => {
  it('says how it ended, when, who took part and how it stood to the window', () => {
    expect(shopReport().overview).toMatchObject({
      outcome: 'rolled-back', startedAt: at(-20), finishedAt: at(78), durationMs: 98 * minute, deployedAt: at(71), plannedFinishAt: at(90), firstFinishAt: null, standing: 'within', people: ['mira', 'jonas'],
    })
  })

  it('has in its course what was taken back to before a phase, with what was expected when that began and what went wrong in it', () => {
    const undoable = runbook({ phases: [phase(1, '22:00', '22:30', [step('deploy', { undo: 'previous', plannedMs: 5 * minute })])] })
    const back = (from: number): Happening[] => [{ type: 'rollback-started', reason: 'r', running: 'abort', to: 'phase-1', at: at(from) }, { type: 'undo-planned', undo: [{ stepId: 'deploy', hosts: ['web-1'], certainty: 'changed' }], at: at(from) }]
    const failed: Happening[] = [{ type: 'step-started', stepId: 'undo:deploy', attempt: 1, hosts: ['web-1'], at: at(10) }, { type: 'step-finished', stepId: 'undo:deploy', attempt: 1, outcome: 'failed', message: '', at: at(12) }]
    const numbered = (attempt: number, happenings: Happening[]): Happening[] => happenings.map((happening): Happening => ('attempt' in happening ? { ...happening, attempt } : happening))
    const again = numbered(2, done('undo:deploy', 12, 13))
    const third = numbered(3, done('undo:deploy', 30, 33))
    const { course } = reportOn(undoable, [
      { type: 'run-started', at: at(0) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }, ...done('deploy', 0, 8),
      ...back(10), ...failed, ...again, { type: 'phase-boundary-restored', phaseId: 'phase-1', at: at(13) },
      { type: 'phase-started', phaseId: 'phase-1', at: at(20) }, ...numbered(2, done('deploy', 20, 28)), ...back(30), ...third, { type: 'phase-boundary-restored', phaseId: 'phase-1', at: at(33) },
    ])
    const span = (from: number, to: number) => ({ startAt: at(from), endAt: at(to) })
    expect(course.rows.slice(0, 2).map(({ id, actual, setbacks }) => ({ id, actual, setbacks }))).toEqual([
      { id: 'phase-1', actual: { startAt: null, endAt: null }, setbacks: [{ span: span(0, 10), status: 'skipped' }, { span: span(20, 30), status: 'skipped' }] },
      { id: 'deploy', actual: { startAt: null, endAt: null }, setbacks: [{ span: span(0, 8), status: 'skipped' }, { span: span(20, 28), status: 'skipped' }] },
    ])
    expect(course.rows.slice(2).map(({ id, actual, forecast, setbacks }) => ({ id, actual, forecast, setbacks }))).toEqual([
      { id: 'rollback:1', actual: span(10, 13), forecast: span(10, 15), setbacks: [] },
      { id: 'rollback:1/undo:deploy', actual: span(10, 13), forecast: span(10, 15), setbacks: [{ span: span(10, 12), status: 'failed' }] },
      { id: 'rollback:2', actual: span(30, 33), forecast: span(30, 35), setbacks: [] },
      { id: 'rollback:2/undo:deploy', actual: span(30, 33), forecast: span(30, 35), setbacks: [] },
    ])
  })

  it('says how long a step took the last time, when it was taken back and done again', () => {
    const undoable = runbook({ phases: [phase(1, '22:00', '22:30', [step('deploy', { undo: 'previous', plannedMs: 5 * minute })])] })
    const again = done('deploy', 20, 28).map((happening): Happening => ('attempt' in happening ? { ...happening, attempt: 2 } : happening))
    const upToThere: Happening[] = [
      { type: 'run-started', at: at(0) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }, ...done('deploy', 0, 8),
      { type: 'rollback-started', reason: 'r', running: 'abort', to: 'phase-1', at: at(10) }, { type: 'undo-planned', undo: [{ stepId: 'deploy', hosts: ['web-1'], certainty: 'changed' }], at: at(10) },
      ...done('undo:deploy', 10, 13), { type: 'phase-boundary-restored', phaseId: 'phase-1', at: at(13) },
    ]
    expect(reportOn(undoable, [...upToThere, { type: 'phase-started', phaseId: 'phase-1', at: at(20) }, ...again]).summary.retries).toBe(0)
    expect(reportOn(undoable, upToThere).phases[0]?.steps[0]).toMatchObject({ status: 'planned', actual: { startAt: null, endAt: null }, durationMs: null })
    expect(reportOn(undoable, [...upToThere, { type: 'phase-started', phaseId: 'phase-1', at: at(20) }, ...again]).phases[0]?.steps[0]).toMatchObject({ actual: { startAt: at(20), endAt: at(28) }, durationMs: 8 * minute, attempts: [{ attempt: 1 }, { attempt: 2 }] })
  })

  it('says how long things really took when the clock was set meanwhile, and nothing where nobody can say', () => {
    const book = runbook({ phases: [phase(1, '22:00', '22:30', [step('deploy'), step('after')])] })
    const set = (from: number, minutes: number, noted: number): Happening => ({ type: 'clock-noted', entry: { from: at(from), to: at(from + minutes), kind: 'wall-jump', ms: minutes * minute }, at: at(noted) })
    const begun: Happening[] = [
      { type: 'run-started', at: at(0) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) },
      { type: 'step-started', stepId: 'deploy', attempt: 1, hosts: ['web-1'], at: at(0) }, { type: 'host-started', stepId: 'deploy', attempt: 1, host: 'web-1', at: at(0) },
    ]
    const ended = (deploy: number, after: number, run: number): Happening[] => [
      { type: 'host-finished', stepId: 'deploy', attempt: 1, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 }, at: at(deploy) },
      { type: 'step-finished', stepId: 'deploy', attempt: 1, outcome: 'succeeded', message: '', at: at(deploy) },
      ...done('after', deploy, after), { type: 'run-finished', outcome: 'failed', at: at(run) },
    ]
    const lengths = (...happenings: Happening[]) => {
      const { phases, overview } = reportOn(book, [...begun, ...happenings])
      return [...phases[0]!.steps.map(({ durationMs }) => durationMs), phases[0]!.steps[0]!.hosts[0]!.durationMs, overview.durationMs].map((ms) => ms && ms / minute)
    }
    expect(lengths(set(5, 60, 65), ...ended(68, 70, 71))).toEqual([8, 2, 8, 11])
    // Set back by 30 minutes: the record's time stands at minute 5 until the clock is there again.
    expect(lengths(set(5, -30, 5), ...ended(5, 5, 9))).toEqual([null, null, null, 39])
    expect(lengths(set(5, -30, 5), ...ended(6, 8, 9))).toEqual([36, 2, 36, 39])
  })

  it('does not call a window kept that a live run began before', () => {
    const begun = (mode: 'live' | 'rehearsal', minutes: number) => {
      const journalOf = journal(runbook({ phases: [phase(1, '22:00', '22:30', [step('deploy')])] }), [{ type: 'run-started', at: at(-20) }, { type: 'phase-started', phaseId: 'phase-1', at: at(minutes) }, ...done('deploy', minutes, minutes + 2)])
      const events = journalOf.map((stored) => (stored.event.type === 'run-created' ? { ...stored, event: { ...stored.event, mode } } : stored))
      const state = fold(events)
      return buildReport({ ...shopInput(), state, events, timing: timingOf(state, state.lastEventAt), series: [], output: () => null })
    }
    expect(begun('live', -5)).toMatchObject({ overview: { beforeWindowMs: 5 * minute } })
    expect(begun('live', -5).summary.attention).toContain('The first step began 5 min before the change window opened.')
    for (const report of [begun('live', 0), begun('rehearsal', -5)]) {
      expect(report.overview.beforeWindowMs).toBe(null)
      expect(report.summary.attention.join(' ')).not.toContain('before the change window')
    }
  })

  it('has the course as the timeline has it: plan, the forecast of the beginning, what happened, and the way back after it', () => {
    const { rows, marks } = shopReport().course
    expect(rows.slice(-4).map(({ title, kind }) => [title, kind])).toEqual([['Clear CDN cache (if applicable)', 'step'], ['Rollback', 'phase'], ['Deploy previous version', 'step'], ['Verify rollback success', 'step']])
    expect(rows.find(({ id }) => id === 'deploy')).toMatchObject({ planned: { startAt: at(30) }, forecast: { startAt: at(30) }, actual: { startAt: at(13), endAt: at(30) }, isCritical: true, setbacks: [{ status: 'failed', span: { startAt: at(13), endAt: at(22) } }] })
    expect(rows.find(({ id }) => id === 'rb-verify')).toMatchObject({ forecast: { startAt: at(67), endAt: at(71) }, isCritical: true })
    expect(rows.find(({ id }) => id === 'phase-4')).toMatchObject({ status: 'planned', actual: { startAt: at(54), endAt: at(61) } })
    expect(marks.map(({ kind }) => kind)).toEqual(['window-opens', 'window-closes', 'rollback', 'no-return'])
  })

  it('lists every checklist item with who and when, waivers with their reason, and what is open', () => {
    const [code, environment] = shopReport().checklists
    expect(code?.items[1]).toMatchObject({ text: 'Code reviewed and approved', state: 'ticked', by: 'jonas', at: at(-17) })
    expect(environment?.items.map(({ state, note }) => [state, note])).toEqual([
      ['ticked', 'snapshot 2026-12-01-2147'], ['waived', 'page is served by the CDN now'], ['open', ''],
    ])
  })

  it('tells each attempt of a step, and each host with its exit code and output', () => {
    const deploy = shopReport().phases[1]?.steps[2]
    expect(deploy).toMatchObject({ title: 'Deploy new version', status: 'succeeded', durationMs: 17 * minute, actual: { startAt: at(13), endAt: at(30) } })
    expect(deploy?.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'failed'], [2, 'succeeded']])
    expect(deploy?.hosts.map(({ host, state, exitCode }) => [host, state, exitCode])).toEqual([['web-1', 'succeeded', 0], ['web-2', 'succeeded', 0], ['web-3', 'succeeded', 0]])
  })

  it('keeps what a failed attempt printed, though a later one succeeded', () => {
    const [first, second] = shopReport().phases[1]?.steps[2]?.attempts ?? []
    expect(first?.failures).toMatchObject([{ host: 'web-2', result: 'failed with exit code 3', output: { omittedLines: 23 } }])
    expect(first?.failures[0]?.output?.text).toContain(`using password=${masked} for the registry\ntar: write error: No space left on device`)
    expect(second?.failures).toEqual([])
  })

  it('asks for the output of the attempt in which a host last ran', () => {
    const asked: string[] = []
    buildReport(shopInput({ output: (stepId, attempt, host) => { asked.push(`${stepId}/${attempt}/${host}`); return null } }))
    expect(asked).toEqual(expect.arrayContaining(['deploy/1/web-1', 'deploy/2/web-2', 'deploy/1/web-3']))
    expect(asked).not.toContain('deploy/2/web-1')
  })

  it('keeps breaches with their evidence, fired triggers, gates, pauses, silences and the rollback decision', () => {
    const report = shopReport()
    expect(report.incidents[0]).toMatchObject({ kind: 'breach', rule: 'Error rate > 2% for 1m', unit: '%', openedAt: at(58), closedAt: at(70), stepTitle: 'Smoke test critical paths' })
    expect(report.incidents[0]?.samples.at(-1)?.value).toBe(6.4)
    expect(report.rollback).toMatchObject({ decision: { at: at(61), by: 'mira', reason: 'error rate above 6 % and orders falling' }, triggers: [{ firedAt: [at(60)], watched: false }, { firedAt: [], watched: true }] })
    expect(report.gates[0]?.decisions).toEqual([{ at: at(0), by: 'mira', decision: 'go', reason: 'everyone is here' }])
    expect(report.pauses).toEqual([{ fromAt: at(22.5), toAt: at(25), by: 'mira', reason: 'web-2 is being looked at' }])
    expect(report.noData).toEqual([{ metric: 'response time', fromAt: at(10), toAt: at(16) }])
    expect(report.charts[0]?.breaches).toEqual([{ fromAt: at(58), toAt: at(70) }])
  })

  it('puts metrics with a limit first, under the name the runbook gives them, and overlapping breaches in one stretch', () => {
    const input = shopInput()
    const breach = input.state.breaches[0]!
    const state = { ...input.state, breaches: [breach, { ...breach, id: 'b3', openedAt: at(59), closedAt: null }] }
    const report = buildReport({ ...input, state, series: [{ ...input.series[0]!, metric: 'sessions', threshold: null }, ...input.series.toReversed()] })
    expect(report.charts.map(({ metric, title, breachCount, breaches }) => [metric, title, breachCount, breaches])).toEqual([
      ['error rate', 'Error rate', 2, [{ fromAt: at(58), toAt: null }]], ['response time', 'Application response time', 0, []], ['sessions', 'Sessions', 0, []],
    ])
  })

  it('names everything a reader must not miss', () => {
    expect(shopReport().summary.attention).toEqual(['1 period without data during the run.', '3 steps never started.', '1 retry.', '1 checklist item waived.'])
    expect(shopReport({ outcome: 'succeeded' }).summary.attention).toEqual(['1 period without data during the run.', '1 step skipped.', '1 retry.', '1 checklist item waived.'])
  })

  it('names failures, unknown outcomes, overridden and open breaches, silent metrics and unsent messages', () => {
    const evidence = { rule: 'Error rate > 2%', samples: [], stepId: null }
    const events = journal(shopRunbook(), [
      { type: 'step-started', stepId: 'stop', attempt: 1, hosts: ['web-1'], at: at(1) },
      { type: 'step-finished', stepId: 'stop', attempt: 1, outcome: 'unknown', message: 'the connection was lost', at: at(2) },
      { type: 'breach-opened', breachId: 'b1', thresholdId: 'errors', triggerId: null, metric: 'error rate', evidence, at: at(3) },
      { type: 'breach-opened', breachId: 'b2', thresholdId: 'latency', triggerId: null, metric: 'response time', evidence, at: at(3) },
      { type: 'breach-overridden', breachId: 'b2', reason: 'known', at: at(4), by: 'mira' },
      { type: 'no-data-noticed', metric: 'error rate', at: at(5) },
      { type: 'run-finished', outcome: 'failed', at: at(6), by: 'mira' },
    ])
    const state = fold(events)
    expect(buildReport({ ...shopInput(), state, events, timing: timingOf(state, at(6)) }).summary.attention).toEqual([
      '1 step with an unknown outcome.', '1 breach not over and not overridden.', '1 breach overridden by a person.', 'No data for error rate when the report was made.',
      '10 steps never started.', '7 required checklist items still open.', '3 planned messages not recorded as sent.',
    ])
  })

  it('says of a run that has not ended that it is a snapshot', () => {
    const events = journal(runbook())
    const state = fold(events)
    const report = buildReport({ ...shopInput(), state, events, timing: timingOf(state, at(0)), series: [] })
    expect(report.overview).toMatchObject({ outcome: null, status: 'planned', deployedAt: null })
    expect(report.summary.attention).toEqual(['The run has not ended: this report is a snapshot.'])
  })

  it('says of a rollback that failed that it was not finished, and which steps are left to do by hand', () => {
    const failed = reportOn(runbook(), [
      { type: 'run-started', at: at(0), by: 'mira' }, { type: 'rollback-started', reason: 'errors', at: at(5), by: 'mira' }, ...done('back-one', 5, 8),
      { type: 'step-started', stepId: 'back-two', attempt: 1, hosts: ['web-1'], at: at(8) },
      { type: 'step-finished', stepId: 'back-two', attempt: 1, outcome: 'failed', message: 'exit 3', at: at(9) },
      { type: 'abort-requested', reason: 'by hand', at: at(11), by: 'mira' }, { type: 'run-finished', outcome: 'failed', at: at(11) },
    ])
    expect(failed.rollback).toMatchObject({ state: 'not-finished', finishedAt: null, stoppedAt: at(11), left: [{ title: 'back-two', hosts: ['web-1'], status: 'failed' }] })
    expect(failed.overview.deployedAt).toBeNull()
    expect(failed.summary.attention[0]).toBe('The rollback failed; left to do by hand: back-two on web-1.')
  })

  it('counts a manual step that the abort closed among what is left, and one that a person skipped not', () => {
    const book = runbook({ rollback: { triggers: [], steps: ['a', 'b', 'c'].map((id) => step(id, { kind: 'manual', hosts: [] })), validation: [] } })
    const { rollback } = reportOn(book, [
      { type: 'run-started', at: at(0) }, { type: 'rollback-started', reason: 'errors', at: at(5), by: 'mira' },
      { type: 'step-skipped', stepId: 'a', reason: 'not needed', at: at(6), by: 'mira' }, { type: 'step-started', stepId: 'b', attempt: 1, hosts: [], at: at(6) },
      { type: 'abort-requested', reason: 'by hand', at: at(7), by: 'mira' }, { type: 'step-skipped', stepId: 'b', reason: 'Left open: the run was aborted.', at: at(7) },
      { type: 'run-finished', outcome: 'failed', at: at(7) },
    ])
    expect(rollback.left).toEqual([{ title: 'b', hosts: [], status: 'skipped' }, { title: 'c', hosts: [], status: 'planned' }])
  })

  it('calls a rollback finished only when it is, and a run that failed without one not deployed', () => {
    expect(shopReport().rollback).toMatchObject({ state: 'finished', finishedAt: at(71), left: [] })
    expect(shopReport({ outcome: 'succeeded' }).rollback).toMatchObject({ state: 'unused', left: [] })
    expect(reportOn(runbook(), [{ type: 'run-started', at: at(0) }, { type: 'rollback-started', reason: '', at: at(5) }]).rollback).toMatchObject({ state: 'in-progress', finishedAt: null, stoppedAt: null })
    const aborted = reportOn(runbook(), [{ type: 'run-started', at: at(0) }, ...done('one', 1, 2), { type: 'abort-requested', reason: 'no', at: at(3) }, { type: 'run-finished', outcome: 'aborted', at: at(3) }])
    expect(aborted.overview.deployedAt).toBeNull()
  })

  it('tells with each step what befell it: work that is not durable, lost links, retries by themselves, captured values', () => {
    const report = reportOn(runbook(), [
      { type: 'run-started', at: at(0) }, { type: 'step-started', stepId: 'one', attempt: 1, hosts: ['web-1', 'web-2'], at: at(1) },
      { type: 'host-started', stepId: 'one', attempt: 1, host: 'web-1', durable: false, why: 'no writable home', at: at(1) },
      { type: 'host-started', stepId: 'one', attempt: 1, host: 'web-2', durable: true, at: at(1) },
      { type: 'host-link-lost', stepId: 'one', attempt: 1, host: 'web-2', message: 'keepalive timed out', at: at(2) },
      { type: 'host-link-restored', stepId: 'one', attempt: 1, host: 'web-2', at: at(3) },
      { type: 'host-finished', stepId: 'one', attempt: 1, host: 'web-1', result: { outcome: 'failed', reason: 'exit', exitCode: 3 }, at: at(4) },
      { type: 'host-finished', stepId: 'one', attempt: 1, host: 'web-2', result: { outcome: 'succeeded', exitCode: 0 }, at: at(4) },
      { type: 'step-finished', stepId: 'one', attempt: 1, outcome: 'failed', message: 'exit 3', at: at(4) },
      { type: 'retry-scheduled', stepId: 'one', attempt: 2, retryAt: at(4.5), at: at(4) },
      { type: 'step-started', stepId: 'one', attempt: 2, hosts: ['web-1'], at: at(4.5) },
      { type: 'host-started', stepId: 'one', attempt: 2, host: 'web-1', durable: true, at: at(4.5) },
      { type: 'host-link-lost', stepId: 'one', attempt: 2, host: 'web-1', message: '', at: at(4.6) },
      { type: 'host-finished', stepId: 'one', attempt: 2, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 }, at: at(5) },
      { type: 'value-captured', stepId: 'one', host: 'web-1', name: 'version', value: '4.2.0', why: '', at: at(5) },
      { type: 'value-captured', stepId: 'one', host: 'web-2', name: 'version', value: null, why: 'no line matches', at: at(5) },
      { type: 'step-finished', stepId: 'one', attempt: 2, outcome: 'succeeded', message: '', at: at(5) },
      { type: 'step-skipped', stepId: 'two', reason: 'It is only for when environment == staging.', at: at(6) },
    ])
    const [one, two] = report.phases[0]?.steps ?? []
    expect(one?.happenings).toEqual([
      { at: at(1), words: 'web-1: not durable, a lost link would have left its outcome unknown: no writable home' },
      { at: at(2), words: 'web-2: link lost while the work went on there: keepalive timed out' },
      { at: at(3), words: 'web-2: link restored after 1 min, followed again without a gap' },
      { at: at(4.5), words: 'Attempt 2 began by itself after 30 s' },
      { at: at(4.6), words: 'web-1: link lost while the work went on there, attempt 2' },
      { at: at(5), words: 'web-1: captured version = 4.2.0' },
      { at: at(5), words: 'web-2: no value captured for version: no line matches' },
    ])
    expect(two).toMatchObject({ status: 'skipped', skippedByCondition: true, message: 'It is only for when environment == staging.' })
    expect(report.summary.attention).toEqual([
      'The run has not ended: this report is a snapshot.', '1 step skipped by its condition.', '1 retry, 1 of them by itself.', '2 links lost while a step ran, 1 restored.',
      '1 step ran on a host without being durable.', '1 value could not be captured.',
    ])
    expect(report.timeline.map((entry) => entry.words).filter((words) => words.includes('not durable'))).toEqual(['web-1: “one” started, not durable: no writable home'])
  })

  it('does not take the stand-ins of a rehearsal for hosts that are not durable', () => {
    const events = journal(runbook(), [
      { type: 'step-started', stepId: 'one', attempt: 1, hosts: ['web-1'], at: at(1) },
      { type: 'host-started', stepId: 'one', attempt: 1, host: 'web-1', durable: false, why: 'a stand-in of the rehearsal', at: at(1) },
    ], 'rehearsal')
    const state = fold(events)
    const report = buildReport({ ...shopInput(), state, events, timing: timingOf(state, at(1)) })
    expect(report.phases[0]?.steps[0]?.happenings).toEqual([])
    expect(JSON.stringify([report.timeline, report.summary])).not.toContain('durable')
  })

  it('does not say that a retry began by itself which a person began', () => {
    const report = reportOn(runbook(), [
      { type: 'step-started', stepId: 'one', attempt: 1, hosts: ['web-1'], at: at(1) },
      { type: 'step-finished', stepId: 'one', attempt: 1, outcome: 'failed', message: 'exit 3', at: at(2) },
      { type: 'retry-scheduled', stepId: 'one', attempt: 2, retryAt: at(9), at: at(2) },
      { type: 'step-started', stepId: 'one', attempt: 2, hosts: ['web-1'], at: at(3), by: 'mira' },
    ])
    expect(report.phases[0]?.steps[0]?.happenings).toEqual([])
  })

  it('names a chart by the runbook words: the metric, else the limit, and spells abbreviations right', () => {
    const input = shopInput()
    const { runbook: book } = input.state
    const metrics = [...book.metrics, { id: 'm3', text: 'Server resource utilization (CPU, memory)', range: book.metrics[0]!.range, metric: 'server resource utilization (cpu, memory)' }]
    const thresholds = [...book.thresholds, { ...book.thresholds[0]!, id: 't3', text: 'Memory (JVM) usage > 90%', metric: 'memory (jvm) usage' }]
    const state = { ...input.state, runbook: { ...book, metrics, thresholds } }
    const series = ['memory (jvm) usage', 'cpu utilization', 'http api p95 latency', 'cpu'].map((metric) => ({ ...input.series[0]!, metric, threshold: null }))
    const titles = Object.fromEntries(buildReport({ ...input, state, series }).charts.map(({ metric, title }) => [metric, title]))
    expect(titles).toEqual({ 'memory (jvm) usage': 'Memory (JVM) usage', 'cpu utilization': 'CPU utilization', 'http api p95 latency': 'HTTP API P95 latency', cpu: 'CPU' })
  })

  it('hides secrets wherever a text came from', () => {
    const book = shopRunbook()
    const secret = 'password=hunter2'
    const input = shopInput({
      runbook: { ...book, changes: [{ ...book.changes[0]!, text: secret }], other: [{ ...book.other[0]!, text: secret }] },
      output: () => ({ text: `${secret}\nAuthorization: Bearer hunter2hunter2`, bytes: 60, truncated: false }),
    })
    const noted = input.events.map((stored) => (stored.event.type === 'note-added' ? { ...stored, event: { ...stored.event, text: secret } } : stored))
    const report = JSON.stringify(buildReport({ ...input, events: noted, state: fold(noted) }))
    expect(report).not.toContain('hunter2')
    expect(report).toContain(masked)
  })

  it('is plain data under a name and a number', () => {
    const report = shopReport()
    expect(report.format).toBe('holdpoint-report/1')
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    expect(report.chain).toEqual({ events: report.timeline.at(-1)?.seq, head: 'c0ffee'.padEnd(64, '0') })
  })
})

describe('an excerpt', () => {
  const excerpt = (text: string, lines = 3) => excerptOf({ text, bytes: text.length, truncated: false }, lines, (whole) => whole)

  it('keeps the last lines and counts the rest', () => {
    expect(excerpt('a\nb\nc\nd\n\n')).toMatchObject({ text: 'b\nc\nd', omittedLines: 1 })
  })

  it('drops terminal escapes, overwritten progress and hidden characters', () => {
    expect(excerpt('\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u001b]52;c;aGk=\u001b\\y').text).toBe('red xy')
    expect(excerpt('10%\r50%\r100%\r\nnext\u202egnp.exe\u0000').text).toBe('100%\nnextgnp.exe')
  })

  it('masks before it cuts, so that half a key does not slip through', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'QUJDREVGR0hJSktMTU5PUA==\n'.repeat(10)}-----END PRIVATE KEY-----`
    expect(buildReport(shopInput({ output: () => ({ text: key, bytes: 1, truncated: true }) })).phases[0]?.steps[0]?.hosts[0]?.output?.text).not.toContain('QUJD')
  })

  it('shortens endless lines', () => {
    expect(excerpt('x'.repeat(100_000)).text).toHaveLength(401)
  })
})
