/** Formatters are costly to make: one a zone and shape is kept. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string, shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${shape}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', { ...options, hourCycle: 'h23', timeZone: zone })
  formatters.set(key, made)
  return made
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The zone of this machine. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** `22:04`, or `22:04:31` with seconds. */
export function formatClock(at: number, zone: string, seconds = false): string {
  return formatter(zone, seconds ? 'hms' : 'hm', { hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) }).format(at)
}

/** `Mon 23 Nov 2026`. */
export function formatDate(at: number, zone: string): string {
  return formatter(zone, 'date', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(at).replace(',', '')
}

/** `23 Nov 22:04`. */
export function formatMoment(at: number, zone: string): string {
  return `${formatter(zone, 'day', { day: 'numeric', month: 'short' }).format(at)} ${formatClock(at, zone)}`
}

/** `22:04` while it is the same day there, else `23 Nov 22:04`. */
export function formatUntil(at: number, now: number, zone: string): string {
  return formatDate(at, zone) === formatDate(now, zone) ? formatClock(at, zone) : formatMoment(at, zone)
}

/** For counters: `0:07`, `12:30`, `1:04:05`; a length below zero has a minus sign. */
export function formatCounter(ms: number): string {
  const total = Math.floor(Math.abs(ms) / 1000)
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const body = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  return ms <= -1000 ? `−${body}` : body
}

/** For reading: `340 ms`, `7 s`, `12 min 30 s`, `1 h 04 min`, `3 days`. */
export function formatLength(ms: number): string {
  if (Math.abs(ms) < 1000) return `${Math.round(ms)} ms`
  const total = Math.round(Math.abs(ms) / 1000)
  const sign = ms < 0 ? '−' : ''
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  if (hours >= 48) return `${sign}${Math.round(hours / 24)} days`
  if (hours > 0) return `${sign}${hours} h ${two(minutes)} min`
  if (minutes > 0) return seconds > 0 ? `${sign}${minutes} min ${two(seconds)} s` : `${sign}${minutes} min`
  return `${sign}${seconds} s`
}

/** `0 bytes`, `812 bytes`, `12.3 kB`, `1.04 GB`: three digits, powers of a thousand. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), 4)
  const value = bytes / 1000 ** power
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${['kB', 'MB', 'GB', 'TB'][power - 1]}`
}

/** `just now`, `4 min ago`, `3 h ago`, then the date. */
export function formatAgo(at: number, now: number, zone: string): string {
  const minutes = Math.floor((now - at) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
  return formatMoment(at, zone)
}
