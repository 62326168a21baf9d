import { containerDepth } from './limits.ts'

/** A run of whole lines that can be parsed without the lines before it. */
export interface Piece {
  start: number
  end: number
  /** How many lists and quotes its lines are inside of, and how many go on with one lazily, added up: what the parser's work grows with. */
  markers: number
}

const ENOUGH_LINES = 60

/**
 * Cuts the text before headings and list items at the left margin, which end every block but fenced code and HTML.
 * The parser's work grows with the square of what it is given, so it is given little at a time.
 */
export function cutPieces(text: string, from: number): Piece[] {
  const pieces: Piece[] = []
  let piece: Piece = { start: from, end: from, markers: 0 }
  let lines = 0
  let inList = false
  // Up to the next blank line, what looks like an item belongs to the HTML.
  let inHtml = false
  let afterBlank = true
  // Where the text of the paragraph begins that a lazy line could belong to; 0 when none could.
  let column = 0
  for (const { start, end, content } of linesFrom(text, from)) {
    const starts = startsBlock(content, inList, afterBlank)
    if (starts && lines >= ENOUGH_LINES) {
      pieces.push(piece)
      piece = { start, end, markers: 0 }
      lines = 0
    }
    const blank = content.trim() === ''
    inHtml = !blank && (inHtml || /^ {0,3}</.test(content))
    if (starts) inList = !inHtml && !content.startsWith('#') && !isThematicBreak(content)
    else if (!blank && !/^[ \t]/.test(content)) inList = false
    const depth = containerDepth(content)
    const isLazy = !blank && !starts && depth === 0 && indentOf(content) < column
    if (blank || starts || depth > 0) column = depth > 0 ? textColumn(content) : 0
    afterBlank = blank
    lines += 1
    piece.end = end
    // A lazy line costs the parser as much as a marker: it tries every line anew.
    piece.markers += depth + (isLazy ? 1 : 0) + (/^[ >\t]*(?:=+|-+)[ \t]*$/.test(content) ? 1 : 0)
  }
  return [...pieces, piece]
}

const indentOf = (content: string): number => content.length - content.trimStart().length

/** The column from which a following line without markers belongs to the item; none does to a quote, however far it is moved in. */
function textColumn(content: string): number {
  const markers = /^(?:[ \t]|>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*/.exec(content)?.[0] ?? ''
  return markers.includes('>') ? Infinity : markers.length
}

/** `- - -` looks like an item and is a line across the page. */
const isThematicBreak = (content: string): boolean => /^([-*])[ \t]*(?:\1[ \t]*){2,}$/.test(content)

/** A list may go on with any number; after a paragraph only a bullet or a 1 starts one. */
function startsBlock(content: string, inList: boolean, afterBlank: boolean): boolean {
  if (/^(?:#{1,6}|[-+*]) {1,4}[^ \t]/.test(content)) return true
  const number = /^(\d{1,9})[.)] {1,4}[^ \t]/.exec(content)
  return number !== null && (inList || afterBlank || number[1] === '1')
}

function* linesFrom(text: string, from: number): Generator<{ start: number; end: number; content: string }> {
  let start = from
  for (const ending of text.slice(from).matchAll(/\r\n|\n|\r/g)) {
    const end = from + ending.index + ending[0].length
    yield { start, end, content: text.slice(start, from + ending.index) }
    start = end
  }
  if (start < text.length) yield { start, end: text.length, content: text.slice(start) }
}
