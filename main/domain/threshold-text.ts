import { parseDuration } from './duration.ts'
import type { Threshold, ThresholdOperator } from './threshold.ts'

export type ThresholdRule = Pick<Threshold, 'metric' | 'operator' | 'limit' | 'unit' | 'holdMs'>

const operators: Record<string, ThresholdOperator> = {
  '>': '>', '>=': '>=', '<': '<', '<=': '<=', '≥': '>=', '≤': '<=',
  above: '>', over: '>', exceeds: '>', exceeding: '>', 'more than': '>', 'greater than': '>', 'higher than': '>', 'at least': '>=',
  below: '<', under: '<', 'less than': '<', 'lower than': '<', 'fewer than': '<', 'at most': '<=',
}

const units: Record<string, { unit: Threshold['unit']; factor: number }> = {
  '': { unit: '', factor: 1 },
  '%': { unit: '%', factor: 1 }, percent: { unit: '%', factor: 1 },
  ms: { unit: 'ms', factor: 1 }, milliseconds: { unit: 'ms', factor: 1 },
  s: { unit: 'ms', factor: 1000 }, sec: { unit: 'ms', factor: 1000 }, seconds: { unit: 'ms', factor: 1000 },
  min: { unit: 'ms', factor: 60_000 }, minutes: { unit: 'ms', factor: 60_000 },
}

const operatorWords = Object.keys(operators).sort((a, b) => b.length - a.length).join('|')
const rule = new RegExp(`^(.+?)(?: (?:is|are|goes|go|rises|rise|stays|stay|falls|drops|climbs))? ?(${operatorWords}) ?(\\d{1,12}(?:\\.\\d{1,6})?|\\d{1,3}(?:,\\d{3})+)(?: ?(%|[a-z]+))?(?:,? for (?:more than |at least |over )?(.+))?$`)
const metricName = /^\p{L}[\p{L}\p{N} /()._-]*$/u

/**
 * The rule in prose such as `Error rate > 2% for 1m` or `p95 latency >= 1.5 s`, or null when any word of it is not
 * understood: a rule is never guessed.
 */
export function parseThreshold(text: string): ThresholdRule | null {
  if (text.length > 300) return null
  const words = text.toLowerCase().replace(/\s+/g, ' ').trim().replace(/\.$/, '').replace(/^(?:if|when) (?:the )?/, '')
  const match = rule.exec(words)
  if (!match) return null
  const metric = (match[1] ?? '').trim()
  const operator = operators[match[2] ?? '']
  const unit = Object.hasOwn(units, match[4] ?? '') ? units[match[4] ?? ''] : undefined
  const holdMs = match[5] === undefined ? 0 : parseDuration(match[5])
  if (!operator || !unit || holdMs === null || !metricName.test(metric) || / or | and .*\d/.test(metric)) return null
  return { metric, operator, limit: scaled(match[3] ?? '', unit.factor), unit: unit.unit, holdMs }
}

/** Multiplied without the dust of binary fractions: 1.5 s is 1500 ms. */
function scaled(digits: string, factor: number): number {
  return Number((Number(digits.replaceAll(',', '')) * factor).toPrecision(12))
}
