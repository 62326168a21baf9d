import { own } from '../own.ts'
import type { VerdictWord } from '../verdict.ts'
import { toNumber, type When, type WhenOperator, type WhenOutcome } from './when.ts'

/** A condition, or where (1-based, in the text of `when=`) it stops making sense and what would. */
export type ParsedWhen = { ok: true; value: When } | { ok: false; hint: string; column: number }

const LONGEST = 500
const DEEPEST = 16

/** Words that mean something in a condition, so that no captured value can have them for a name. */
export const RESERVED_NAMES: readonly string[] = ['and', 'or', 'not', 'previous', 'step', 'metric', 'environment', 'is', 'true', 'false']

const outcomes: readonly WhenOutcome[] = ['succeeded', 'failed', 'skipped', 'unknown']
const verdicts: readonly VerdictWord[] = ['ok', 'warning', 'breached', 'inconclusive']
/** What people also call them. */
const verdictNames: Readonly<Record<string, VerdictWord>> = { pending: 'warning', 'no-data': 'inconclusive', 'no data': 'inconclusive' }
const operators: readonly WhenOperator[] = ['==', '!=', '>=', '<=', '>', '<']

interface Reader {
  text: string
  at: number
  depth: number
  fault: { at: number; hint: string } | null
}

/**
 * Reads `when=`: `previous.succeeded`, `step(ID).failed`, `metric(error rate) ok`, `environment == Staging`,
 * `version == "2.14"`, `count > 3`, joined by and, or, not and parentheses; `and` binds closer than `or`.
 */
export function parseWhen(text: string): ParsedWhen {
  if (text.length > LONGEST) return { ok: false, hint: `Keep a condition within ${LONGEST} characters.`, column: LONGEST + 1 }
  const reader: Reader = { text, at: 0, depth: 0, fault: null }
  const value = readOr(reader)
  if (value !== null && !isAtEnd(reader)) fail(reader, 'Join conditions with and, or; nothing else may follow one.')
  const { fault } = reader
  return value === null || fault !== null ? { ok: false, hint: fault?.hint ?? 'Write a condition.', column: (fault?.at ?? 0) + 1 } : { ok: true, value }
}

const readOr = (reader: Reader): When | null => readJoined(reader, 'or', (inner) => readJoined(inner, 'and', readOne))

function readJoined(reader: Reader, word: 'or' | 'and', readPart: (reader: Reader) => When | null): When | null {
  const first = readPart(reader)
  if (first === null) return null
  const parts = [first]
  while (takeWord(reader, word)) {
    const part = readPart(reader)
    if (part === null) return null
    parts.push(part)
  }
  return parts.length === 1 ? first : { is: word, parts }
}

function readOne(reader: Reader): When | null {
  if (takeWord(reader, 'not')) return deeper(reader, () => {
    const part = readOne(reader)
    return part && { is: 'not', part }
  })
  if (take(reader, '(')) return deeper(reader, () => {
    const inner = readOr(reader)
    if (inner === null) return null
    return take(reader, ')') ? inner : fail(reader, 'Close the parenthesis here.')
  })
  const begin = skipSpace(reader)
  const name = takePattern(reader, /[A-Za-z][A-Za-z0-9_-]{0,39}/y)
  if (name === 'previous') return readOutcome(reader, null)
  if (name === 'step') {
    const step = readBracketed(reader, /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$/u, 'Name the step by its id: step(stop-shop).failed.')
    return step === null ? null : readOutcome(reader, step)
  }
  if (name === 'metric') return readMetric(reader)
  if (name !== null && (name === 'environment' || !RESERVED_NAMES.includes(name))) return readComparison(reader, name)
  reader.at = begin
  return fail(reader, 'Write previous.succeeded, step(ID).failed, metric(error rate) ok, environment == Staging, or compare a captured value.')
}

function readOutcome(reader: Reader, step: string | null): When | null {
  const word = take(reader, '.') ? takePattern(reader, /[a-z-]+/y) : null
  const outcome = outcomes.find((known) => known === word)
  if (outcome) return { is: 'outcome', step, outcome }
  reader.at -= word?.length ?? 0
  return fail(reader, `Say which outcome is meant: ${outcomes.map((known) => `.${known}`).join(', ')}.`)
}

function readMetric(reader: Reader): When | null {
  const written = readBracketed(reader, /\S/, 'Name the metric: metric(error rate) ok.')
  if (written === null) return null
  takeWord(reader, 'is')
  const word = takePattern(reader, /no data|[a-z-]+/y)
  const verdict = verdicts.find((known) => known === word) ?? own(verdictNames, word ?? '')
  if (verdict) return { is: 'metric', metric: written.toLowerCase().replace(/\s+/g, ' '), verdict }
  reader.at -= word?.length ?? 0
  return fail(reader, `Say how the metric must stand: ${verdicts.join(', ')}.`)
}

function readComparison(reader: Reader, name: string): When | null {
  const operator = operators.find((known) => take(reader, known))
  if (!operator) return fail(reader, `Compare ${name} with something: ${operators.join(' ')}.`)
  const begin = skipSpace(reader)
  const quoted = takePattern(reader, /"[^"\r\n]*"|'[^'\r\n]*'/y)
  const bare = quoted === null ? takePattern(reader, /[\p{L}\p{N}_.+:/-]+/uy) : null
  if (quoted === null && bare === null) return fail(reader, 'Write a number, a word, or text in quotes.')
  const literal = quoted?.slice(1, -1) ?? toNumber(bare ?? '') ?? bare ?? ''
  if (operator === '==' || operator === '!=' || typeof literal === 'number') return { is: 'compare', name, operator, literal }
  reader.at = begin
  return fail(reader, 'More and less need a number; text can be == or !=.')
}

/** What stands in parentheses, which may hold pairs of their own. */
function readBracketed(reader: Reader, shape: RegExp, hint: string): string | null {
  if (!take(reader, '(')) return fail(reader, hint)
  const begin = reader.at
  for (let open = 1; reader.at < reader.text.length; reader.at += 1) {
    if (reader.text[reader.at] === '(') open += 1
    if (reader.text[reader.at] === ')') open -= 1
    if (open > 0) continue
    const inside = reader.text.slice(begin, reader.at).trim()
    if (!shape.test(inside)) break
    reader.at += 1
    return inside
  }
  reader.at = begin
  return fail(reader, hint)
}

function deeper(reader: Reader, read: () => When | null): When | null {
  if (reader.depth === DEEPEST) return fail(reader, `Nest conditions at most ${DEEPEST} deep.`)
  reader.depth += 1
  const value = read()
  reader.depth -= 1
  return value
}

/** Only the first fault is told: what follows from it helps nobody. */
function fail(reader: Reader, hint: string): null {
  reader.fault ??= { at: skipSpace(reader), hint }
  return null
}

function skipSpace(reader: Reader): number {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1
  return reader.at
}

const isAtEnd = (reader: Reader): boolean => skipSpace(reader) === reader.text.length

function take(reader: Reader, mark: string): boolean {
  if (!reader.text.startsWith(mark, skipSpace(reader))) return false
  reader.at += mark.length
  return true
}

const takeWord = (reader: Reader, word: string): boolean => takePattern(reader, new RegExp(`${word}(?![A-Za-z0-9_-])`, 'y')) !== null

/** `pattern` is sticky. */
function takePattern(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = skipSpace(reader)
  const found = pattern.exec(reader.text)?.[0] ?? null
  reader.at += found?.length ?? 0
  return found
}
