import { parseDuration } from './duration.ts'
import type { Threshold, ThresholdOperator } from './threshold.ts'

export type ThresholdRule = Omit<Threshold, 'id' | 'text' | 'range' | 'recover' | 'noData'>

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

/** Factors of a baseline: `2x`, `50% of`. */
const multiples: Record<string, number> = { x: 1, '×': 1, times: 1, '%': 0.01, percent: 0.01 }

const operatorWords = Object.keys(operators).sort((a, b) => b.length - a.length).join('|')
const number = '\\d{1,12}(?:\\.\\d{1,6})?|\\d{1,3}(?:,\\d{3})+'
const rule = new RegExp(`^(.+?)(?: (?:is|are|goes|go|rises|rise|stays|stay|falls|drops|climbs))? ?(${operatorWords}) ?(${number})(?: ?(%|×|[a-z]+)?( (?:of )?(?:the |its )?baseline)?)?((?:,? (?:for|after) | ?@ ?).+)?$`)
const metricName = /^\p{L}[\p{L}\p{N} /()._-]*$/u

/** More measurements than this would have to be kept for one rule. */
export const MOST_MEASUREMENTS = 100

/**
 * The rule in prose such as `Error rate > 2% for 1m`, `p95 latency > 2x baseline for 3 of 5 samples @ 30s` or `Active sessions
 * < 50% of baseline after 5m`, or null when any word of it is not understood: a rule is never guessed.
 */
export function parseThreshold(text: string): ThresholdRule | null {
  if (text.length > 300) return null
  const words = text.toLowerCase().replace(/\s+/g, ' ').trim().replace(/\.$/, '').replace(/^(?:if|when) (?:the )?/, '')
  const match = rule.exec(words)
  if (!match) return null
  const metric = (match[1] ?? '').trim()
  const operator = operators[match[2] ?? '']
  const limit = readLimit(match[3] ?? '', match[4] ?? '', match[5] !== undefined)
  const terms = readTerms(match[6] ?? '')
  if (!operator || !limit || !terms || !metricName.test(metric) || / or | and .*\d/.test(metric)) return null
  return { metric, operator, ...limit, ...terms }
}

function readLimit(digits: string, word: string, isMultiple: boolean): Pick<ThresholdRule, 'limit' | 'unit' | 'of'> | null {
  if (isMultiple) {
    const factor = Object.hasOwn(multiples, word) ? multiples[word] : undefined
    const limit = factor === undefined ? 0 : scaled(digits, factor)
    return limit > 0 ? { limit, unit: '', of: 'baseline' } : null
  }
  const unit = Object.hasOwn(units, word) ? units[word] : undefined
  return unit === undefined ? null : { limit: scaled(digits, unit.factor), unit: unit.unit }
}

type Terms = Pick<ThresholdRule, 'holdMs' | 'count' | 'everyMs' | 'delayMs'>

/** What follows the limit: `for 2m`, `for 3 of 5 samples`, `for 3 samples in a row`, `@ 30s`, `after 5m`; each once, in any order. */
function readTerms(text: string): Terms | null {
  const terms: Terms = { holdMs: 0 }
  const seen = new Set<string>()
  let read = 0
  for (const [whole, word = '', rest = ''] of text.matchAll(/(?:^|,? |(?=@))(for|after|@) ?((?:(?!,? (?:for|after) | ?@).)+)/g)) {
    if (seen.has(word) || !take(terms, word, rest.trim())) return null
    seen.add(word)
    read += whole.length
  }
  // What is not read would be a rule that means something else.
  return read === text.length ? terms : null
}

function take(terms: Terms, word: string, text: string): boolean {
  const count = word === 'for' ? readCount(text) : null
  if (count !== null) {
    terms.count = count
    return true
  }
  const ms = parseDuration(word === 'for' ? text.replace(/^(?:more than|at least|over) /, '') : text)
  if (ms === null || ms === 0) return false
  if (word === 'for') terms.holdMs = ms
  else if (word === '@') terms.everyMs = ms
  else terms.delayMs = ms
  return true
}

function readCount(text: string): NonNullable<Terms['count']> | null {
  const match = /^(\d{1,3})(?: of(?: the last)? (\d{1,3}))? (?:consecutive )?(?:samples?|readings?|measurements?)( in a row)?$/.exec(text)
  if (!match) return null
  const failures = Number(match[1])
  const of = Number(match[2] ?? match[1])
  return failures >= 1 && failures <= of && of <= MOST_MEASUREMENTS ? { failures, of } : null
}

/** Multiplied without the dust of binary fractions: 1.5 s is 1500 ms. */
function scaled(digits: string, factor: number): number {
  return Number((Number(digits.replaceAll(',', '')) * factor).toPrecision(12))
}
