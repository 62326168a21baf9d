import { memoryMs } from '../measurements.ts'
import { own } from '../own.ts'
import type { Runbook } from '../runbook.ts'
import { resolveLimit, type Sample, type Threshold } from '../threshold.ts'
import { describeReading, verdictOf, worstOf, type Verdict, type VerdictWord } from '../verdict.ts'
import { readingEveryMs } from './sources.ts'
import type { RunState } from './state.ts'

/** A threshold with what it is a part of: an alert of its own, or a rollback trigger. One of the two ids is null. */
export interface WatchedRule {
  threshold: Threshold
  thresholdId: string | null
  triggerId: string | null
}

/** Everything that is watched by numbers: alert thresholds, then the rollback triggers that could be compiled. */
export function watchedRules(runbook: Pick<Runbook, 'thresholds' | 'rollback'>): WatchedRule[] {
  return [
    ...runbook.thresholds.map((threshold) => ({ threshold, thresholdId: threshold.id, triggerId: null })),
    ...runbook.rollback.triggers.flatMap((trigger) => (trigger.threshold ? [{ threshold: trigger.threshold, thresholdId: null, triggerId: trigger.id }] : [])),
  ]
}

export interface Judged {
  /** With the number that the limit comes to in this run. */
  threshold: Threshold
  verdict: Verdict
}

/** How a rule stands in this run, given the readings of its metric. */
export function judgeRule(state: RunState, rule: Threshold, samples: readonly Sample[], now: number): Judged {
  const threshold = resolveLimit(rule, own(state.baseline?.metrics ?? {}, rule.metric) ?? null)
  return { threshold, verdict: verdictOf(threshold, { samples, now, everyMs: readingEveryMs(state, rule.metric), judgedFrom: judgedFrom(state, rule) }) }
}

/** From how long ago readings of a metric still matter to its rules. */
export const rememberedMs = (state: RunState, metric: string): number =>
  Math.max(...watchedRules(state.runbook).filter(({ threshold }) => threshold.metric === metric).map(({ threshold }) => memoryMs(threshold, readingEveryMs(state, metric))), memoryMs({ holdMs: 0 }, readingEveryMs(state, metric)))

/** A rule with a delay is judged from so long after the first phase has begun; null before that. */
function judgedFrom(state: RunState, { delayMs }: Threshold): number | null {
  if (delayMs === undefined) return -Infinity
  const startedAt = firstPhaseStart(state)
  return startedAt === null ? null : startedAt + delayMs
}

export function firstPhaseStart(state: RunState): number | null {
  const first = state.runbook.phases[0]
  return first === undefined ? null : (own(state.phases, first.id)?.startedAt ?? null)
}

/**
 * How each metric stands, by its lower-case name, as last recorded: the worst of its rules, and inconclusive when it is silent or
 * nobody has judged it. What `when=metric(…)` asks.
 */
export function metricVerdicts(state: RunState): Record<string, VerdictWord> {
  const words = new Map<string, VerdictWord[]>()
  for (const { threshold: { id, metric } } of watchedRules(state.runbook)) {
    const word = own(state.silent, metric) === undefined ? (own(state.verdicts, id)?.verdict ?? 'inconclusive') : 'inconclusive'
    words.set(metric, [...(words.get(metric) ?? []), word])
  }
  return Object.fromEntries([...words].map(([metric, all]) => [metric, worstOf(all)]))
}

/** The rule in numbers: `> 2 %`; `> 412 ms, 2 × the baseline of 206 ms (n=34)`. `asWritten` has the multiple, `threshold` the limit it comes to. */
export function describeLimit(state: Pick<RunState, 'baseline' | 'runbook'>, asWritten: Threshold): string {
  const { metric, operator, limit } = asWritten
  const unit = unitOf(state.runbook, metric)
  if (asWritten.of !== 'baseline') return `${operator} ${describeReading(limit, asWritten.unit)}`
  const baseline = own(state.baseline?.metrics ?? {}, metric) ?? null
  if (baseline === null) return `${operator} ${limit} × the baseline, and there is none`
  return `${operator} ${describeReading(resolveLimit(asWritten, baseline).limit, unit)}, ${limit} × the baseline of ${describeReading(baseline.value, unit)} (n=${baseline.n})`
}

/** A metric's unit as its rules say it; a multiple of the baseline says none. */
export function unitOf(runbook: Pick<Runbook, 'thresholds' | 'rollback'>, metric: string): Threshold['unit'] {
  const said = watchedRules(runbook).find(({ threshold }) => threshold.metric === metric && threshold.unit !== '')?.threshold.unit
  return said ?? (/\b(?:rate|utilization|utilisation)$/.test(metric) ? '%' : /response time|latency/.test(metric) ? 'ms' : '')
}
