import { unitOf } from '#domain/run/rules.ts'
import type { RunState } from '#domain/run/state.ts'
import { describeReading } from '#domain/verdict.ts'
import type { RuleVerdict } from '#preload/contract.ts'
import { harmless } from './terminal.ts'

/** As many of the deciding readings as a line takes. */
const READINGS = 6

/** How each rule is judged now, for the terminal: the rule, its verdict, its limit in numbers and the readings that decided. */
export function describeVerdicts(state: RunState, verdicts: readonly RuleVerdict[]): string {
  if (verdicts.length === 0) return 'The runbook names no threshold and no trigger that can be watched.'
  return verdicts.map(({ text, isTrigger, words, metric, limit, query, samples }) => {
    const unit = unitOf(state.runbook, metric)
    const read = samples.slice(-READINGS).map(({ value }) => (value === null ? 'no data' : describeReading(value, unit)))
    return [
      `${harmless(text)}${isTrigger ? ' (rollback trigger)' : ''}: ${harmless(words)}`,
      `  limit ${harmless(limit)}; decided by ${read.length === 0 ? 'no reading' : read.join(', ')}`,
      `  asked: ${harmless(query)}`,
    ].join('\n')
  }).join('\n')
}
