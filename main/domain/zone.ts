const minuteMs = 60_000
const dayMs = 86_400_000

export interface WallTime {
  year: number
  /** 1-12. */
  month: number
  day: number
  /** Minutes since midnight; 1440 and more mean the following days. */
  minute: number
}

export interface ZonedInstant {
  /** Epoch ms. A time that the clocks skip means the instant they jump to; one they show twice means the first. */
  at: number
  /** `gap`: the clocks skip this time; `overlap`: they show it twice. */
  clock: 'plain' | 'gap' | 'overlap'
}

/** Whether the name is an IANA zone this machine knows, e.g. `Europe/Berlin`. Bare offsets such as `+01:00` are not names. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    // RangeError is how Intl says that it knows no such zone.
    return false
  }
}

/** The instant at which the clocks of a known zone show a wall-clock time. Throws RangeError for an unknown zone. */
export function instantIn(zone: string, time: WallTime): ZonedInstant {
  return instantOf(offsetsOf(zone), time)
}

/** How far the zone's clocks are ahead of UTC at an instant, in ms. An unknown zone is read as UTC: the document layer reports it. */
export function offsetIn(zone: string): (at: number) => number {
  // What is made here is dear, and is made once: the constructor also says whether it knows the zone.
  try {
    return offsetsOf(/^[A-Za-z]/.test(zone) ? zone : 'UTC')
  } catch {
    return offsetsOf('UTC')
  }
}

export type WallDate = Omit<WallTime, 'minute'>

export interface WallClock {
  /** The calendar date in the zone at an instant. */
  dateAt(at: number): WallDate
  /** The instant of a time of day `dayOffset` days after a date; a time the clocks skip means the instant they jump to. */
  instantOf(date: WallDate, dayOffset: number, minuteOfDay: number): number
}

/** Wall-clock times of one zone; an unknown zone is read as UTC. */
export function wallClockOf(zone: string): WallClock {
  const offsetAt = offsetIn(zone)
  return {
    dateAt(at) {
      const wall = new Date(at + offsetAt(at))
      return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() }
    },
    instantOf: (date, dayOffset, minuteOfDay) => instantOf(offsetAt, { ...date, day: date.day + dayOffset, minute: minuteOfDay }).at,
  }
}

/** Whether the calendar has this day: not for 31 April. */
export function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

function instantOf(offsetAt: (at: number) => number, time: WallTime): ZonedInstant {
  const wall = Date.UTC(time.year, time.month - 1, time.day) + time.minute * minuteMs
  const before = wall - offsetAt(wall - dayMs)
  const after = wall - offsetAt(wall + dayMs)
  const shown = [before, after].filter((at) => at + offsetAt(at) === wall)
  if (shown.length === 0) return { at: Math.max(before, after), clock: 'gap' }
  return { at: Math.min(...shown), clock: shown.length === 2 && before !== after ? 'overlap' : 'plain' }
}

function offsetsOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - Math.floor(at / 1000) * 1000
  }
}
