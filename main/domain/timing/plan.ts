import type { ChangeWindow, Phase, PlannedRange } from '../runbook.ts'
import type { Span } from '../timing.ts'
import { wallClockOf } from '../zone.ts'

/** A planned length and, when the runbook has a window, when that is. */
export interface PlannedTime {
  span: Span
  /** Null when the runbook does not say. */
  lengthMs: number | null
}

export interface Plan {
  phases: Map<string, PlannedTime>
  steps: Map<string, PlannedTime>
  startAt: number | null
  finishAt: number | null
}

const minuteMs = 60_000
const dayMs = 86_400_000
const noSpan: Span = { startAt: null, endAt: null }

/** The plan as the runbook writes it, moved by `movedMs`: phase ranges on the window's calendar, steps sharing their phase. */
export function planOf(phases: Phase[], window: ChangeWindow | null, movedMs: number): Plan {
  const plan: Plan = { phases: new Map(), steps: new Map(), startAt: null, finishAt: null }
  const place = window === null ? null : placer(window)
  for (const phase of phases) {
    const span = phase.planned === null || place === null ? noSpan : moved(place(phase.planned), movedMs)
    plan.phases.set(phase.id, { span, lengthMs: phaseLength(phase, span) })
    planSteps(plan, phase, span)
    if (span.startAt !== null) plan.startAt = Math.min(plan.startAt ?? span.startAt, span.startAt)
    if (span.endAt !== null) plan.finishAt = Math.max(plan.finishAt ?? span.endAt, span.endAt)
  }
  return plan
}

/** Puts times of day on the calendar: on the day nearest the window, and not before the phase placed before. */
function placer(window: ChangeWindow): (range: PlannedRange) => Span {
  const clock = wallClockOf(window.zone)
  const date = clock.dateAt(window.startAt)
  const lastDay = Math.min(7, Math.ceil((window.endAt - window.startAt) / dayMs)) + 1
  let previousStart = -Infinity
  const distance = (at: number): number => Math.max(0, window.startAt - at, at - window.endAt)

  return (range) => {
    let best = { day: 0, startAt: NaN, cost: Infinity }
    for (let day = -1; day <= lastDay; day++) {
      const startAt = clock.instantOf(date, day, range.startMinute)
      const cost = distance(startAt) + (startAt < previousStart ? dayMs : 0)
      if (cost < best.cost) best = { day, startAt, cost }
    }
    previousStart = best.startAt
    const endDay = range.endMinute <= range.startMinute ? best.day + 1 : best.day
    return { startAt: best.startAt, endAt: Math.max(best.startAt, clock.instantOf(date, endDay, range.endMinute)) }
  }
}

const moved = (span: Span, byMs: number): Span => ({
  startAt: span.startAt === null ? null : span.startAt + byMs,
  endAt: span.endAt === null ? null : span.endAt + byMs,
})

function phaseLength(phase: Phase, span: Span): number | null {
  if (span.startAt !== null && span.endAt !== null) return span.endAt - span.startAt
  if (phase.planned !== null) {
    const minutes = phase.planned.endMinute - phase.planned.startMinute
    return (minutes <= 0 ? minutes + 1440 : minutes) * minuteMs
  }
  const lengths = phase.steps.map((step) => step.plannedMs)
  return lengths.length > 0 && lengths.every((length) => length !== null) ? lengths.reduce((sum, length) => sum + length, 0) : null
}

function planSteps(plan: Plan, phase: Phase, span: Span): void {
  const share = phase.planned === null ? null : evenShare(phase, phaseLength(phase, span) ?? 0)
  let at = span.startAt
  for (const step of phase.steps) {
    const lengthMs = step.plannedMs ?? share
    const endAt = at === null || lengthMs === null ? null : at + lengthMs
    plan.steps.set(step.id, { span: { startAt: at, endAt }, lengthMs })
    at = endAt
  }
}

/** What is left of the phase after the steps with a length of their own, shared evenly by the others. */
function evenShare(phase: Phase, lengthMs: number): number {
  const sharing = phase.steps.filter((step) => step.plannedMs === null).length
  const taken = phase.steps.reduce((sum, step) => sum + (step.plannedMs ?? 0), 0)
  return sharing === 0 ? 0 : Math.max(0, Math.floor((lengthMs - taken) / sharing))
}
