import { parseDuration } from '#domain/duration.ts'
import { MOST_MEASUREMENTS, parseThreshold, type ThresholdRule } from '#domain/threshold-text.ts'
import type { NoDataPolicy, Threshold } from '#domain/threshold.ts'
import type { Trigger } from '#domain/runbook.ts'
import { parseAttributes } from './attributes.ts'

/** A line that says what is to be watched: `Error rate > 5% for 1m (auto)`, `Active sessions < 50 {no-data=ignore recover=3}`. */
export interface WatchRule {
  /** The prose without what stands behind it in braces or as `(auto)`. */
  text: string
  /** Null when the prose is not a rule, or its attributes cannot be read. */
  rule: (ThresholdRule & Pick<Threshold, 'recover' | 'noData'>) | null
  auto: Trigger['auto'] | null
  /** What is wrong with the attributes, in a sentence. */
  fault: string | null
}

/** How long an automatic rollback is announced before it begins, when the runbook does not say. */
const USUAL_COUNTDOWN_MS = 60_000
const SHORTEST_COUNTDOWN_MS = 5000
const policies: readonly NoDataPolicy[] = ['hold', 'ignore', 'breach']

export function readWatchRule(text: string): WatchRule {
  const { prose, values, fault: malformed } = cutMarks(text)
  const rule = parseThreshold(prose)
  const { options, auto, fault } = readOptions(values)
  const wrong = malformed ?? fault
  return { text: prose, rule: rule === null || wrong !== null ? null : { ...rule, ...options }, auto: wrong === null ? auto : null, fault: wrong }
}

function cutMarks(text: string): { prose: string; values: Record<string, string>; fault: string | null } {
  const word = /^(.*\S)\s*\((?:auto|automatic)\)\.?$/i.exec(text)
  if (word) return { prose: word[1] ?? '', values: { auto: 'true' }, fault: null }
  const brace = text.endsWith('}') ? text.lastIndexOf('{') : -1
  if (brace <= 0) return { prose: text, values: {}, fault: null }
  const { values, malformed } = parseAttributes(text, brace)
  return { prose: text.slice(0, brace).trim(), values, fault: malformed?.message ?? null }
}

type Options = Pick<Threshold, 'everyMs' | 'delayMs' | 'recover' | 'noData'>

function readOptions(values: Record<string, string>): { options: Options; auto: Trigger['auto'] | null; fault: string | null } {
  const options: Options = {}
  let countdownMs: number | null = null
  for (const [name, value] of Object.entries(values)) {
    const ms = parseDuration(value)
    if (name === 'auto' && value === 'true') continue
    if (name === 'countdown' && ms !== null && ms >= SHORTEST_COUNTDOWN_MS) countdownMs = ms
    else if (name === 'every' && ms !== null && ms > 0) options.everyMs = ms
    else if (name === 'delay' && ms !== null && ms > 0) options.delayMs = ms
    else if (name === 'recover' && /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= MOST_MEASUREMENTS) options.recover = Number(value)
    else if (name === 'no-data' && policies.includes(value as NoDataPolicy)) options.noData = value as NoDataPolicy
    else return { options, auto: null, fault: faultOf(name, value) }
  }
  const isAuto = Object.hasOwn(values, 'auto')
  if (countdownMs !== null && !isAuto) return { options, auto: null, fault: 'countdown= is only for a trigger that is auto.' }
  return { options, auto: isAuto ? { countdownMs: countdownMs ?? USUAL_COUNTDOWN_MS } : null, fault: null }
}

const meanings: Record<string, string> = {
  auto: 'is a word of its own, without a value', countdown: 'is a length of at least 5s', every: 'is a length such as 30s', delay: 'is a length such as 5m',
  recover: `is a number of measurements from 1 to ${MOST_MEASUREMENTS}`, 'no-data': `is one of ${policies.join(', ')}`,
}

const faultOf = (name: string, value: string): string =>
  Object.hasOwn(meanings, name) ? `${name}= ${meanings[name]}, and “${value}” is not.` : `Nothing here reads “${name}”; known are ${Object.keys(meanings).join(', ')}.`
