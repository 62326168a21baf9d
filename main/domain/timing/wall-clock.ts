export interface WallDate {
  year: number
  /** 1-12. */
  month: number
  day: number
}

export interface WallClock {
  /** The calendar date in the zone at an instant. */
  dateAt(at: number): WallDate
  /** The instant of a time of day `dayOffset` days after a date; a time the clocks skip means the instant they jump to. */
  instantOf(date: WallDate, dayOffset: number, minuteOfDay: number): number
}

const dayMs = 86_400_000
const minuteMs = 60_000

/** Wall-clock times of one IANA zone. An unknown zone is read as UTC: the document layer reports it. */
export function wallClockOf(zone: string): WallClock {
  const format = formatterOf(zone)
  const wallMsAt = (at: number): number => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    return Date.UTC(part.get('year') ?? 0, (part.get('month') ?? 1) - 1, part.get('day') ?? 1, part.get('hour') ?? 0, part.get('minute') ?? 0, part.get('second') ?? 0)
  }
  const offsetAt = (at: number): number => wallMsAt(at) - Math.floor(at / 1000) * 1000

  return {
    dateAt(at) {
      const wall = new Date(wallMsAt(at))
      return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() }
    },
    instantOf(date, dayOffset, minuteOfDay) {
      const wall = Date.UTC(date.year, date.month - 1, date.day + dayOffset) + minuteOfDay * minuteMs
      const candidates = [wall - offsetAt(wall - dayMs), wall - offsetAt(wall + dayMs)]
      const real = candidates.filter((at) => at + offsetAt(at) === wall)
      return real.length > 0 ? Math.min(...real) : Math.max(...candidates)
    },
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const shape = { hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { ...shape, timeZone: zone })
  } catch {
    // Only an unknown zone throws here, and a run must not lose its clock over a misspelt name.
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { ...shape, timeZone: 'UTC' })
  }
}
