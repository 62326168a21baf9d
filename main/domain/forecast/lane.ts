import { own } from '../own.ts'
import type { RunState } from '../run/state.ts'
import type { Step } from '../step.ts'
import type { Span } from '../timing.ts'
import { inOrder, type Ordered } from './critical-path.ts'
import { dependenciesOf, type Lanes } from './dependencies.ts'

/** The steps of a phase or of a rollback, each behind those it comes after. Where none says so, that is the document's order, which needs no looking into. */
export function orderOf(lanes: Lanes, lane: readonly Step[]): Ordered[] {
  if (lane.every(({ attributes }) => attributes['after'] === undefined)) return oneByOne(lane)
  return inOrder(lane.map(({ id }) => id), dependenciesOf(lanes, lane).before)
}

const oneByOne = (lane: readonly Step[]): Ordered[] => lane.map(({ id }, index) => ({ id, after: lane.slice(Math.max(0, index - 1), index).map((before) => before.id) }))

/** The rollback plan's place among the phases. */
export const PLAN_LANE = 'rollback:'

/** The order of each phase, by its id, and of the rollback plan; only of those in which a step says what it comes after. */
export function ordersOf(lanes: Required<Lanes>): Record<string, Ordered[]> {
  const all = [...lanes.phases.map(({ id, steps }) => [id, steps] as const), [PLAN_LANE, lanes.rollback.steps] as const]
  return Object.fromEntries(all.filter(([, steps]) => steps.some(({ attributes }) => attributes['after'] !== undefined)).map(([id, steps]) => [id, orderOf(lanes, steps)]))
}

/** As `orderOf`, of a run, which has read it once. What takes steps back does so one after the other. */
export const orderIn = (state: Pick<RunState, 'runbook' | 'orders'>, lane: readonly Step[]): readonly Ordered[] => writtenOrderIn(state, lane) ?? oneByOne(lane)

/** Undefined where no step says what it comes after. */
export const writtenOrderIn = ({ runbook: { phases, rollback }, orders }: Pick<RunState, 'runbook' | 'orders'>, lane: readonly Step[]): readonly Ordered[] | undefined =>
  own(orders, lane === rollback.steps ? PLAN_LANE : (phases.find(({ steps }) => steps === lane)?.id ?? ''))

/**
 * Puts a lane in time: `place` is told when a step may begin, which is when everything it comes after, however far back, is over.
 * What ended out of its order lets nothing begin before what it comes after itself. Returns when all of it is over.
 */
export function walkLane(order: readonly Ordered[], startAt: number | null, place: (stepId: string, begins: number | null) => Span): number | null {
  const freeAt = new Map<string, number | null>()
  let overAt = startAt
  for (const { id, after } of order) {
    const begins = after.reduce<number | null>((latest, other) => later(latest, freeAt.get(other) ?? null), startAt)
    const free = later(begins, place(id, begins).endAt)
    freeAt.set(id, free)
    overAt = later(overAt, free)
  }
  return overAt
}

/** Null is later than everything: nobody knows when. */
const later = (one: number | null, other: number | null): number | null => (one === null || other === null ? null : Math.max(one, other))
