import type { Before } from './dependencies.ts'

/** Times in ms after the beginning. */
export interface StepSlot {
  earliestStart: number
  earliestEnd: number
  latestStart: number
  latestEnd: number
  /** How much later it may begin without anything ending later. */
  floatMs: number
}

export interface CriticalPath {
  steps: ReadonlyMap<string, StepSlot>
  lengthMs: number
  /** One longest way through the work, in order: whatever is late here makes the whole late. */
  path: string[]
}

export interface Network {
  /** In order; a phase begins when the one before it has ended. `emptyMs`: how long a phase without steps takes. */
  phases: readonly { stepIds: readonly string[]; emptyMs?: number }[]
  /** Without cycles (`dependenciesOf` sees to it); ids from other phases are ignored. */
  before: Before
  lengthOf: (stepId: string) => number
}

/** The critical path method (Kelley & Walker, "Critical-Path Planning and Scheduling", 1959), one phase after the other. */
export function criticalPathOf({ phases, before, lengthOf }: Network): CriticalPath {
  const steps = new Map<string, StepSlot>()
  const path: string[] = []
  let startAt = 0
  for (const { stepIds, emptyMs = 0 } of phases) {
    const phase = schedulePhase(stepIds, before, lengthOf)
    for (const [id, slot] of phase.slots) steps.set(id, moved(slot, startAt))
    path.push(...phase.path)
    startAt += stepIds.length === 0 ? emptyMs : phase.lengthMs
  }
  return { steps, lengthMs: startAt, path }
}

function schedulePhase(stepIds: readonly string[], before: Before, lengthOf: (id: string) => number): { slots: Map<string, StepSlot>; lengthMs: number; path: string[] } {
  const order = inOrder(stepIds, before)
  const end = new Map<string, number>()
  for (const { id, after } of order) end.set(id, Math.max(0, ...after.map((other) => end.get(other) ?? 0)) + lengthOf(id))
  const lengthMs = Math.max(0, ...end.values())

  const latestEnd = new Map(stepIds.map((id) => [id, lengthMs]))
  const slots = new Map<string, StepSlot>()
  for (const { id, after } of order.toReversed()) {
    const [length, earliestEnd, latest] = [lengthOf(id), end.get(id) ?? 0, latestEnd.get(id) ?? lengthMs]
    for (const other of after) latestEnd.set(other, Math.min(latestEnd.get(other) ?? lengthMs, latest - length))
    slots.set(id, { earliestStart: earliestEnd - length, earliestEnd, latestStart: latest - length, latestEnd: latest, floatMs: latest - earliestEnd })
  }
  return { slots, lengthMs, path: longestWay(order, end) }
}

export interface Ordered {
  id: string
  after: string[]
}

/** The steps of one phase, each behind those of the phase that it comes after (Kahn's algorithm). */
export function inOrder(stepIds: readonly string[], before: Before): Ordered[] {
  const inPhase = new Set(stepIds)
  const after = new Map(stepIds.map((id) => [id, (before.get(id) ?? []).filter((other) => inPhase.has(other))]))
  const followers = new Map<string, string[]>()
  const waiting = new Map<string, number>()
  for (const [id, others] of after) {
    waiting.set(id, others.length)
    for (const other of others) {
      const known = followers.get(other)
      if (known) known.push(id)
      else followers.set(other, [id])
    }
  }
  const ready = stepIds.filter((id) => waiting.get(id) === 0)
  for (let index = 0; index < ready.length; index += 1) {
    for (const follower of followers.get(ready[index] ?? '') ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1
      waiting.set(follower, left)
      if (left === 0) ready.push(follower)
    }
  }
  return ready.map((id) => ({ id, after: after.get(id) ?? [] }))
}

/** Back from the step that ends last, each time to whatever ended last before it. */
function longestWay(order: readonly Ordered[], end: ReadonlyMap<string, number>): string[] {
  const after = new Map(order.map((step) => [step.id, step.after]))
  const latest = (ids: readonly string[]): string | undefined => ids.reduce<string | undefined>((best, id) => (best === undefined || (end.get(id) ?? 0) > (end.get(best) ?? 0) ? id : best), undefined)
  const path: string[] = []
  for (let id = latest(order.map((step) => step.id)); id !== undefined; id = latest(after.get(id) ?? [])) path.push(id)
  return path.toReversed()
}

function moved(slot: StepSlot, byMs: number): StepSlot {
  return {
    earliestStart: slot.earliestStart + byMs, earliestEnd: slot.earliestEnd + byMs,
    latestStart: slot.latestStart + byMs, latestEnd: slot.latestEnd + byMs, floatMs: slot.floatMs,
  }
}
