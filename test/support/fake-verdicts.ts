import { describeLimit, judgeRule, watchedRules } from '#domain/run/rules.ts'
import type { RunState } from '#domain/run/state.ts'
import { describeVerdict } from '#domain/verdict.ts'
import type { RuleVerdict } from '#preload/contract.ts'

/** The rules judged by the real domain over readings that are always the same: 3.1 at last. */
export function fakeVerdicts(state: RunState, now: number): RuleVerdict[] {
  const samples = [1.2, 2.4, 2.9, 3.1].map((value, place) => ({ at: now - (3 - place) * 5_000, value }))
  return watchedRules(state.runbook).map(({ threshold, triggerId }) => {
    const { verdict } = judgeRule(state, threshold, samples, now)
    return {
      thresholdId: threshold.id, isTrigger: triggerId !== null, text: threshold.text, metric: threshold.metric, limit: describeLimit(state, threshold),
      query: `the highest of ${threshold.metric.replaceAll(' ', '_')} at http://prometheus.shop.example:9090, every 5 s`,
      verdict: verdict.verdict, words: describeVerdict(verdict.verdict, verdict.doubt), at: now, samples: verdict.deciding,
    }
  })
}
