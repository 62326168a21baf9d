import type { MetricSource } from '#domain/inventory.ts'
import { toProblem } from '#domain/problem.ts'
import { own } from '#domain/own.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { describeLimit, judgeRule, rememberedMs, watchedRules, type WatchedRule } from '#domain/run/rules.ts'
import { LEAST_REAL_MS, readingEveryMs } from '#domain/run/sources.ts'
import { currentStep } from '#domain/run/view.ts'
import type { Sample } from '#domain/threshold.ts'
import { longestGapMs } from '#domain/measurements.ts'
import type { Ports } from '#kinds/ports.ts'
import { sourceKinds } from '#kinds/sources/index.ts'

export interface SamplerOptions {
  state(): RunState
  ports: Ports
  /** One for each metric; sources.ts says which. */
  sources: MetricSource[]
  store(metric: string, samples: Sample[]): void
  /** The stored readings of a metric from a time on, for a sampler that starts again. */
  recent(metric: string, from: number): Sample[]
  report(command: EngineCommand): Promise<void>
  log(what: string, thrown: unknown): void
}

const EVIDENCE_SAMPLES = 60

/** Reads every metric at its interval until stopped, stores the readings, and reports verdicts, breaches, recoveries and silences. */
export function startSampler(options: SamplerOptions): { stop(): void } {
  const stopping = new AbortController()
  for (const source of options.sources) {
    follow(options, source, stopping.signal).catch(async (thrown: unknown) => {
      if (stopping.signal.aborted) return
      options.log(`sampling ${source.metric}`, thrown)
      // A metric that cannot be read is silent, and silence is never fine.
      await options.report({ type: 'report-no-data', metric: source.metric, why: toProblem(thrown).message })
    }).catch((thrown: unknown) => options.log(`reporting the silence of ${source.metric}`, thrown))
  }
  return { stop: () => stopping.abort(new Error('sampling stopped')) }
}

async function follow(options: SamplerOptions, source: MetricSource, signal: AbortSignal): Promise<void> {
  const kind = sourceKinds[source.kind]
  if (!kind) throw new Error(`no metric source of kind ${source.kind}`)
  const { clock } = options.ports
  const rules = watchedRules(options.state().runbook).filter(({ threshold }) => threshold.metric === source.metric)
  const everyMs = () => readingEveryMs(options.state(), source.metric)
  const keepMs = () => rememberedMs(options.state(), source.metric)
  const query = kind.describe(source)
  const startedAt = clock.now()
  let window = options.recent(source.metric, startedAt - keepMs())
  const reader = kind.open(source, options.ports)
  // Closed as soon as nothing is wanted of it any more: a reading that is under way may take its time to end.
  signal.addEventListener('abort', () => reader.close?.(), { once: true })
  let since = startedAt
  let isStored = true
  let told = ''
  while (!signal.aborted) {
    const samples = await reader.read(since, signal)
    if (signal.aborted) return
    const fault = reader.fault?.() ?? null
    if (fault !== null && fault.message !== told) options.log(`reading ${source.metric}`, fault)
    told = fault?.message ?? ''
    const now = clock.now()
    if (samples.length > 0) {
      isStored = keep(options, source.metric, samples, isStored)
      since = samples.at(-1)?.at ?? since
      window = [...window, ...samples].filter((sample) => sample.at >= now - keepMs())
    }
    for (const rule of rules) await judge(options, rule, { window, now, query })
    await judgeSilence(options, source.metric, { window, now, everyMs: everyMs(), why: fault === null ? '' : `${fault.message} ${fault.hint}` }, startedAt)
    const realStart = performance.now()
    await clock.sleep(Math.max(source.everyMs - (clock.now() - now), 1), signal)
    const spent = performance.now() - realStart
    if (spent < LEAST_REAL_MS) await new Promise((resolve) => setTimeout(resolve, LEAST_REAL_MS - spent))
  }
}

/** Readings that cannot be stored are judged all the same: a full disk must not blind the run for good. */
function keep(options: SamplerOptions, metric: string, samples: Sample[], wasStored: boolean): boolean {
  try {
    options.store(metric, samples)
    return true
  } catch (thrown) {
    if (wasStored) options.log(`storing readings of ${metric}`, thrown)
    return false
  }
}

interface Readings {
  window: Sample[]
  now: number
}

async function judge(options: SamplerOptions, rule: WatchedRule, { window, now, query }: Readings & { query: string }): Promise<void> {
  const state = options.state()
  const { id, metric, text, noData } = rule.threshold
  const { verdict: { verdict, doubt, deciding } } = judgeRule(state, rule.threshold, window, now)
  const known = own(state.verdicts, id)
  if ((known?.verdict ?? 'inconclusive') !== verdict || (known !== undefined && known.doubt !== doubt)) await options.report({ type: 'report-verdict', thresholdId: id, metric, verdict, doubt })
  const open = state.breaches.find((breach) => breach.closedAt === null && breach.thresholdId === rule.thresholdId && breach.triggerId === rule.triggerId)
  const isBlind = verdict === 'inconclusive' && noData === 'breach' && own(state.silent, metric) !== undefined
  if ((verdict === 'breached' || isBlind) && !open) {
    await options.report({
      type: 'report-breach', thresholdId: rule.thresholdId, triggerId: rule.triggerId, metric,
      evidence: {
        rule: isBlind ? `${text} (no data, which this rule calls a breach)` : text, limit: describeLimit(state, rule.threshold), query,
        samples: deciding.slice(-EVIDENCE_SAMPLES), stepId: currentStep(state)?.id ?? null,
      },
    })
  }
  if (verdict === 'ok' && open) await options.report({ type: 'report-breach-over', breachId: open.id })
}

async function judgeSilence(options: SamplerOptions, metric: string, { window, now, everyMs, why }: Readings & { everyMs: number; why: string }, startedAt: number): Promise<void> {
  const isSilent = own(options.state().silent, metric) !== undefined
  const from = Math.max(startedAt, now - longestGapMs(everyMs))
  const hasData = window.some((sample) => sample.value !== null && Number.isFinite(sample.value) && sample.at >= from && sample.at <= now)
  const hadTime = now - from >= longestGapMs(everyMs)
  if (!hasData && hadTime && !isSilent) await options.report({ type: 'report-no-data', metric, why })
  if (hasData && isSilent) await options.report({ type: 'report-data', metric })
}
