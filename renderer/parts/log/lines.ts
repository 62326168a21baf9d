import { PLAIN, styleAfter } from './ansi.ts'
import type { AnsiStyle } from './ansi.ts'

/** A line of output as it is shown. Plain data; a changed line is a new object. */
export interface LogLine {
  /** Counts from 0 for the first line of this view, without holes. */
  index: number
  host: string
  stream: 'stdout' | 'stderr'
  attempt: number
  at: number
  text: string
  startStyle: AnsiStyle
  /** Characters left out because the line is longer than MAX_LINE. */
  cut: number
  /** How many times a carriage return wrote over this line (progress bars); the last state is shown. */
  overwrites: number
}

export interface Chunk {
  seq: number
  stream: 'stdout' | 'stderr'
  at: number
  text: string
  host: string
  attempt: number
}

interface OpenLine {
  line: LogLine
  /** The style at the end of what the line has so far. */
  style: AnsiStyle
  /** A carriage return came last: it overwrites only if something other than a line feed follows. */
  returned: boolean
}

/** The newest lines of one log. `lines[0].index` says how many came before and were dropped. */
export interface LogWindow {
  lines: LogLine[]
  /** Lines seen in all. */
  total: number
  /** Lines still being written, by host, stream and attempt. */
  open: Record<string, OpenLine>
  /** Now and then: reading output after `seq` begins with about line `index`. */
  marks: { seq: number; index: number }[]
}

export const MAX_LINE = 10_000
export const MAX_LINES = 5_000
const MARK_EVERY = 1_000

export const emptyLog = (firstIndex = 0): LogWindow => ({ lines: [], total: firstIndex, open: {}, marks: [] })

/** Adds chunks in order; keeps at most `keep` lines, the newest. */
export function addChunks(before: LogWindow, chunks: Chunk[], keep = MAX_LINES): LogWindow {
  const log: LogWindow = { lines: before.lines.slice(), total: before.total, open: { ...before.open }, marks: before.marks.slice() }
  for (const chunk of chunks) {
    const newest = log.marks.at(-1)
    if (!newest || log.total - newest.index >= MARK_EVERY) log.marks.push({ seq: chunk.seq - 1, index: log.total })
    addChunk(log, chunk)
    // Trimmed with slack, so that a flood costs one copy now and then and not one a chunk.
    if (log.lines.length > keep * 2) log.lines = log.lines.slice(-keep)
  }
  if (log.lines.length > keep) log.lines = log.lines.slice(-keep)
  return log
}

function addChunk(log: LogWindow, chunk: Chunk): void {
  const key = `${chunk.host}\n${chunk.stream}\n${chunk.attempt}`
  for (const piece of chunk.text.split(/(\r\n|\n|\r)/)) {
    if (piece === '') continue
    const open = log.open[key]
    if (piece === '\n' || piece === '\r\n') {
      const ended = open ?? start(log, chunk, PLAIN)
      log.open[key] = { ...ended, returned: false }
      close(log, key)
    } else if (piece === '\r') {
      if (open && !isClosed(open)) log.open[key] = { ...open, returned: true }
    } else write(log, key, chunk, piece)
  }
}

const CLOSED = -1
const isClosed = (open: OpenLine): boolean => open.line.index === CLOSED

/** Ends the line but remembers its colours: a terminal carries them on. */
function close(log: LogWindow, key: string): void {
  const open = log.open[key]
  if (!open) return
  if (isClosed(open)) {
    // An empty line.
    appendLine(log, { ...open.line, index: log.total, text: '', startStyle: open.style, cut: 0, overwrites: 0 })
  }
  log.open[key] = { line: { ...open.line, index: CLOSED }, style: open.style, returned: false }
}

function write(log: LogWindow, key: string, chunk: Chunk, text: string): void {
  const open = log.open[key]
  if (!open || isClosed(open)) {
    const started = start(log, chunk, open?.style ?? PLAIN)
    log.open[key] = extend(log, started, text)
    return
  }
  if (!open.returned) {
    log.open[key] = extend(log, open, text)
    return
  }
  const cleared: LogLine = { ...open.line, text: '', cut: 0, startStyle: open.style, overwrites: open.line.overwrites + 1, at: chunk.at }
  log.open[key] = extend(log, { line: cleared, style: open.style, returned: false }, text)
}

function start(log: LogWindow, chunk: Chunk, style: AnsiStyle): OpenLine {
  const line: LogLine = {
    index: log.total, host: chunk.host, stream: chunk.stream, attempt: chunk.attempt, at: chunk.at, text: '', startStyle: style, cut: 0, overwrites: 0,
  }
  appendLine(log, line)
  return { line, style, returned: false }
}

function appendLine(log: LogWindow, line: LogLine): void {
  log.lines.push(line)
  log.total += 1
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
