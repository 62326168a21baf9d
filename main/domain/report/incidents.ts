import type { StoredEvent } from '../run/events.ts'
import { unitOf } from '../run/rules.ts'
import { gateBefore, type RunState } from '../run/state.ts'
import { findStep } from '../run/view.ts'
import type { IncidentReport, NoDataReport, PauseReport } from './model.ts'
import type { GateReport } from './work-model.ts'

export function incidentReports(state: RunState): IncidentReport[] {
  return state.breaches.map((breach) => ({
    kind: breach.triggerId === null ? 'breach' : 'trigger',
    rule: breach.evidence.rule,
    metric: breach.metric,
    openedAt: breach.openedAt,
    closedAt: breach.closedAt,
    stepTitle: breach.evidence.stepId === null ? null : (findStep(state.runbook, breach.evidence.stepId)?.step.title ?? breach.evidence.stepId),
    samples: breach.evidence.samples,
    unit: breach.metric === null ? '' : unitOf(state.runbook, breach.metric),
    override: breach.override,
    watched: breach.watched,
    limit: breach.evidence.limit ?? null,
    query: breach.evidence.query ?? null,
    control: breach.evidence.control ?? null,
  }))
}

/** When which metric had no data, as the journal tells it. */
export function noDataReports(events: StoredEvent[]): NoDataReport[] {
  const periods: NoDataReport[] = []
  for (const { event } of events) {
    if (event.type === 'no-data-noticed') periods.push({ metric: event.metric, fromAt: event.at, toAt: null })
    if (event.type !== 'data-returned') continue
    const open = periods.findLast((period) => period.metric === event.metric && period.toAt === null)
    if (open) open.toAt = event.at
  }
  return periods
}

export function gateReports(state: RunState, events: StoredEvent[]): GateReport[] {
  const decided = events.flatMap(({ event }) => (event.type === 'gate-decided' ? [event] : []))
  return state.runbook.phases.map((phase) => {
    const gate = state.gates[gateBefore(phase.id)]
    return {
      phaseNumber: phase.number, phaseTitle: phase.title, state: gate?.state ?? 'closed', reachedAt: gate?.reachedAt ?? null,
      decisions: decided.filter((event) => event.gateId === gateBefore(phase.id)).map(({ at, by, decision, reason }) => ({ at, by, decision, reason })),
    }
  })
}

/** Pauses; one that the run's end, an abort or the rollback cut short ends there. */
export function pauseReports(events: StoredEvent[]): PauseReport[] {
  const pauses: PauseReport[] = []
  const ends = new Set(['run-resumed', 'run-finished', 'rollback-started', 'abort-requested'])
  for (const { event } of events) {
    if (event.type === 'run-paused') pauses.push({ fromAt: event.at, toAt: null, by: event.by, reason: event.reason })
    const last = pauses.at(-1)
    if (last && last.toAt === null && ends.has(event.type)) last.toAt = event.at
  }
  return pauses
}
