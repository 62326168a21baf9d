import { parseDuration } from '../duration.ts'
import { wallClockOf } from '../zone.ts'
import { beforeRelease } from './before-release.ts'
import type { RunState } from './state.ts'

export interface BaselineRange {
  from: number
  to: number
}

const SPAN = /^(?:from )?(\d{1,2}):(\d{2})(?::(\d{2}))? ?(?:to|until|-|–) ?(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const SECOND_MS = 1000

/**
 * The time a person says is usual: `10m` or `last 10 minutes` until now; `21:40 to 21:55` in the window's zone, the last time
 * the clocks showed that; `before the release`, from the run's start to its first phase. Null for anything else.
 */
export function readBaselineRange(text: string, state: RunState, now: number): BaselineRange | null {
  if (text.length > 100) return null
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  if (/^before(?: the)?(?: release)?$/.test(words)) return beforeRelease(state)
  const lastMs = parseDuration(words.replace(/^(?:the )?last /, ''))
  if (lastMs !== null) return { from: Math.max(now - lastMs, state.createdAt), to: now }
  const span = SPAN.exec(words)
  if (!span) return null
  const [from, to] = [timeOfDay(span.slice(1, 4)), timeOfDay(span.slice(4, 7))]
  if (from === null || to === null) return null
  const shown = lastShown(state.runbook.overview.window?.zone ?? 'UTC')
  const end = shown(to, now)
  return { from: shown(from, end), to: end }
}

/** Minutes and seconds of a day. */
function timeOfDay([hour = '', minute = '', second = '0']: (string | undefined)[]): { minute: number; ms: number } | null {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  return { minute: Number(hour) * 60 + Number(minute), ms: Number(second) * SECOND_MS }
}

/** The last instant not after another at which the zone's clocks showed a time of day. */
function lastShown(zone: string): (time: { minute: number; ms: number }, until: number) => number {
  const clock = wallClockOf(zone)
  return ({ minute, ms }, until) => {
    const date = clock.dateAt(until)
    const today = clock.instantOf(date, 0, minute) + ms
    return today <= until ? today : clock.instantOf(date, -1, minute) + ms
  }
}
