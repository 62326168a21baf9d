import { notUnderstood, type Parsed, understood } from './parsed.ts'

/** Whether a code point fits. */
export type Test = (code: number) => boolean

export type Node =
  | { is: 'test'; test: Test }
  | { is: 'begin' | 'end' | 'word-edge' | 'no-word-edge' }
  | { is: 'sequence'; nodes: Node[] }
  | { is: 'either'; first: Node; second: Node }
  | { is: 'group'; node: Node }
  /** `most` null is without end. */
  | { is: 'repeat'; node: Node; least: number; most: number | null; lazy: boolean }

const LONGEST = 500
const DEEPEST = 20
const MOST_TIMES = 200

interface Reader {
  source: string
  at: number
  depth: number
  groups: number
  fault: string | null
}

/**
 * Reads the regular expressions that can be run in linear time: characters, `.`, classes, `\d \w \s \b` and their
 * opposites, `^` and `$` at the ends of lines, one group, `(?:…)`, `|`, `* + ? {m,n}` and their lazy forms.
 */
export function parsePattern(source: string): Parsed<{ node: Node; groups: number }> {
  if (source === '') return notUnderstood('Write a pattern after regex:.')
  if (source.length > LONGEST) return notUnderstood(`Keep the pattern within ${LONGEST} characters.`)
  const reader: Reader = { source, at: 0, depth: 0, groups: 0, fault: null }
  const node = readEither(reader)
  if (reader.at < source.length) fail(reader, 'A parenthesis closes here that was never opened.')
  if (reader.groups > 1) fail(reader, 'Only one group can be captured; write the others as (?:…).')
  return reader.fault === null ? understood({ node, groups: reader.groups }) : notUnderstood(reader.fault)
}

const nothing: Node = { is: 'sequence', nodes: [] }

/** The first fault, and the end of reading: nothing stands after it. */
function fail(reader: Reader, why: string): Node {
  reader.fault ??= `${why} (at character ${reader.at + 1} of the pattern)`
  reader.at = reader.source.length
  return nothing
}

function readEither(reader: Reader): Node {
  const branches = [readSequence(reader)]
  while (take(reader, '|')) branches.push(readSequence(reader))
  return branches.reduceRight((second, first) => ({ is: 'either', first, second }))
}

function readSequence(reader: Reader): Node {
  const nodes: Node[] = []
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source[reader.at] ?? '')) nodes.push(readRepeated(reader))
  return { is: 'sequence', nodes }
}

function readRepeated(reader: Reader): Node {
  const node = readOne(reader)
  const times = readTimes(reader)
  if (times === null) return node
  if (node.is !== 'test' && node.is !== 'group' && node.is !== 'sequence' && node.is !== 'either') return fail(reader, 'There is nothing here that could be repeated.')
  const lazy = take(reader, '?')
  if (readTimes(reader) !== null) return fail(reader, 'A repetition of a repetition means nothing; use (?:…).')
  return { is: 'repeat', node, ...times, lazy }
}

function readTimes(reader: Reader): { least: number; most: number | null } | null {
  if (take(reader, '*')) return { least: 0, most: null }
  if (take(reader, '+')) return { least: 1, most: null }
  if (take(reader, '?')) return { least: 0, most: 1 }
  const counted = /\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/y
  counted.lastIndex = reader.at
  const match = counted.exec(reader.source)
  if (!match) return null
  const least = Number(match[1])
  const most = match[2] === undefined ? least : match[3] === undefined ? null : Number(match[3])
  if (Math.max(least, most ?? 0) > MOST_TIMES || (most !== null && most < least)) {
    fail(reader, `A number of times must be in order, and at most ${MOST_TIMES}.`)
    return null
  }
  reader.at += match[0].length
  return { least, most }
}

function readOne(reader: Reader): Node {
  if (take(reader, '(')) return readGroup(reader)
  if (take(reader, '^')) return { is: 'begin' }
  if (take(reader, '$')) return { is: 'end' }
  if (take(reader, '.')) return { is: 'test', test: (code) => !isLineEnd(code) }
  if (take(reader, '[')) return readClass(reader)
  if (/[*+?{}\]]/.test(reader.source[reader.at] ?? '')) return fail(reader, 'Write a backslash before this character, or something to repeat before it.')
  if (reader.source[reader.at] !== '\\') return { is: 'test', test: isCode(takeCode(reader)) }
  if (take(reader, '\\b')) return { is: 'word-edge' }
  if (take(reader, '\\B')) return { is: 'no-word-edge' }
  const escaped = readEscape(reader)
  if (escaped === null) return nothing
  return { is: 'test', test: typeof escaped === 'number' ? isCode(escaped) : escaped }
}

function readGroup(reader: Reader): Node {
  const isPlain = take(reader, '?:')
  if (!isPlain && reader.source[reader.at] === '?') return fail(reader, 'Looking ahead or behind, names and flags are not possible here; only (…) and (?:…) are.')
  if (reader.depth === DEEPEST) return fail(reader, `Nest groups at most ${DEEPEST} deep.`)
  if (!isPlain) reader.groups += 1
  reader.depth += 1
  const node = readEither(reader)
  reader.depth -= 1
  if (!take(reader, ')')) return fail(reader, 'A parenthesis is not closed.')
  return isPlain ? { is: 'sequence', nodes: [node] } : { is: 'group', node }
}

function readClass(reader: Reader): Node {
  const isNegated = take(reader, '^')
  const tests: Test[] = []
  while (!take(reader, ']')) {
    if (reader.at >= reader.source.length) return fail(reader, 'A [ is not closed.')
    const low = readClassPart(reader)
    if (low === null) return nothing
    if (typeof low !== 'number' || reader.source[reader.at] !== '-' || reader.source[reader.at + 1] === ']' || reader.at + 1 >= reader.source.length) {
      tests.push(typeof low === 'number' ? isCode(low) : low)
      continue
    }
    reader.at += 1
    const high = readClassPart(reader)
    if (high === null) return nothing
    if (typeof high !== 'number' || high < low) return fail(reader, 'A range in [ ] goes from a lower character to a higher one.')
    tests.push((code) => code >= low && code <= high)
  }
  if (tests.length === 0) return fail(reader, '[ ] is empty.')
  return { is: 'test', test: (code) => tests.some((test) => test(code)) !== isNegated }
}

const readClassPart = (reader: Reader): number | Test | null => (reader.source[reader.at] === '\\' ? readEscape(reader) : takeCode(reader))

/** A character or a class after a backslash. */
function readEscape(reader: Reader): number | Test | null {
  const character = reader.source[reader.at + 1] ?? ''
  const known = Object.hasOwn(classes, character) ? classes[character] : undefined
  const control = 'tnrfv0'.includes(character) && character !== '' ? { t: 9, n: 10, r: 13, f: 12, v: 11, 0: 0 }[character] : undefined
  if (known === undefined && control === undefined && !/[^A-Za-z0-9\s]/.test(character)) {
    fail(reader, /[1-9]/.test(character) ? 'A pattern cannot refer back to its own group.' : `\\${character} means nothing here.`)
    return null
  }
  reader.at += 1
  const code = takeCode(reader)
  return known ?? control ?? code
}

const isDigit: Test = (code) => code >= 48 && code <= 57
const isWord: Test = (code) => isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const isSpace: Test = (code) => (code >= 9 && code <= 13) || code === 32 || code === 0xa0 || code === 0xfeff || (code > 0xff && /\s/.test(String.fromCodePoint(code)))
const isLineEnd: Test = (code) => code === 10 || code === 13
const isCode = (wanted: number): Test => (code) => code === wanted
const not = (test: Test): Test => (code) => !test(code)

const classes: Record<string, Test> = { d: isDigit, D: not(isDigit), w: isWord, W: not(isWord), s: isSpace, S: not(isSpace) }

function take(reader: Reader, mark: string): boolean {
  if (!reader.source.startsWith(mark, reader.at)) return false
  reader.at += mark.length
  return true
}

function takeCode(reader: Reader): number {
  const code = reader.source.codePointAt(reader.at) ?? 0
  reader.at += code > 0xffff ? 2 : 1
  return code
}
