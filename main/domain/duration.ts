const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY
const LONGEST = 10 * 366 * DAY

const UNITS: { names: string[]; ms: number }[] = [
  { names: ['w', 'week', 'weeks'], ms: WEEK },
  { names: ['d', 'day', 'days'], ms: DAY },
  { names: ['h', 'hr', 'hrs', 'hour', 'hours'], ms: HOUR },
  { names: ['m', 'min', 'mins', 'minute', 'minutes'], ms: MINUTE },
  { names: ['s', 'sec', 'secs', 'second', 'seconds'], ms: SECOND },
  { names: ['ms', 'msec', 'millisecond', 'milliseconds'], ms: 1 },
]

const PART = /(\d{1,12}(?:\.\d{1,6})?) ?([a-z]+)(?: ?(?:,|and\b))? ?/y

/**
 * The length a person wrote, in ms, or null when it is not plainly a length: `1h 30m`, `90s`, `500ms`, `15 minutes`,
 * `1 hour and 30 minutes`. A bare number, a repeated unit, units out of order and anything left over are null.
 */
export function parseDuration(text: string): number | null {
  if (text.length > 100) return null
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  let total = 0
  let smallest = Infinity
  let position = 0
  while (position < words.length) {
    PART.lastIndex = position
    const part = PART.exec(words)
    const unit = UNITS.find((candidate) => candidate.names.includes(part?.[2] ?? ''))
    if (!part || !unit || unit.ms >= smallest) return null
    total += Number(part[1]) * unit.ms
    smallest = unit.ms
    position = PART.lastIndex
  }
  if (smallest === Infinity || /[,]$|and$/.test(words) || total > LONGEST) return null
  return Math.round(total)
}

/** A length for people, at most two units, rounded: `45 s`, `1 h 30 min`, `1.5 s`, `250 ms`, `2 d 3 h`; `−` when negative. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  if (ms < 0) {
    const length = formatDuration(-ms)
    return length === '0 s' ? length : `−${length}`
  }
  if (Math.round(ms) === 0) return '0 s'
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100) / 10
  if (tenths < 10) return `${tenths} s`
  return twoUnits(ms, MINUTE, 'min', SECOND, 's', HOUR)
    ?? twoUnits(ms, HOUR, 'h', MINUTE, 'min', DAY)
    ?? twoUnits(ms, DAY, 'd', HOUR, 'h', Infinity)
    ?? '–'
}

/** `large small` after rounding to the small unit, or null when that reaches the next unit up. */
function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string, next: number): string | null {
  const rounded = Math.round(ms / small) * small
  if (rounded >= next) return null
  const whole = Math.floor(rounded / large)
  const rest = Math.round((rounded - whole * large) / small)
  return [whole > 0 ? `${whole} ${largeName}` : '', rest > 0 ? `${rest} ${smallName}` : ''].filter((part) => part !== '').join(' ')
}
