import type { Ordered } from '../forecast/critical-path.ts'
import { orderOf, walkLane } from '../forecast/lane.ts'
import type { ChangeWindow, Phase, PlannedRange } from '../runbook.ts'
import type { Span } from '../timing.ts'
import { wallClockOf } from '../zone.ts'
import { evenShare } from './even-share.ts'

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

export function movedBy({ startAt, endAt }: Span, ms: number): Span {
  return { startAt: startAt === null ? null : startAt + ms, endAt: endAt === null ? null : endAt + ms }
}

/** The plan as the runbook writes it, moved by `movedMs`: phase ranges on the window's calendar, steps within them as `after=` says. */
export function planOf(phases: Phase[], window: ChangeWindow | null, movedMs: number): Plan {
  const plan: Plan = { phases: new Map(), steps: new Map(), startAt: null, finishAt: null }
  const place = window === null ? null : placer(window)
  for (const phase of phases) {
    const span = phase.planned === null || place === null ? noSpan : movedBy(place(phase.planned), movedMs)
    const order = orderOf({ phases }, phase.steps)
    const time = { span, lengthMs: phaseLength(phase, span, order) }
    plan.phases.set(phase.id, time)
    planSteps(plan, phase, time, order)
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

function phaseLength(phase: Phase, span: Span, order: readonly Ordered[]): number | null {
  if (span.startAt !== null && span.endAt !== null) return span.endAt - span.startAt
  if (phase.planned !== null) {
    const minutes = phase.planned.endMinute - phase.planned.startMinute
    return (minutes <= 0 ? minutes + 1440 : minutes) * minuteMs
  }
  const planned = plannedLengths(phase)
  return order.length === 0 ? null : walkLane(order, 0, (id, begins) => spanFrom(begins, planned.get(id) ?? null))
}

const plannedLengths = ({ steps }: Phase): Map<string, number | null> => new Map(steps.map(({ id, plannedMs }) => [id, plannedMs]))

/** Each step begins when what it comes after is planned to have ended. */
function planSteps(plan: Plan, phase: Phase, { span, lengthMs }: PlannedTime, order: readonly Ordered[]): void {
  const planned = plannedLengths(phase)
  const share = phase.planned === null ? null : evenShare(order, (id) => planned.get(id) ?? null, lengthMs ?? 0)
  walkLane(order, span.startAt, (id, begins) => {
    const time: PlannedTime = { span: spanFrom(begins, planned.get(id) ?? share), lengthMs: planned.get(id) ?? share }
    plan.steps.set(id, time)
    return time.span
  })
}

const spanFrom = (startAt: number | null, lengthMs: number | null): Span => ({ startAt, endAt: startAt === null || lengthMs === null ? null : startAt + lengthMs })
