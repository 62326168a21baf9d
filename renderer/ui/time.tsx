import { formatClock, formatCounter, formatDate, formatLength, formatMoment, localZone } from './format.ts'
import styles from './time.module.css'

export interface TimeProps {
  at: number
  /** IANA zone; the machine's own when left out. */
  zone?: string
  form?: 'clock' | 'seconds' | 'moment' | 'date'
}

const forms: Record<NonNullable<TimeProps['form']>, (at: number, zone: string) => string> = {
  clock: (at, zone) => formatClock(at, zone),
  seconds: (at, zone) => formatClock(at, zone, true),
  moment: formatMoment,
  date: formatDate,
}

/** A point in time in the run's zone; hovering tells the zone and UTC. */
export function Time({ at, zone = localZone(), form = 'clock' }: TimeProps) {
  const full = `${formatDate(at, zone)} ${formatClock(at, zone, true)} ${zone} · ${formatClock(at, 'UTC', true)} UTC`
  return <time dateTime={new Date(at).toISOString()} title={full} className={styles.figures}>{forms[form](at, zone)}</time>
}

/** A length of time: `counter` (12:30) for what moves, `length` (12 min 30 s) for what is read. */
export function Duration({ ms, form = 'length' }: { ms: number; form?: 'counter' | 'length' }) {
  return <span className={styles.figures}>{form === 'counter' ? formatCounter(ms) : formatLength(ms)}</span>
}
