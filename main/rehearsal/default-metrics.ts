import type { ScriptedMetric } from '#domain/rehearsal-script.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Threshold } from '#domain/threshold.ts'

/** A healthy band for metrics nobody scripted, by what their name speaks of; the first match counts. */
const USUAL: { named: RegExp; base: number; noise: number }[] = [
  { named: /error|failure/, base: 0.2, noise: 0.1 },
  { named: /response|latency|duration|\btime\b|\bp\d\d/, base: 180, noise: 30 },
  { named: /cpu|memory|utili[sz]ation|disk/, base: 35, noise: 8 },
  { named: /session|user/, base: 1200, noise: 80 },
]
const ANY = { base: 1, noise: 0.1 }

/** The script's metrics, and a healthy default for every other one the runbook speaks of; names in lower case. */
export function rehearsalMetrics(runbook: Runbook): ScriptedMetric[] {
  const metrics = new Map(runbook.rehearsal.metrics.map((metric) => [nameOf(metric.metric), { ...metric, metric: nameOf(metric.metric) }]))
  const thresholds = [...runbook.thresholds, ...runbook.rollback.triggers.flatMap((trigger) => trigger.threshold ?? [])]
  const named = [...thresholds, ...runbook.inventory.sources, ...runbook.metrics].map((one) => nameOf(one.metric))
  for (const metric of named) {
    if (!metrics.has(metric)) metrics.set(metric, healthyMetric(metric, thresholds.filter((one) => nameOf(one.metric) === metric)))
  }
  return [...metrics.values()]
}

export const nameOf = (metric: string): string => metric.trim().toLowerCase()

function healthyMetric(metric: string, thresholds: Threshold[]): ScriptedMetric {
  const { base, noise } = USUAL.find((usual) => usual.named.test(metric)) ?? ANY
  return { metric, ...withinLimits(base, noise, thresholds), changes: [], gaps: [] }
}

/** Moves the usual band when the runbook's own limits would call it a breach. */
function withinLimits(base: number, noise: number, thresholds: Threshold[]): { base: number; noise: number } {
  const ceiling = Math.min(...thresholds.filter(({ operator }) => operator.startsWith('>')).map(({ limit }) => limit))
  const floor = Math.max(...thresholds.filter(({ operator }) => operator.startsWith('<')).map(({ limit }) => limit))
  if (base + noise < ceiling && base - noise > floor) return { base, noise }
  if (Number.isFinite(ceiling) && Number.isFinite(floor)) return { base: (ceiling + floor) / 2, noise: Math.max(0, ceiling - floor) / 10 }
  if (Number.isFinite(ceiling)) return { base: ceiling - Math.abs(ceiling) / 2, noise: Math.abs(ceiling) / 10 }
  return { base: floor + Math.abs(floor) / 2 + 1, noise: Math.abs(floor) / 10 }
}
