import { own } from '../own.ts'
import { type Parsed, notUnderstood, understood } from './parsed.ts'
import { compilePattern } from './text-pattern.ts'
import { RESERVED_NAMES } from './when-parse.ts'

/** A value taken from what a step printed, under a name that `when=` can use. */
export type Capture = { name: string; by: 'regex'; pattern: string } | { name: string; by: 'json'; pointer: string }

/** A captured value, or why there is none, for people. */
export type Captured = { ok: true; value: string } | { ok: false; why: string }

const MOST = 10
const MOST_TEXT = 1024 * 1024
const LONGEST_VALUE = 1000

/** Reads `capture=`: `version=regex:v([0-9.]+)` or `id=json:/items/0/id`; several are separated by `; `. */
export function parseCaptures(text: string): Parsed<Capture[]> {
  const parts = text.split(/;\s+(?=[A-Za-z][A-Za-z0-9_-]{0,39}=(?:regex|json):)/)
  if (parts.length > MOST) return notUnderstood(`Take at most ${MOST} values from one step.`)
  const captures: Capture[] = []
  for (const part of parts) {
    const parsed = parseCapture(part)
    if (!parsed.ok) return parsed
    if (captures.some(({ name }) => name === parsed.value.name)) return notUnderstood(`Two values are called ${parsed.value.name}; give each its own name.`)
    captures.push(parsed.value)
  }
  return understood(captures)
}

function parseCapture(text: string): Parsed<Capture> {
  const match = /^\s*([A-Za-z][A-Za-z0-9_-]{0,39})=(regex|json):(.*)$/s.exec(text)
  const [, name = '', by, rest = ''] = match ?? []
  if (!match) return notUnderstood('Write NAME=regex:PATTERN, such as version=regex:v([0-9.]+), or NAME=json:POINTER, such as id=json:/items/0/id.')
  if (RESERVED_NAMES.includes(name) || name in {}) return notUnderstood(`${name} has a meaning of its own; choose another name.`)
  if (by === 'json') return pointerParts(rest) ? understood({ name, by, pointer: rest }) : notUnderstood('A JSON pointer is empty, or begins with / before each name: /items/0/id; ~ is written ~0 and / within a name ~1.')
  const compiled = compilePattern(rest)
  return compiled.ok ? understood({ name, by: 'regex', pattern: rest }) : compiled
}

/** Takes the value out of a host's standard output. Total, and linear in the text whatever the host printed. */
export function captureFrom(capture: Capture, text: string): Captured {
  const taken = capture.by === 'json' ? byPointer(capture.pointer, text) : byPattern(capture.pattern, text)
  if (taken.ok && taken.value.length > LONGEST_VALUE) return none(`what it found is longer than ${LONGEST_VALUE} characters`)
  return taken
}

/** The value all hosts agree on; null when one has none or another. */
export function agreedValue(captured: readonly Captured[]): string | null {
  const [first] = captured
  return first?.ok && captured.every((one) => one.ok && one.value === first.value) ? first.value : null
}

const none = (why: string): Captured => ({ ok: false, why })

/** A text that is too long is cut at a line, so that no value is cut in two. */
function byPattern(pattern: string, text: string): Captured {
  const compiled = compilePattern(pattern)
  if (!compiled.ok) return none(compiled.hint)
  const isCut = text.length > MOST_TEXT
  const result = compiled.value.find(isCut ? text.slice(0, text.lastIndexOf('\n', MOST_TEXT) + 1) : text)
  if (result === 'too-much') return none('the output is too long for this pattern')
  if (result === null) return none(isCut ? 'the pattern fits nothing in the first 1 MiB of the output' : 'the pattern fits nothing in the output')
  return { ok: true, value: result.found }
}

function byPointer(pointer: string, text: string): Captured {
  if (text.length > MOST_TEXT) return none('the output is longer than 1 MiB')
  let at: unknown
  try {
    at = parseJson(text)
  } catch {
    return none('the output is not JSON that can be read')
  }
  for (const part of pointerParts(pointer) ?? []) {
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d{0,15})$/.test(part) ? (at as unknown[])[Number(part)] : undefined
    else if (typeof at === 'object' && at !== null) at = own(at as Record<string, unknown>, part)
    else at = undefined
    if (at === undefined) return none(`the output has nothing at ${pointer}`)
  }
  if (typeof at === 'symbol') return { ok: true, value: at.description ?? '' }
  if (typeof at === 'string') return { ok: true, value: at }
  if (typeof at === 'boolean' || at === null) return { ok: true, value: String(at) }
  return none(`the output has a list or an object at ${pointer === '' ? 'its top' : pointer}`)
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown

/** Numbers come as symbols described as they were written: 12345678901234567890 and 1.10 are names of things, not sums. */
function parseJson(text: string): unknown {
  const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
  return parse(text, (_key, value, context) => (typeof value === 'number' ? Symbol(context?.source ?? String(value)) : value))
}

/** The names in a JSON Pointer (RFC 6901), or null when it is none. */
export function pointerParts(pointer: string): string[] | null {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || pointer.length > 500 || /~(?![01])/.test(pointer)) return null
  return pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
