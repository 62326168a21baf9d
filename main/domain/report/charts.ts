import type { StoredEvent } from '../run/events.ts'
import type { RunState } from '../run/state.ts'
import { findStep } from '../run/view.ts'
import type { Bucket } from '../series.ts'
import type { Threshold } from '../threshold.ts'
import type { ChartReport, NoDataReport } from './model.ts'

export interface ReportSeries {
  metric: string
  unit: Threshold['unit']
  buckets: Bucket[]
  from: number
  to: number
  threshold: Pick<Threshold, 'text' | 'operator' | 'limit'> | null
}

/** The recorded series with what happened laid over them. */
export function chartReports(state: RunState, events: StoredEvent[], series: ReportSeries[], noData: NoDataReport[]): ChartReport[] {
  const markers = markersOf(state, events)
  return series.map(({ metric, unit, buckets, from, to, threshold }) => ({
    metric, unit, from, to, buckets,
    threshold: threshold === null ? null : { text: threshold.text, operator: threshold.operator, limit: threshold.limit },
    breaches: state.breaches.filter((breach) => breach.metric === metric).map((breach) => ({ fromAt: breach.openedAt, toAt: breach.closedAt })),
    noData: noData.filter((period) => period.metric === metric).map(({ fromAt, toAt }) => ({ fromAt, toAt })),
    markers: markers.filter((marker) => marker.at >= from && marker.at <= to),
  }))
}

function markersOf(state: RunState, events: StoredEvent[]): ChartReport['markers'] {
  return events.flatMap(({ event }): ChartReport['markers'] => {
    if (event.type === 'phase-started') {
      const phase = state.runbook.phases.find((candidate) => candidate.id === event.phaseId)
      return [{ at: event.at, label: phase ? `Phase ${phase.number}` : event.phaseId, kind: 'phase' }]
    }
    if (event.type === 'rollback-started') return [{ at: event.at, label: 'Rollback', kind: 'rollback' }]
    if (event.type === 'step-finished' && event.outcome !== 'succeeded') {
      return [{ at: event.at, label: findStep(state.runbook, event.stepId)?.step.title ?? event.stepId, kind: 'failure' }]
    }
    return []
  })
}
