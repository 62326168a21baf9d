import { formatDuration } from '../duration.ts'
import { offsetIn } from '../zone.ts'

/** What the clocks said at one moment, taken together every second or so. */
export interface ClockReading {
  /** The wall clock, epoch ms. */
  utcMs: number
  /** A clock that never jumps. On Linux and macOS it stands still while the machine sleeps, on Windows it does not. */
  monoMs: number
  /** A clock that never jumps and counts sleep, where there is one (Linux: `os.uptime()`). */
  bootMs?: number
  /** The first of a new process: Holdpoint was closed before it. */
  isFirst?: boolean
}

/**
 * `suspend`: the machine slept. `stall`: it was awake, and Holdpoint did not run. `closed`: nobody had Holdpoint open. `wall-jump`: the wall clock was set, by `ms`
 * (negative: back). `dst`: the zone's clocks changed by `ms`; nothing happened to the time itself.
 */
export interface ClockEntry {
  /** By the wall clock before. */
  from: number
  /** By the wall clock after; before `from` when it was set back. */
  to: number
  kind: 'suspend' | 'stall' | 'closed' | 'wall-jump' | 'dst'
  ms: number
}

export interface LedgerOptions {
  /** How far apart the readings are meant to be. */
  everyMs: number
  /** The zone whose clock changes are to be noted. */
  zone?: string
}

/** What a busy machine or a slewing clock does within one interval is not worth a line. */
const TOLERANCE_MS = 2000
/** Zones change their clocks at whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000

/** What happened to the clocks between the readings, in order. */
export function ledgerOf(readings: readonly ClockReading[], options: LedgerOptions): ClockEntry[] {
  const offsetAt = options.zone === undefined ? null : offsetIn(options.zone)
  return readings.slice(1).flatMap((now, index) => {
    const before = readings[index]
    return before === undefined ? [] : entriesBetween(before, now, options.everyMs, offsetAt)
  })
}

/**
 * What happened between two readings. Where no clock counts sleep, time that the monotonic clock did not see is taken for
 * sleep: a wall clock set forward looks the same, and of the two only sleep means that nobody was watching.
 */
export function entriesBetween(before: ClockReading, now: ClockReading, everyMs: number, offsetAt: ((at: number) => number) | null = null): ClockEntry[] {
  const [from, to] = [before.utcMs, now.utcMs]
  const shift = offsetAt !== null && Math.floor(from / QUARTER_MS) !== Math.floor(to / QUARTER_MS) ? offsetAt(to) - offsetAt(from) : 0
  const dst: ClockEntry[] = shift === 0 ? [] : [{ from, to, kind: 'dst', ms: shift }]
  const ran = now.monoMs - before.monoMs
  // Clocks of two processes, or of two starts of the machine, have nothing to do with each other.
  if (now.isFirst === true || ran < 0) return [{ from, to, kind: 'closed', ms: Math.max(0, to - from) }, ...dst]
  const unseen = to - from - ran
  const slept = before.bootMs === undefined || now.bootMs === undefined ? Math.max(0, unseen) : Math.max(0, now.bootMs - before.bootMs - ran)
  const jumped = unseen - slept
  const stood = ran - everyMs
  const entries: ClockEntry[] = []
  if (slept > TOLERANCE_MS) entries.push({ from, to, kind: 'suspend', ms: slept })
  if (stood > TOLERANCE_MS) entries.push({ from, to, kind: 'stall', ms: stood })
  if (Math.abs(jumped) > TOLERANCE_MS) entries.push({ from, to, kind: 'wall-jump', ms: jumped })
  return [...entries, ...dst]
}

/** Whether Holdpoint saw nothing of what went on meanwhile. */
export const isBlind = ({ kind }: ClockEntry): boolean => kind === 'suspend' || kind === 'stall' || kind === 'closed'

/** How long Holdpoint saw nothing, together. */
export const blindMs = (entries: readonly ClockEntry[]): number => entries.filter(isBlind).reduce((sum, entry) => sum + entry.ms, 0)

/** `app blind 20 min`, or null when it saw everything. */
export function describeBlindTime(entries: readonly ClockEntry[]): string | null {
  const ms = blindMs(entries)
  return ms === 0 ? null : `app blind ${formatDuration(ms)}`
}

export function describeClockEntry({ kind, ms }: ClockEntry): string {
  const length = formatDuration(Math.abs(ms))
  switch (kind) {
    case 'suspend': return `The machine slept for ${length}`
    case 'stall': return `Holdpoint stood still for ${length}`
    case 'closed': return `Holdpoint was closed for ${length}`
    case 'wall-jump': return `The clock was set ${ms < 0 ? 'back' : 'forward'} by ${length}`
    case 'dst': return `The zone’s clocks went ${ms < 0 ? 'back' : 'forward'} by ${length}`
  }
}
