import { formsOf, type Forms, type Place } from './forms.ts'
import { utf8Of } from './utf8.ts'

export interface Secret {
  /** What stands where its value stood: `[secret:NAME]`. */
  name: string
  value: string
}

/** Hides secrets by their value, in whatever pieces the bytes come. */
export interface SecretMask {
  /**
   * What may be shown of these bytes. `used` of them are decided: what follows may be given to another call together with
   * the rest, and all the calls show what one call with everything would have shown. What is not used may be the beginning
   * of a secret; it is at most three times as long as the longest form of one. With `isLast` all is used.
   */
  cut(bytes: Uint8Array, isLast: boolean): { shown: Uint8Array; used: number }
}

/** A shorter value would be found in every other line; it is refused rather than hidden. */
export const SHORTEST_SECRET = 4
/** A longer one would make the search long, and no header or variable is. In bytes. */
export const LONGEST_SECRET = 4096
/** The beginning of a secret that is this long is hidden where the output ends with it. */
const LEAST_BEGINNING = 8

interface Thread { at: Place; start: number }
interface Found { start: number; end: number; secret: number }

/** Every byte that belongs to any form of a secret is hidden; forms that overlap are hidden together, by the first one's name. */
export function createSecretMask(secrets: readonly Secret[]): SecretMask {
  if (secrets.length === 0) return { cut: (bytes) => ({ shown: bytes, used: bytes.length }) }
  const forms = formsOf(secrets.map(({ value }) => utf8Of(value)))
  const names = secrets.map(({ name }) => nameFor(name, forms))
  const begins = beginningsOf(forms)
  return {
    cut: (bytes, isLast) => {
      const { found, used } = search(forms, begins, bytes, isLast)
      return { shown: replace(bytes.subarray(0, used), found, names), used }
    },
  }
}

function search(forms: Forms, begins: Beginnings, bytes: Uint8Array, isLast: boolean): { found: Found[]; used: number } {
  const found: Found[] = []
  let threads: Thread[] = []
  for (let index = begins.next(bytes, 0); index < bytes.length; index = threads.length === 0 ? begins.next(bytes, index + 1) : index + 1) {
    threads = advance([...threads, { at: forms.root, start: index }], bytes[index] ?? 0).filter(({ start }) => index - start < forms.longest)
    for (const { at, start } of threads) if (at.isEnd) add(found, { start, end: index + 1, secret: at.secret })
    const last = found.at(-1)
    // Forms that overlap without end are cut in pieces, so that nothing is waited for without end.
    if (last?.end === index + 1 && last.end - last.start >= forms.longest) threads = []
  }
  if (isLast) {
    for (const { at, start } of threads) if (bytes.length - start >= LEAST_BEGINNING) add(found, { start, end: bytes.length, secret: at.secret })
    return { found, used: bytes.length }
  }
  const undecided = Math.min(bytes.length, ...threads.map(({ start }) => start))
  const split = found.find(({ start, end }) => start < undecided && undecided < end)
  const used = split?.start ?? undecided
  return { found: found.filter(({ end }) => end <= used), used }
}

const NOWHERE: readonly Place[] = []

/** The oldest threads first; of two at one place the older one is kept, which hides more. */
function advance(threads: readonly Thread[], byte: number): Thread[] {
  const next = new Map<Place, Thread>()
  const isBreak = byte === 10 || byte === 13
  for (const thread of threads) {
    if (isBreak && thread.at.mayBreak && !next.has(thread.at)) next.set(thread.at, thread)
    for (const to of thread.at.edges.get(byte) ?? NOWHERE) if (!next.has(to)) next.set(to, { at: to, start: thread.start })
  }
  return [...next.values()]
}

function add(found: Found[], one: Found): void {
  let merged = one
  for (let last = found.at(-1); last !== undefined && last.end > merged.start; last = found.at(-1)) {
    found.pop()
    merged = { start: Math.min(last.start, merged.start), end: merged.end, secret: merged.start <= last.start ? merged.secret : last.secret }
  }
  found.push(merged)
}

function replace(bytes: Uint8Array, found: readonly Found[], names: readonly (readonly number[])[]): Uint8Array {
  if (found.length === 0) return bytes
  const pieces: (Uint8Array | readonly number[])[] = []
  let from = 0
  for (const { start, end, secret } of found) {
    pieces.push(bytes.subarray(from, start), names[secret] ?? [])
    from = end
  }
  pieces.push(bytes.subarray(from))
  const shown = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    shown.set(piece, at)
    at += piece.length
  }
  return shown
}

interface Beginnings {
  /** The next index, from this one on, where a form may begin: three bytes are looked at, so nearly all of any output is passed over. */
  next(bytes: Uint8Array, from: number): number
}

function beginningsOf({ root }: Forms): Beginnings {
  const firsts = new Uint8Array(256)
  const pairs = new Uint8Array(65_536)
  const triples = new Set<number>()
  for (const [first, after] of root.edges) {
    firsts[first] = 1
    for (const [second, then] of after.flatMap(({ edges }) => [...edges])) {
      pairs[(first << 8) | second] = 1
      for (const third of then.flatMap(({ edges }) => [...edges.keys()])) triples.add((first << 16) | (second << 8) | third)
    }
  }
  return {
    next: (bytes, from) => {
      const last = bytes.length - 1
      if (from > last) return bytes.length
      let pair = bytes[from] as number
      for (let index = from; index < last; index += 1) {
        pair = ((pair & 0xff) << 8) | (bytes[index + 1] as number)
        if (pairs[pair] === 1 && (index + 2 > last || triples.has((pair << 8) | (bytes[index + 2] as number)))) return index
      }
      return firsts[bytes[last] as number] === 1 ? last : bytes.length
    },
  }
}

/** What stands for a secret says which one it is, unless with the text around it that could read as a secret again. */
function nameFor(name: string, forms: Forms): number[] {
  const blocks = Array.from({ length: 32 }, (_, index) => String.fromCodePoint(0x2580 + index).repeat(6))
  const candidates = [`[secret:${name}]`, '[secret]', ...blocks].map(utf8Of)
  return candidates.find((candidate) => !mayJoin(candidate, forms)) ?? candidates.at(-1) ?? []
}

/** Whether these bytes can be any part of any form, or overlap with one. */
function mayJoin(bytes: readonly number[], { root, places }: Forms): boolean {
  let threads = places.map((at) => ({ at, start: 0 }))
  for (const byte of bytes) {
    threads = advance([...threads, { at: root, start: 0 }], byte)
    if (threads.some(({ at }) => at.isEnd)) return true
  }
  return threads.length > 0
}
