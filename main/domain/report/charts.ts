import type { StoredEvent } from '../run/events.ts'
import type { Breach, RunState } from '../run/state.ts'
import { findStep } from '../run/view.ts'
import type { Runbook } from '../runbook.ts'
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

/** The recorded series with what happened laid over them; those with a limit first, in the runbook's order. */
export function chartReports(state: RunState, events: StoredEvent[], series: ReportSeries[], noData: NoDataReport[]): ChartReport[] {
  const markers = markersOf(state, events)
  const { thresholds, metrics } = state.runbook
  const order = [...thresholds.map((threshold) => threshold.metric), ...metrics.map((metric) => metric.metric)]
  const place = (metric: string): number => (order.includes(metric) ? order.indexOf(metric) : order.length)
  const inOrder = series.toSorted((one, other) => Number(one.threshold === null) - Number(other.threshold === null) || place(one.metric) - place(other.metric))
  return inOrder.map(({ metric, unit, buckets, from, to, threshold }) => ({
    metric, title: titleOf(metric, state.runbook), unit, from, to, buckets,
    threshold: threshold === null ? null : { text: threshold.text, operator: threshold.operator, limit: threshold.limit },
    breachCount: state.breaches.filter((breach) => breach.metric === metric).length,
    breaches: stretchesOf(state.breaches.filter((breach) => breach.metric === metric)),
    noData: noData.filter((period) => period.metric === metric).map(({ fromAt, toAt }) => ({ fromAt, toAt })),
    markers: markers.filter((marker) => marker.at >= from && marker.at <= to),
  }))
}

/** In the runbook's own words, from its list of metrics or else from a limit or a trigger; a key that none of them has is made readable. */
function titleOf(metric: string, { metrics, thresholds, rollback }: Runbook): string {
  const known = metrics.find((candidate) => candidate.metric === metric)?.text
  const written = [...thresholds.map(({ text }) => text), ...rollback.triggers.map(({ text }) => text)]
    .map((text) => text.slice(0, metric.length)).find((text) => text.toLowerCase() === metric.toLowerCase())
  return known ?? capitalised((written ?? metric).replace(abbreviations, (word) => word.toUpperCase()))
}

const abbreviations = /\b(?:api|cpu|db|dns|gc|http|https|io|iops|jvm|p\d{2}|ram|sql|ssl|tcp|tls|url)\b/gi

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A threshold and a rollback trigger on one metric often open together: shown as one stretch. */
function stretchesOf(breaches: Breach[]): ChartReport['breaches'] {
  const stretches: ChartReport['breaches'] = []
  for (const { openedAt, closedAt } of breaches.toSorted((one, other) => one.openedAt - other.openedAt)) {
    const last = stretches.at(-1)
    if (last && (last.toAt === null || openedAt <= last.toAt)) last.toAt = last.toAt === null || closedAt === null ? null : Math.max(last.toAt, closedAt)
    else stretches.push({ fromAt: openedAt, toAt: closedAt })
  }
  return stretches
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
