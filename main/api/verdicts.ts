import { toProblem } from '#domain/problem.ts'
import { describeLimit, judgeRule, rememberedMs, watchedRules } from '#domain/run/rules.ts'
import { sourcesOf } from '#domain/run/sources.ts'
import type { RunState } from '#domain/run/state.ts'
import { describeVerdict } from '#domain/verdict.ts'
import { sourceKinds } from '#kinds/sources/index.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import type { RuleVerdict } from '#preload/contract.ts'

type Deps = Pick<ApiDeps, 'engine' | 'storage'>

export const createVerdictHandlers = (deps: Deps): Pick<Handlers, 'read-verdicts'> => ({ 'read-verdicts': ({ runId }) => readVerdicts(deps, runId) })

/** How each rule of a run is judged now. */
export function readVerdicts({ engine, storage }: Deps, runId: string): RuleVerdict[] {
  const state = engine.state(runId)
  const now = state.finishedAt ?? engine.live(runId)?.clock().at ?? state.lastEventAt
  return watchedRules(state.runbook).map(({ threshold, triggerId }) => {
    const { metric } = threshold
    const { verdict } = judgeRule(state, threshold, storage.samples.range(runId, metric, now - rememberedMs(state, metric), now), now)
    return {
      thresholdId: threshold.id, isTrigger: triggerId !== null, text: threshold.text, metric, limit: describeLimit(state, threshold), query: queryFor(state, metric),
      verdict: verdict.verdict, words: describeVerdict(verdict.verdict, verdict.doubt), at: now, samples: verdict.deciding,
    }
  })
}

/** What is asked of the metric's source, or why nothing is. */
function queryFor(state: RunState, metric: string): string {
  const source = sourcesOf(state).find((one) => one.metric === metric)
  const kind = source && sourceKinds[source.kind]
  if (!kind) return 'No source reads this metric: a person has to watch it.'
  try {
    return kind.describe(source)
  } catch (thrown) {
    // Settings that cannot be read are what there is to say about the source.
    return toProblem(thrown).message
  }
}
