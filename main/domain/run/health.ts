import type { Runbook } from '../runbook.ts'
import type { Threshold } from '../threshold.ts'
import { own } from '../own.ts'
import { lacksBaseline } from './baseline.ts'
import { watchesAhead } from './follow-up.ts'
import { unitOf, watchedRules } from './rules.ts'
import type { Breach, RunState } from './state.ts'
import { openBreaches } from './view.ts'

/** A metric worth a chart, with the alert threshold that its chart shows. */
export interface Watched {
  metric: string
  title: string
  unit: Threshold['unit']
  threshold: Threshold | null
}

/** The metrics worth a chart: those with a source or a limit, error rate and response time first. */
export function watchedMetrics(runbook: Runbook): Watched[] {
  const limits = allThresholds(runbook)
  const names = [...new Set([...runbook.inventory.sources.map((source) => source.metric), ...limits.map((threshold) => threshold.metric), ...runbook.rehearsal.metrics.map((scripted) => scripted.metric)])]
  return names.toSorted((one, other) => rank(one) - rank(other)).map((metric) => {
    const threshold = limits.find((candidate) => candidate.metric === metric) ?? null
    const named = runbook.metrics.find((candidate) => candidate.metric === metric)?.text
    return { metric, title: named ?? metric.charAt(0).toUpperCase() + metric.slice(1), unit: unitOf(runbook, metric), threshold }
  })
}

const rank = (metric: string): number => (metric === 'error rate' ? 0 : /response time|latency/.test(metric) ? 1 : 2)

/** Alert thresholds, then the rollback triggers that could be compiled. */
export const allThresholds = (runbook: Runbook): Threshold[] => watchedRules(runbook).map(({ threshold }) => threshold)

/** Metrics that nobody can judge now and some rule or the monitoring needs: those without data, and once work has begun those without a baseline. */
export function unjudgedMetrics(state: RunState): string[] {
  const rules = watchedRules(state.runbook).map(({ threshold }) => threshold)
  const silent = Object.keys(state.silent).filter((metric) => {
    const own = rules.filter((rule) => rule.metric === metric)
    return own.length === 0 || own.some((rule) => rule.noData !== 'ignore')
  })
  const unmeasured = rules.filter((rule) => rule.of === 'baseline' && rule.noData !== 'ignore' && lacksBaseline(state, rule.metric)).map((rule) => rule.metric)
  return [...new Set([...silent, ...unmeasured])]
}

/** Those of them that nobody has gone on without: they are as good as breached. */
export const missedMetrics = (state: RunState): string[] => unjudgedMetrics(state).filter((metric) => own(state.unwatched, metric) === undefined)

/** Those that a rollback trigger needs: without them nobody would see it fire, so automatic progress holds. */
export function blindTriggers(state: RunState): string[] {
  const needed = new Set(watchedRules(state.runbook).flatMap(({ threshold, triggerId }) => (triggerId !== null && threshold.noData !== 'ignore' ? [threshold.metric] : [])))
  return missedMetrics(state).filter((metric) => needed.has(metric))
}

/** Until when the metrics were watched, epoch ms; null while they are. Silence after that is no lack of data. */
export function watchedUntil(state: RunState): number | null {
  if (state.stage !== 'ended' && (state.stage !== 'closing' || watchesAhead(state).length > 0)) return null
  return (state.followUp ?? state.monitoring)?.endedAt ?? state.finishedAt
}

/** Unanswered breaches of one metric: rollback triggers first. A trigger that only a person sees is alone. */
export interface Alarm {
  fired: boolean
  /** When the first of them opened, epoch ms. */
  since: number
  breaches: [Breach, ...Breach[]]
}

/** What is breached and unanswered, one alarm a metric; those with a fired trigger first. */
export function alarmsOf(state: RunState): Alarm[] {
  const groups = new Map<string, [Breach, ...Breach[]]>()
  for (const breach of openBreaches(state).toSorted((one, other) => Number(one.triggerId === null) - Number(other.triggerId === null))) {
    const key = breach.metric ?? breach.id
    const known = groups.get(key)
    if (known) known.push(breach)
    else groups.set(key, [breach])
  }
  return [...groups.values()].map((breaches) => ({ fired: breaches[0].triggerId !== null, since: Math.min(...breaches.map((breach) => breach.openedAt)), breaches }))
}
