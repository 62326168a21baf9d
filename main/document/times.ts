/** Two times of day as written: `22:00 - 22:15`, also with a dash of another length or “to”. */
export interface TimeSpan {
  startMinute: number
  endMinute: number
  /** What follows the times, e.g. a zone. */
  rest: string
}

const span = /^\(?(\d{1,2}):(\d{2})(?: ?h)? ?(?:-|–|—|to|until) ?(\d{1,2}):(\d{2})(?: ?h)?\)?(?: (.*))?$/i

export function parseTimeSpan(text: string): TimeSpan | null {
  const match = span.exec(text.trim().slice(0, 200))
  if (!match) return null
  const startMinute = minuteOf(match[1], match[2], 23)
  const endMinute = minuteOf(match[3], match[4], 24)
  if (startMinute === null || endMinute === null) return null
  return { startMinute, endMinute: endMinute % 1440, rest: (match[5] ?? '').trim() }
}

function minuteOf(hours = '', minutes = '', lastHour: number): number | null {
  const minute = Number(hours) * 60 + Number(minutes)
  return Number(minutes) < 60 && minute <= lastHour * 60 + (lastHour === 24 ? 0 : 59) ? minute : null
}

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']

/** `2026-12-05`, `5 December 2026` or `December 5, 2026`. Dates in digits that could be read two ways are null. */
export function parseDate(text: string): { year: number; month: number; day: number } | null {
  const words = text.trim().toLowerCase().slice(0, 60).replace(/^(?:mon|tues|wednes|thurs|fri|satur|sun)day,? /, '')
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words)
  if (iso) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]{3,9})\.?,? (\d{4})$/.exec(words)
  const monthFirst = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/.exec(words)
  const name = dayFirst?.[2] ?? monthFirst?.[1] ?? ''
  const month = months.findIndex((candidate) => name.length >= 3 && candidate.startsWith(name)) + 1
  return month === 0 ? null : { year: Number(dayFirst?.[3] ?? monthFirst?.[3]), month, day: Number(dayFirst?.[1] ?? monthFirst?.[2]) }
}
