import type { StoredEvent } from '../run/events.ts'

/** By how much the machine's clock was set (negative: back) while a step went on, all its tries together, and in the whole run, ms. NaN where nobody can say how long that was. */
export interface ClockSet {
  steps: ReadonlyMap<string, number>
  /** By `step host`. */
  hosts: ReadonlyMap<string, number>
  runMs: number
}

export const hostKey = (stepId: string, host: string): string => `${stepId} ${host}`

/**
 * Events tell the time of the clock as it was; by their order it is known what lay within a length. The record's time does not go
 * back: once the clock was set back it stands still until the clock has caught up, and what begins or ends meanwhile has no length.
 */
export function clockSetOf(events: readonly Pick<StoredEvent, 'event'>[]): ClockSet {
  const [begun, steps, hosts] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  let [setMs, before, runMs, standsAt] = [0, 0, 0, -Infinity]
  for (const { event } of events) {
    const set = event.at <= standsAt ? NaN : setMs
    const since = (key: string): number => set - (begun.get(key) ?? set)
    if (event.type === 'run-started') before = set
    else if (event.type === 'run-finished') runMs = set - before
    else if (event.type === 'clock-noted' && event.entry.kind === 'wall-jump') {
      setMs += event.entry.ms
      if (event.entry.ms < 0) standsAt = event.at
    } else if (event.type === 'phase-boundary-restored') begun.clear() // What was taken back is as long as it is the next time.
    else if (event.type === 'step-started') begun.set(event.stepId, begun.get(event.stepId) ?? set)
    else if (event.type === 'step-finished') steps.set(event.stepId, since(event.stepId))
    else if (event.type === 'host-started') begun.set(hostKey(event.stepId, event.host), set)
    else if (event.type === 'host-finished') hosts.set(hostKey(event.stepId, event.host), since(hostKey(event.stepId, event.host)))
  }
  return { steps, hosts, runMs }
}

/** How long it really took between two times of a clock that was set by `setMs` in between; null while one is missing, or where nobody can say. */
export function lengthOf(from: number | null, to: number | null, setMs = 0): number | null {
  const ms = from === null || to === null ? null : to - from - setMs
  return ms === null || Number.isNaN(ms) ? null : ms
}
