import type { OutputChunk } from '#preload/contract.ts'
import { PLAIN, styleAfter } from './ansi.ts'
import type { AnsiStyle } from './ansi.ts'

/** Where a line begins: in the chunk `seq`, after `breaks` line feeds of it. Lines stand in this order. */
export interface Place {
  seq: number
  breaks: number
}

/** A line of output as it is shown. Plain data; a changed line is a new object. */
export interface LogLine extends Place {
  /** Counts from 0 for the first line of this view, without holes. */
  index: number
  host: string
  stream: 'stdout' | 'stderr'
  attempt: number
  at: number
  text: string
  startStyle: AnsiStyle
  /** It began before this window; what stands here is its end. */
  torn: boolean
  /** Characters left out because the line is longer than MAX_LINE. */
  cut: number
  /** How many times a carriage return wrote over this line (progress bars); the last state is shown. */
  overwrites: number
}

interface OpenLine {
  line: LogLine
  /** The style at the end of what the line has so far. */
  style: AnsiStyle
  /** A carriage return came last: it overwrites only if something other than a line feed follows. */
  returned: boolean
}

/** Some lines of one log, as many as a page can hold. `lines[0].index` says how many were dropped before them. */
export interface LogWindow {
  lines: LogLine[]
  /** Lines seen in all. */
  total: number
  /** Lines still being written, by host, stream and attempt. */
  open: Record<string, OpenLine>
}

export const MAX_LINE = 10_000
export const MAX_LINES = 5_000
/** Of all lines together. */
export const MAX_CHARACTERS = 2_000_000

export const emptyLog = (): LogWindow => ({ lines: [], total: 0, open: {} })

/** Adds chunks in order; keeps at most `keep` lines, the newest. */
export function addChunks(before: LogWindow, chunks: OutputChunk[], keep = MAX_LINES): LogWindow {
  const log: LogWindow = { lines: before.lines.slice(), total: before.total, open: { ...before.open } }
  for (const chunk of chunks) {
    addChunk(log, chunk)
    // Trimmed with slack, so that a flood costs one copy now and then and not one a chunk.
    if (log.lines.length > keep * 2) log.lines = log.lines.slice(-keep)
  }
  log.lines = log.lines.slice(fitting(log.lines.toReversed(), keep) * -1)
  return log
}

/** The lines of chunks read anew around a place, which stays among them whatever has to be left out. */
export function linesAround(chunks: OutputChunk[], place: Place): { log: LogWindow; cutBefore: boolean; cutAfter: boolean } {
  const whole: LogWindow = emptyLog()
  for (const chunk of chunks) addChunk(whole, chunk)
  const at = indexOf(whole.lines, place)
  const earlier = fitting(whole.lines.slice(0, at).toReversed(), MAX_LINES / 2)
  const later = fitting(whole.lines.slice(at), MAX_LINES / 2)
  return { log: { ...whole, lines: whole.lines.slice(at - earlier, at + later) }, cutBefore: earlier < at, cutAfter: at + later < whole.lines.length }
}

/** The index of the line that begins at `place`, or else of the next one; the last when there is none. */
export function indexOf(lines: readonly Place[], place: Place): number {
  const found = lines.findIndex(({ seq, breaks }) => seq > place.seq || (seq === place.seq && breaks >= place.breaks))
  return found === -1 ? Math.max(lines.length - 1, 0) : found
}

/** How many of the first lines a page can hold. */
function fitting(lines: readonly LogLine[], most: number): number {
  let characters = 0
  const end = lines.findIndex(({ text }, index) => index >= most || (characters += text.length) > MAX_CHARACTERS && index > 0)
  return end === -1 ? lines.length : end
}

function addChunk(log: LogWindow, chunk: OutputChunk): void {
  const key = `${chunk.host}\n${chunk.stream}\n${chunk.attempt}`
  let breaks = 0
  for (const piece of chunk.text.split(/(\r\n|\n|\r)/)) {
    if (piece === '') continue
    const open = log.open[key]
    if (piece === '\n' || piece === '\r\n') {
      // A line without text is a line.
      const ended = open === undefined || isClosed(open) ? start(log, chunk, breaks, open) : open
      log.open[key] = { line: { ...ended.line, index: CLOSED }, style: ended.style, returned: false }
      breaks += 1
    } else if (piece === '\r') {
      if (open && !isClosed(open)) log.open[key] = { ...open, returned: true }
    } else log.open[key] = write(log, open === undefined || isClosed(open) ? start(log, chunk, breaks, open) : open, chunk, piece)
  }
}

/** A line that has ended is kept for its colours: a terminal carries them on. */
const CLOSED = -1
const isClosed = (open: OpenLine): boolean => open.line.index === CLOSED

function write(log: LogWindow, open: OpenLine, chunk: OutputChunk, text: string): OpenLine {
  if (!open.returned) return extend(log, open, text)
  const cleared: LogLine = { ...open.line, text: '', cut: 0, startStyle: open.style, overwrites: open.line.overwrites + 1, at: chunk.at }
  return extend(log, { line: cleared, style: open.style, returned: false }, text)
}

function start(log: LogWindow, chunk: OutputChunk, breaks: number, before: OpenLine | undefined): OpenLine {
  const style = before?.style ?? PLAIN
  const line: LogLine = {
    index: log.total, seq: chunk.seq, breaks, host: chunk.host, stream: chunk.stream, attempt: chunk.attempt, at: chunk.at, text: '', startStyle: style,
    torn: before === undefined && breaks === 0 && chunk.goesOn, cut: 0, overwrites: 0,
  }
  log.lines.push(line)
  log.total += 1
  return { line, style, returned: false }
}

function extend(log: LogWindow, open: OpenLine, text: string): OpenLine {
  const room = Math.max(0, MAX_LINE - open.line.text.length)
  // A full line keeps its text and so its style: reading it anew for every chunk of an endless line takes minutes.
  const style = (text: string): AnsiStyle => (room === 0 ? open.style : styleAfter(text, open.line.startStyle))
  const line = { ...open.line, text: open.line.text + text.slice(0, room), cut: open.line.cut + Math.max(0, text.length - room) }
  const place = line.index - (log.total - log.lines.length)
  if (place >= 0) log.lines[place] = line
  return { line, style: style(line.text), returned: false }
}
