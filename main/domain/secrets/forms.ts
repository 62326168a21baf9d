/** A place in one of the ways a secret may be written. */
export interface Place {
  /** Where each byte leads on from here; hundreds lead on from the root. */
  edges: Map<number, Place[]>
  /** Line breaks may stand here: base64 is wrapped. */
  mayBreak: boolean
  /** Whose form this is; -1 at the root, where all begin. */
  secret: number
  /** The secret is written whole once this is reached. */
  isEnd: boolean
}

/** All ways all secrets may be written, from one beginning. */
export interface Forms {
  root: Place
  places: Place[]
  /** No form is longer than this, in bytes. */
  longest: number
}

/** One byte after the other; each may be any of a few. */
type Way = readonly (readonly number[])[]
/** A piece of a secret, which may be written in several ways. */
type Piece = readonly Way[]

/** Lines of a secret that are long enough to be hidden by themselves: a key may be printed with its lines indented. */
const LEAST_LINE = 8
/** Breaks are looked for after this many characters of base64: earlier, the end of nearly every line would be waited on. */
const BREAKS_FROM = 3
/** Below this many characters a form without its first ones would be found where no secret is. */
const LEAST_WRAPPED = 16

/**
 * As it stands, with any of its bytes percent-encoded or escaped by a backslash (URLs, forms, JSON, shells, mixed as they
 * may be), and as base64 (RFC 4648, both alphabets, wrapped or not) at each of the three places it can have in a longer
 * text that is encoded whole. Characters of base64 that only a part of the secret went into belong to the form.
 */
export function formsOf(secrets: readonly (readonly number[])[]): Forms {
  const root: Place = { edges: new Map(), mayBreak: false, secret: -1, isEnd: false }
  const places = [root]
  let longest = 0
  const make = (secret: number, isEnd = false): Place => {
    const made = { edges: new Map(), mayBreak: false, secret, isEnd }
    places.push(made)
    return made
  }
  const lead = (from: Place, ways: Piece, to: Place): void => {
    for (const way of ways) {
      let at = from
      way.forEach((bytes, index) => {
        const next = index === way.length - 1 ? to : make(to.secret)
        for (const byte of bytes) {
          const known = at.edges.get(byte)
          if (known) known.push(next)
          else at.edges.set(byte, [next])
        }
        at = next
      })
    }
  }
  const add = (secret: number, pieces: readonly Piece[]): Place[] => {
    const spine = [root, ...pieces.map((_, index) => make(secret, index === pieces.length - 1))]
    pieces.forEach((ways, index) => lead(spine[index] ?? root, ways, spine[index + 1] ?? root))
    return spine
  }
  const addWrapped = (secret: number, pieces: readonly Piece[]): void => {
    const spine = add(secret, pieces)
    spine.forEach((at, index) => (at.mayBreak = index >= BREAKS_FROM && index < pieces.length))
    if (pieces.length < LEAST_WRAPPED) return
    // After a break within the first characters the form begins with the ones that are left.
    for (let skipped = 1; skipped < BREAKS_FROM; skipped += 1) {
      let at = root
      pieces.slice(skipped, skipped + BREAKS_FROM).forEach((ways, index) => {
        const to = index === BREAKS_FROM - 1 ? (spine[skipped + BREAKS_FROM] ?? root) : make(secret)
        lead(at, ways, to)
        at = to
      })
    }
  }
  secrets.forEach((value, secret) => {
    for (const part of [value, ...linesOf(value)]) {
      add(secret, part.map(waysOf))
      for (const before of [0, 1, 2]) addWrapped(secret, base64Of(part, before))
      longest = Math.max(longest, MOST_BYTES * part.length)
    }
  })
  return { root, places, longest }
}

/** A byte as `\u002f`; base64, with a break at each character, is shorter: 4/3 of a character, one or two bytes more each. */
const MOST_BYTES = 6

const code = (character: string): number => character.charCodeAt(0)
const hex = (digit: number): number[] => [...new Set([code(digit.toString(16)), code(digit.toString(16).toUpperCase())])]
const exactly = (text: string): Way => Array.from(text, (character) => [code(character)])

/** A byte: itself, `%2f`, `\/`, `\u002f`, a space as `+`, a line break as `\n`, a quote as a shell writes it within quotes. */
function waysOf(byte: number): Piece {
  const ways: Way[] = [[[byte]], [[code('%')], hex(byte >> 4), hex(byte & 15)]]
  const character = String.fromCharCode(byte)
  if (byte < 0x80 && !/[A-Za-z0-9]/.test(character)) ways.push(exactly(`\\${character}`), [...exactly('\\u00'), hex(byte >> 4), hex(byte & 15)])
  if (character === ' ') ways.push(exactly('+'))
  if (character === "'") ways.push(exactly("'\\''"), exactly("'\"'\"'"))
  const letter = { '\n': 'n', '\r': 'r', '\t': 't' }[character]
  if (letter !== undefined) ways.push(exactly(`\\${letter}`))
  return ways
}

const ALPHABETS = ['+/', '-_'].map((last) => Array.from(`ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`, code))

/** The characters of base64 that any bit of the secret goes into, when it stands `before` bytes after a group's beginning. */
function base64Of(value: readonly number[], before: number): Piece[] {
  const [from, to] = [8 * before, 8 * (before + value.length)]
  const pieces: Piece[] = []
  for (let first = from - (from % 6); first < to; first += 6) {
    let known = 0
    let bits = 0
    for (let index = first; index < first + 6; index += 1) {
      const isKnown = index >= from && index < to
      known = (known << 1) | (isKnown ? 1 : 0)
      bits = (bits << 1) | (isKnown ? ((value[(index - from) >> 3] ?? 0) >> (7 - (index & 7))) & 1 : 0)
    }
    pieces.push([[[...new Set(ALPHABETS.flatMap((alphabet) => alphabet.filter((_, sextet) => (sextet & known) === bits)))]]])
  }
  return pieces
}

function linesOf(value: readonly number[]): number[][] {
  const lines = String.fromCharCode(...value).split(/[\r\n]+/).map((line) => line.replace(/^[ \t]+|[ \t]+$/g, '')).filter((line) => line.length >= LEAST_LINE)
  return lines.length === 1 && lines[0]?.length === value.length ? [] : lines.map((line) => Array.from(line, code))
}
