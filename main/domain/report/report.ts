import type { History } from '../forecast/history.ts'
import { createMask, maskDeep, type Mask } from '../masking.ts'
import type { StoredEvent } from '../run/events.ts'
import type { RunState } from '../run/state.ts'
import { findStep, tickableItems } from '../run/view.ts'
import type { RunTiming } from '../timing.ts'
import { chartReports, type ReportSeries } from './charts.ts'
import { clockSetOf } from './clock-set.ts'
import { courseOf } from './course.ts'
import { gateReports, incidentReports, noDataReports, pauseReports } from './incidents.ts'
import { followUpReport } from './follow-up.ts'
import { checklistReport, itemReport, verificationReport } from './items.ts'
import { befallenOf } from './happenings.ts'
import type { MonitoringReport, NoteReport, ReportModel } from './model.ts'
import { rollbackReport } from './rollback.ts'
import { attemptsOf, phaseReports, type ReadOutput, type StepSources } from './steps.ts'
import { overviewReport, summaryReport } from './summary.ts'
import { timelineOf } from './timeline.ts'

export type { ReadOutput } from './steps.ts'
export type { ReportSeries } from './charts.ts'

export interface ReportInput {
  state: RunState
  /** The whole journal, in order. */
  events: StoredEvent[]
  timing: RunTiming
  /** What the steps took in the runs before this one, for the forecast. */
  history: History
  output: ReadOutput
  series: ReportSeries[]
  /** Until when it tells of a run that goes on, on the run's clock. */
  now: number
  generatedAt: number
  /** Of Holdpoint. */
  version: string
  chainHash: string
  /** Besides the usual shapes of secrets, hides what this mask hides. */
  mask?: Mask
}

/** The template filled with what happened. Every text in it has been masked. */
export function buildReport(input: ReportInput): ReportModel {
  const mask = input.mask ?? createMask()
  const state = maskDeep(input.state, mask)
  const events = input.events.map((stored) => (stored.event.type === 'run-created' ? stored : { ...stored, event: maskDeep(stored.event, mask) }))
  const { timing } = input
  const { runbook } = state
  const befallen = befallenOf(events)
  const clockSet = clockSetOf(events)
  const attempts = attemptsOf(events)
  const course = courseOf({ state, events: input.events, timing, attempts, history: input.history, now: input.now })
  const sources: StepSources = { state, timing, attempts, rows: new Map(course.rows.map((row) => [row.id, row])), befallen, clockSet, output: input.output, mask }
  const noData = noDataReports(events)
  const phases = phaseReports(sources)
  const sections = {
    overview: overviewReport(state, events, timing, { phases, clockSet }),
    checklists: runbook.checklists.map((group) => ({ title: group.title, items: checklistReport(state, group.items) })),
    phases,
    incidents: incidentReports(state),
    noData,
    rollback: rollbackReport(sources),
    monitoring: monitoringReport(state, events),
    communications: runbook.messages.map(({ id, stage, text, timing: when }) => {
      const message = state.messages[id] ?? { state: 'pending', sentAt: [], by: null, note: '' }
      return { stage, text, timing: when, ...message }
    }),
    postDeployment: {
      checklist: checklistReport(state, runbook.postChecklist),
      followUps: runbook.followUps.map((item) => itemReport(state, item.id, item.text, { optional: true })),
    },
  }
  return {
    format: 'holdpoint-report/1',
    title: runbook.title, mode: state.mode, inventory: state.inventory, runId: state.id, runbookId: state.runbookId, revision: state.revision,
    zone: timing.window?.zone ?? 'UTC', generatedAt: input.generatedAt, version: input.version,
    summary: summaryReport(state, sections, befallen),
    changes: runbook.changes.map((change) => change.text),
    tickets: runbook.tickets.map(({ key, text }) => ({ key, text })),
    ...sections,
    course,
    gates: gateReports(state, events),
    verification: verificationReport(state),
    notes: noteReports(state),
    pauses: pauseReports(events),
    other: runbook.other.map(({ title, text }) => ({ title, text })),
    timeline: timelineOf(events, runbook),
    charts: chartReports(state, events, input.series, noData),
    chain: { events: input.events.length, head: input.chainHash },
  }
}

function monitoringReport(state: RunState, events: StoredEvent[]): MonitoringReport {
  const ended = events.flatMap(({ event }) => (event.type === 'monitoring-ended' && !event.followUp ? [event] : [])).at(-1)
  return {
    text: state.runbook.monitoring?.text ?? null,
    plannedMs: state.runbook.monitoring?.durationMs ?? null,
    startedAt: state.monitoring?.startedAt ?? null, endsAt: state.monitoring?.endsAt ?? null, endedAt: state.monitoring?.endedAt ?? null,
    endedBecause: ended?.reason ?? '',
    followUp: followUpReport(state, events),
    metrics: state.runbook.metrics.map((metric) => metric.text),
    thresholds: state.runbook.thresholds.map(({ id, text }) => ({ text, breaches: state.breaches.filter((breach) => breach.thresholdId === id).length })),
  }
}

function noteReports(state: RunState): NoteReport[] {
  const items = new Map(tickableItems(state.runbook).map((item) => [item.id, item.text]))
  const phases = new Map(state.runbook.phases.map((phase) => [phase.id, `Phase ${phase.number}: ${phase.title}`]))
  const named = (id: string): string => findStep(state.runbook, id)?.step.title ?? items.get(id) ?? phases.get(id) ?? id
  return state.notes.map(({ at, by, about, text }) => ({ at, by, about: about === null ? null : named(about), text }))
}
