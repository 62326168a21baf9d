import { entriesBetween, isBlind, type ClockEntry, type ClockReading } from '#domain/forecast/clock-ledger.ts'
import { offsetIn } from '#domain/zone.ts'

export interface ClockWatchOptions {
  read(): ClockReading
  /** The zone whose clock changes are noted; null: of none. */
  zone: string | null
  /** The reading that was kept last, by this process or the one before. */
  last(): ClockReading | null
  keep(reading: ClockReading): void
  note(entry: ClockEntry): void
}

export interface ClockWatch {
  /** Watches as long as it is wanted; a beginning is compared with what was kept last. */
  set(isWanted: boolean): void
  /** One look, as every second brings. */
  look(): void
}

const EVERY_MS = 1000
/** Written down this often, so that a start says to within that how long nobody had Holdpoint open. */
const KEEP_EVERY_MS = 10_000
/** A restart, or a machine that was busy for a moment, is nothing that anybody missed. */
const LEAST_BLIND_MS = 10_000

/** Notes sleep, standstill, absence, and wall clocks that are set or change for summer, while a run is under way. */
export function createClockWatch({ read, zone, last, keep, note }: ClockWatchOptions): ClockWatch {
  const offsetAt = zone === null ? null : offsetIn(zone)
  let before: ClockReading | null = null
  let keptAt = 0
  let repeat: ReturnType<typeof setInterval> | null = null

  const take = (reading: ClockReading): void => {
    before = reading
    if (Math.abs(reading.monoMs - keptAt) < KEEP_EVERY_MS) return
    keptAt = reading.monoMs
    keep(reading)
  }
  const look = (): void => {
    const now = read()
    const entries = before === null ? [] : worthNoting(entriesBetween(before, now, EVERY_MS, offsetAt))
    take(now)
    for (const entry of entries) note(entry)
  }
  const begin = (): void => {
    const now = { ...read(), isFirst: true }
    const kept = last()
    const entries = kept === null ? [] : worthNoting(entriesBetween(kept, now, EVERY_MS, offsetAt))
    keptAt = now.monoMs
    before = now
    keep(now)
    for (const entry of entries) note(entry)
  }

  return {
    look,
    set: (isWanted) => {
      if (isWanted === (repeat !== null)) return
      if (repeat !== null) clearInterval(repeat)
      repeat = isWanted ? setInterval(look, EVERY_MS) : null
      // Nothing is kept alive only to look at the clock.
      repeat?.unref()
      if (isWanted) begin()
    },
  }
}

const worthNoting = (entries: ClockEntry[]): ClockEntry[] => entries.filter((entry) => !isBlind(entry) || entry.ms >= LEAST_BLIND_MS)
