import { describe, expect, it } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { evolve } from '#domain/run/evolve.ts'
import { monitoringEndsAt } from '#domain/run/follow-up.ts'
import { watchedUntil } from '#domain/run/health.ts'
import type { RunState } from '#domain/run/state.ts'
import { statusOf } from '#domain/run/view.ts'
import { wantsOf } from '#domain/run/react.ts'
import { buildReport } from '#domain/report/report.ts'
import { timingOf } from '#domain/timing.ts'
import { renderReportHtml } from '#document/report-html/report-html.ts'
import { renderReportMarkdown } from '#document/report-markdown.ts'
import { followedBy, go, opening, refusalOf, story, succeeded, tick, type Story } from '#support/run-log.ts'
import { range, smallRunbook } from '#support/runbooks.ts'
import { questionFor } from '../../../main/cli/questions.ts'

const HOUR = 3_600_000
const runbook = smallRunbook({
  followUps: [
    { id: 'day', text: 'Monitor for 24 hours', watchMs: 24 * HOUR, range }, { id: 'errors', text: 'Monitor error rate for 2h', watchMs: 2 * HOUR, range },
    { id: 'docs', text: 'Update documentation', range },
  ],
})
const through = [...opening, succeeded('stop', 'app1'), succeeded('stop', 'app2'), tick('look'), go(2), succeeded('start', 'app1')]
const closing = story([...through, { type: 'end-monitoring', reason: 'quiet' }, tick('support-told')], { runbook, mode: 'live' })
const watched = followedBy(closing, { type: 'finish-run' })
const startedAt = watched.state.lastEventAt
const time = (told: Story, afterMs: number) => followedBy(told, { type: 'report-time' }, startedAt + afterMs, 'holdpoint')
const breach = (more: Partial<RunCommand> = {}) => ({ type: 'report-breach', thresholdId: 'limit', triggerId: null, metric: 'error rate', evidence: { rule: 'Error rate > 2%', samples: [{ at: startedAt, value: 3 }], stepId: null }, ...more }) as RunCommand
const monitoringOf = ({ state, events }: Story) => {
  const stored = events.map((event, index) => ({ seq: index + 1, event, hash: '' }))
  const now = state.lastEventAt
  const report = buildReport({ state, events: stored, timing: timingOf(state, now), output: () => null, series: [], history: new Map(), now, generatedAt: now, version: 't', chainHash: '' })
  return { report, followUp: report.monitoring.followUp, markdown: renderReportMarkdown(report), html: renderReportHtml(report) }
}

describe('follow-up monitoring', () => {
  it('begins when the release is finished, for as long as the longest follow-up action asks, and readings go on until then', () => {
    expect(watched.facts).toEqual([{ type: 'monitoring-started', endsAt: startedAt + 24 * HOUR, followUps: ['day', 'errors'] }])
    expect([statusOf(watched.state), monitoringEndsAt(watched.state), wantsOf(closing.state).sampling, watchedUntil(closing.state)]).toEqual(['monitoring', startedAt + 24 * HOUR, true, null])
    expect([statusOf(followedBy(watched, { type: 'pause', reason: 'x' }).state), monitoringEndsAt(closing.state)]).toEqual(['paused', null])
    expect(wantsOf(watched.state)).toMatchObject({ sampling: true, wakeAt: startedAt + 24 * HOUR })
    expect(watched.state.monitoring?.endedAt).not.toBeNull()
  })

  it('goes on after a restart from what the record says, and ends the run by itself when its time is over', () => {
    const again = watched.events.reduce<RunState | null>((state, event, index) => evolve(state, { seq: index + 1, event }), null)!
    expect(again).toEqual(watched.state)
    const restarted = { ...watched, state: again }
    expect(time(restarted, 24 * HOUR - 1).facts).toEqual([])
    const over = time(restarted, 24 * HOUR)
    expect(over.facts.map(({ type }) => type)).toEqual(['item-ticked', 'item-ticked', 'monitoring-ended', 'run-finished'])
    expect([over.state.outcome, over.state.items['day']?.state, over.state.items['docs']?.state]).toEqual(['succeeded', 'ticked', 'open'])
  })

  it('a breach in it is a full incident: it keeps the run open, and can be rolled back', () => {
    const alert = followedBy(watched, breach(), startedAt + HOUR, 'holdpoint')
    expect(alert.state.breaches).toMatchObject([{ openedAt: startedAt + HOUR, evidence: { rule: 'Error rate > 2%' } }])
    expect(time(alert, 30 * HOUR).facts).toEqual([])
    expect(time(followedBy(watched, { type: 'report-no-data', metric: 'error rate' }, startedAt + HOUR), 30 * HOUR).facts).toEqual([])
    const back = followedBy(alert, { type: 'start-rollback', reason: 'errors' }, startedAt + 2 * HOUR)
    expect([back.state.stage, timingOf(back.state, startedAt + 3 * HOUR).window]).toEqual(['rollback', null])
    expect(monitoringOf(back).followUp).toMatchObject({ endedAt: startedAt + 2 * HOUR, endedBy: null, breaches: 1 })
  })

  it('ended early by a person, the reason stands with what was cut short; a fired trigger is answered before the run ends', () => {
    const early = followedBy(watched, { type: 'end-monitoring', reason: 'moved to the day shift' }, startedAt + 3 * HOUR, 'mira')
    expect(early.facts).toEqual([
      { type: 'item-waived', itemId: 'day', reason: 'Ended after 3 h: moved to the day shift' }, { type: 'item-ticked', itemId: 'errors', note: '2 h of follow-up monitoring are over.' },
      { type: 'monitoring-ended', reason: 'moved to the day shift', followUp: true }, { type: 'run-finished', outcome: 'succeeded' },
    ])
    const fired = followedBy(watched, breach({ thresholdId: null, triggerId: 'trigger-angry' } as Partial<RunCommand>), startedAt + HOUR, 'holdpoint')
    const held = followedBy(fired, { type: 'end-monitoring', reason: 'tired' }, startedAt + 2 * HOUR)
    expect([held.state.stage, refusalOf(() => followedBy(held, { type: 'finish-run' }))]).toEqual(['closing', 'trigger-unanswered'])
    expect(followedBy(held, { type: 'override-breach', breachId: held.state.breaches[0]!.id, reason: 'a test' }).state.outcome).toBe('succeeded')
  })

  it('is not ticked by hand, can be waived before it begins, and does not follow a rollback', () => {
    expect(refusalOf(() => followedBy(closing, tick('day')))).toBe('item-watched')
    expect(refusalOf(() => followedBy(watched, { type: 'waive', id: 'day', reason: 'no' }))).toBe('item-watched')
    const waived = ['day', 'errors'].reduce((told, id) => followedBy(told, { type: 'waive', id, reason: 'the day shift watches' }), closing)
    expect(followedBy(waived, { type: 'finish-run' }).state.outcome).toBe('succeeded')
    const back = [{ type: 'start-rollback', reason: 'errors' }, succeeded('back', 'app1'), tick('app-accessible'), { type: 'finish-run' }] as RunCommand[]
    expect(back.reduce((told, command) => followedBy(told, command), closing).state.outcome).toBe('rolled-back')
  })

  it('the report is there at once, says until when the run is watched, and afterwards how that went', () => {
    const open = monitoringOf(watched)
    expect(open.report.overview.deployedAt).not.toBeNull()
    expect(open.report.summary.attention[0]).toBe('The release is done; follow-up monitoring until 6 Dec 2026, 21:10. Until then this report is a snapshot.')
    const { markdown, html, report } = monitoringOf(followedBy(watched, { type: 'end-monitoring', reason: 'enough' }, startedAt + 3 * HOUR, 'mira'))
    for (const text of [open.markdown, open.html]) expect(text).toContain('Monitoring until 6 Dec 2026, 21:10')
    for (const text of [markdown, html]) expect(text).toContain('planned for 1 d, started 21:10:00, ended by mira')
    expect(markdown).toContain('### Monitoring Duration\n\n10 minutes')
    expect(report.monitoring.endedBecause).toBe('quiet')
    expect(report.summary.attention).toContain('Follow-up monitoring ended 21 h early.')
  })

  it('at the terminal says until when', () => {
    expect(questionFor(watched.state, null).text).toBe('The release is done. Follow-up monitoring goes on by itself until 6 Dec 21:10:00.')
    expect(questionFor(closing.state, { type: 'finish-run' }).text).toContain('Finish the release?')
  })
})
