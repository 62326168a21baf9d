import { codePoint, HIDDEN_RANGES } from '#domain/hidden-characters.ts'

/**
 * Step output is hostile: of all terminal sequences only colours and weight (SGR) are obeyed, and only as class names
 * and colour values. Everything else that a terminal would act on is shown as text, so that nothing can hide,
 * set a title, reach the clipboard or become a link.
 */

export interface AnsiStyle {
  /** A class name such as `fg-1`, an `rgb(…)` value, or null for the default. */
  foreground: string | null
  background: string | null
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  inverse: boolean
  strike: boolean
}

export interface AnsiSpan {
  text: string
  style: AnsiStyle
}

export const PLAIN: AnsiStyle = {
  foreground: null, background: null, bold: false, dim: false, italic: false, underline: false, inverse: false, strike: false,
}

// An SGR sequence: ESC [ digits ; : … m, of sane length.
// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[([0-9;:]{0,64})m/g

const MAX_SPANS = 300

const isSame = (one: AnsiStyle, other: AnsiStyle): boolean => (Object.keys(PLAIN) as (keyof AnsiStyle)[]).every((key) => one[key] === other[key])

/** Splits one line (no line breaks) into styled spans; `start` is the style the line before ended with. */
export function parseAnsi(line: string, start: AnsiStyle): { spans: AnsiSpan[]; end: AnsiStyle } {
  const spans: AnsiSpan[] = []
  let style = start
  let from = 0
  const add = (raw: string): void => {
    if (raw === '') return
    const last = spans.at(-1)
    // A line that changes its colour with every letter would be thousands of elements, on every line in view.
    if (last && (spans.length >= MAX_SPANS || isSame(last.style, style))) last.text += showControls(raw)
    else spans.push({ text: showControls(raw), style })
  }
  for (const match of line.matchAll(SGR)) {
    add(line.slice(from, match.index))
    style = applySgr(style, match[1] ?? '')
    from = match.index + match[0].length
  }
  add(line.slice(from))
  return { spans, end: style }
}

/** The style after a piece of text, without making spans. */
export function styleAfter(text: string, start: AnsiStyle): AnsiStyle {
  if (!text.includes('\u001b[')) return start
  let style = start
  for (const match of text.matchAll(SGR)) style = applySgr(style, match[1] ?? '')
  return style
}

/** C0 but TAB, DEL, C1, and what reorders or hides text. */
const HIDDEN = new RegExp(String.raw`[\u0000-\u0008\u000a-\u001f\u007f-\u009f${HIDDEN_RANGES}]`, 'gu')

/** Replaces everything invisible or active by something visible: ESC becomes ␛, U+202E becomes ⟨U+202E⟩. */
export function showControls(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    // A C1 control is the 8-bit spelling of ESC and a letter.
    if (code < 0xa0) return `\u241b${String.fromCharCode(code - 0x40)}`
    return `\u27e8${codePoint(character)}\u27e9`
  })
}

function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((part) => (part === '' ? 0 : Number(part)))
  const style = { ...before }
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes.slice(at + 1))
      if (code === 38) style.foreground = colour ?? style.foreground
      else style.background = colour ?? style.background
      at += used
    } else Object.assign(style, SIMPLE[code] ?? basicColour(code))
  }
  return style
}

const SIMPLE: Record<number, Partial<AnsiStyle>> = {
  0: PLAIN, 1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true }, 7: { inverse: true }, 9: { strike: true },
  22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false }, 27: { inverse: false }, 29: { strike: false },
  39: { foreground: null }, 49: { background: null },
}

function basicColour(code: number): Partial<AnsiStyle> {
  if (code >= 30 && code <= 37) return { foreground: `ansi-${code - 30}` }
  if (code >= 90 && code <= 97) return { foreground: `ansi-${code - 82}` }
  if (code >= 40 && code <= 47) return { background: `ansi-${code - 40}` }
  if (code >= 100 && code <= 107) return { background: `ansi-${code - 92}` }
  return {}
}

/** What follows 38 or 48: `5;n` or `2;r;g;b`. Returns the colour and how many codes it used. */
function extendedColour(rest: number[]): [string | null, number] {
  const [kind, first = 0, second = 0, third = 0] = rest
  if (kind === 5) return [indexedColour(byte(first)), 2]
  if (kind === 2) return [`rgb(${byte(first)} ${byte(second)} ${byte(third)})`, 4]
  return [null, kind === undefined ? 0 : 1]
}

const byte = (value: number): number => Math.min(255, Math.max(0, Math.trunc(value)))

/** xterm's 256 colours: 16 named, a 6×6×6 cube, 24 greys. */
function indexedColour(index: number): string {
  if (index < 16) return `ansi-${index}`
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return `rgb(${grey} ${grey} ${grey})`
  }
  const cube = index - 16
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40)
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`
}
