import { describe, expect, it } from 'vitest'
import { masked } from '#domain/masking.ts'
import { excerptOf } from '#domain/report/excerpt.ts'
import { buildReport } from '#domain/report/report.ts'
import { timingOf } from '#domain/timing.ts'
import { minute, runbook, windowStart, journal, fold } from '#support/run-states.ts'
import { shopInput, shopReport, shopRunbook } from '#support/report-run.ts'

const at = (minutes: number): number => windowStart + minutes * minute

describe('the report', () => {
  it('says how it ended, when, who took part and how it stood to the window', () => {
    expect(shopReport().overview).toMatchObject({
      outcome: 'rolled-back', startedAt: at(-20), finishedAt: at(78), durationMs: 98 * minute, deployedAt: at(71), plannedFinishAt: at(90), standing: 'within', people: ['mira', 'jonas'],
    })
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
