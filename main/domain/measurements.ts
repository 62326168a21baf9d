import type { Sample, Threshold } from './threshold.ts'

/** A silence longer than this is no data: three missed readings, and never less than ten seconds. */
export const longestGapMs = (everyMs: number): number => Math.max(3 * (Number.isFinite(everyMs) ? everyMs : 0), 10_000)

/** How far apart a rule's measurements are: as it says, but never closer than the readings are. */
export const measuredEveryMs = (threshold: Pick<Threshold, 'everyMs'>, everyMs: number): number => Math.max(threshold.everyMs ?? 0, Number.isFinite(everyMs) ? everyMs : 0)

/** How far back readings can still decide a verdict. */
export function memoryMs(threshold: Pick<Threshold, 'everyMs' | 'holdMs' | 'count' | 'recover'>, everyMs: number): number {
  const stepMs = measuredEveryMs(threshold, everyMs)
  return Math.max(threshold.holdMs, (threshold.count?.of ?? 0) * stepMs, (threshold.recover ?? 0) * stepMs) + 2 * longestGapMs(stepMs)
}

/**
 * Readings as a rule may use them: oldest first, one an instant, nothing from outside `from` to `now`, NaN a failed reading.
 * Where readings of one instant contradict, the worst counts, and a failed one most of all.
 */
export function readingsOf(samples: readonly Sample[], threshold: Pick<Threshold, 'operator'>, from: number, now: number): Sample[] {
  const upwards = threshold.operator === '>' || threshold.operator === '>='
  const byInstant = new Map<number, number | null>()
  for (const { at, value } of samples) {
    if (!Number.isFinite(at) || at > now || at < from) continue
    const usable = value !== null && Number.isFinite(value) ? value + 0 : null
    const known = byInstant.get(at)
    byInstant.set(at, known === undefined ? usable : known === null || usable === null ? null : upwards ? Math.max(known, usable) : Math.min(known, usable))
  }
  return [...byInstant].map(([at, value]) => ({ at, value })).toSorted((one, other) => one.at - other.at)
}

/**
 * The measurements a rule judges. With an interval of its own, time is cut into slots of it since the epoch: each slot that is
 * over gives one measurement, its newest reading; a slot without any gives a failed one. Otherwise each reading is one.
 */
export function measurementsOf(readings: readonly Sample[], threshold: Pick<Threshold, 'everyMs'>, everyMs: number, now: number): Sample[] {
  const slotMs = measuredEveryMs(threshold, everyMs)
  const first = readings[0]
  if (threshold.everyMs === undefined || slotMs <= everyMs || first === undefined) return [...readings]
  const newest = new Map<number, number | null>()
  for (const { at, value } of readings) newest.set(Math.floor(at / slotMs), value)
  const firstSlot = Math.floor(first.at / slotMs)
  const count = Math.max(0, Math.min(Math.floor(now / slotMs) - firstSlot, MOST_SLOTS))
  const start = Math.floor(now / slotMs) - count
  return Array.from({ length: count }, (_, index) => ({ at: (start + index + 1) * slotMs, value: newest.get(start + index) ?? null }))
}

/** Slots before these are too old to matter to any rule. */
const MOST_SLOTS = 1000
