import { createOutlook } from '../forecast/outlook.ts'
import type { History } from '../forecast/history.ts'
import { USUAL_RESERVE_MS } from '../forecast/no-return.ts'
import { goesForward } from '../forecast/schedule.ts'
import { evolve } from '../run/evolve.ts'
import type { StoredEvent } from '../run/events.ts'
import type { RunState } from '../run/state.ts'
import { timeRange } from '../timeline/axis.ts'
import { noReturnMark, pastRow, ROLLBACK_ROW, timelineOf, type Timeline, type TimelineRow } from '../timeline/timeline.ts'
import { timingOf, type RunTiming, type Span } from '../timing.ts'
import type { AttemptReport, CourseReport, CourseRow } from './work-model.ts'

export interface CourseInput {
  state: RunState
  /** The whole journal, in order. */
  events: readonly StoredEvent[]
  timing: RunTiming
  attempts: ReadonlyMap<string, AttemptReport[]>
  /** What the steps took in the runs before this one. */
  history: History
  now: number
}

/**
 * The timeline of what happened, with what was expected when it began: forward as the run started, the way back as its steps
 * were laid down. The point of no return is the last one, of all that was done before it went back or ended.
 */
export function courseOf({ state, events, timing, attempts, history, now }: CourseInput): CourseReport {
  const outlook = createOutlook({ runbook: state.runbook, history, reserveMs: USUAL_RESERVE_MS })
  const asOf = (moment: RunState, at: number): Timeline => timelineOf({ state: moment, timing: timingOf(moment, at), outlook: outlook.at(moment, at), now: at })
  const { begun, last, goingBack } = momentsOf(events)
  const rowsThen = (moment: RunState): (readonly [string, TimelineRow])[] => asOf(moment, moment.lastEventAt).rows.map((row) => [row.id, row])
  // The earliest word counts: a row that is over by the next one has no forecast any more.
  const expected = new Map([...goingBack.toReversed().flatMap((moment) => namedNow(rowsThen(moment), moment, state)), ...(begun === null ? [] : rowsThen(begun))])
  const ofRow = attemptsByRow(state, attempts)
  const undone = undoneSpans(state, events, attempts)
  const course = timelineOf({ state, timing, outlook: outlook.at(state, now), now })
  const rows = course.rows.map((row) => courseRow(row, expected.get(row.id) ?? row, ofRow.get(row.id) ?? [], undone.get(row.id) ?? [], state.finishedAt ?? now))
  const noReturn = goesForward(state) || last === null ? [] : noReturnMark(outlook.at(last, last.lastEventAt))
  const window: Span = { startAt: timing.window?.startAt ?? null, endAt: timing.window?.endAt ?? null }
  return { rows, marks: [...course.marks, ...noReturn], range: timeRange(rows.map(({ actual }) => actual), [...rows.flatMap(({ planned, forecast }) => [planned, forecast]), window]) }
}

interface Moments {
  begun: RunState | null
  /** Just before it went forward no more. */
  last: RunState | null
  /** Each time the way back was laid down: to before a phase, or all the way. */
  goingBack: RunState[]
}

function momentsOf(events: readonly StoredEvent[]): Moments {
  const moments: Moments = { begun: null, last: null, goingBack: [] }
  let state: RunState | null = null
  for (const stored of events) {
    const next: RunState | null = evolve(state, stored)
    if (stored.event.type === 'run-started') moments.begun = next
    if (state !== null && next !== null && goesForward(state) && !goesForward(next)) moments.last = state
    if (hasWayBack(next) && !hasWayBack(state)) moments.goingBack.push(next)
    state = next
  }
  return moments
}

const hasWayBack = (state: RunState | null): boolean => (state?.rollback?.undo ?? null) !== null

/** The rows of a rollback to before a phase that has been done since are called what they are now. */
function namedNow(rows: readonly (readonly [string, TimelineRow])[], then: RunState, { partialRollbacks }: RunState): (readonly [string, TimelineRow])[] {
  const place = then.partialRollbacks.length + 1
  const heading = rows.findIndex(([id]) => id === ROLLBACK_ROW)
  return rows.map(([id, row], index) => [place <= partialRollbacks.length && index >= heading ? pastRow(place, id) : id, row])
}

/** What was taken back more than once has a row each time. */
function attemptsByRow({ partialRollbacks, rollback, runbook }: RunState, attempts: CourseInput['attempts']): CourseInput['attempts'] {
  const began = (stepId: string, from: number, to: number): AttemptReport[] => (attempts.get(stepId) ?? []).filter(({ startedAt }) => startedAt >= from && startedAt <= to)
  const past = partialRollbacks.flatMap(({ undo, startedAt, restoredAt }, index) => undo.map(({ step: { id } }) => [pastRow(index + 1, id), began(id, startedAt, restoredAt)] as const))
  const again = partialRollbacks.flatMap(({ restoredAt, to }) => stepsSince(runbook, to).map((id) => [id, began(id, restoredAt, Infinity)] as const))
  const now = (rollback?.undo ?? []).map(({ step: { id } }) => [id, began(id, rollback?.startedAt ?? 0, Infinity)] as const)
  return new Map([...attempts, ...again, ...past, ...now])
}

const phasesSince = ({ phases }: RunState['runbook'], phaseId: string): RunState['runbook']['phases'] => phases.slice(phases.findIndex(({ id }) => id === phaseId))
const stepsSince = (runbook: RunState['runbook'], phaseId: string): string[] => phasesSince(runbook, phaseId).flatMap(({ steps }) => steps.map(({ id }) => id))

/** What was done of a phase or step and then taken back, by its row. */
function undoneSpans({ runbook, partialRollbacks }: RunState, events: readonly StoredEvent[], attempts: CourseInput['attempts']): Map<string, Span[]> {
  const spans = new Map<string, Span[]>()
  const add = (id: string, span: Span): void => { spans.set(id, [...(spans.get(id) ?? []), span]) }
  let since = -Infinity
  for (const { to, startedAt, restoredAt } of partialRollbacks) {
    const within = (at: number): boolean => at >= since && at <= startedAt
    for (const id of stepsSince(runbook, to)) for (const one of attempts.get(id) ?? []) if (within(one.startedAt)) add(id, { startAt: one.startedAt, endAt: one.finishedAt ?? startedAt })
    for (const { id } of phasesSince(runbook, to)) {
      const times = events.flatMap(({ event }) => ((event.type === 'phase-started' || event.type === 'phase-finished') && event.phaseId === id && within(event.at) ? [event.at] : []))
      if (times[0] !== undefined) add(id, { startAt: times[0], endAt: times[1] ?? startedAt })
    }
    since = restoredAt
  }
  return spans
}

function courseRow(row: TimelineRow, { forecast, p90EndAt, isCritical, floatMs }: TimelineRow, attempts: readonly AttemptReport[], undone: readonly Span[], now: number): CourseRow {
  const [first, last] = [attempts[0], attempts.at(-1)]
  return {
    ...row, forecast, p90EndAt, isCritical, floatMs,
    actual: first === undefined ? row.actual : { startAt: first.startedAt, endAt: row.actual.endAt ?? last?.finishedAt ?? now },
    setbacks: [
      ...undone.map((span) => ({ span, status: 'skipped' as const })),
      ...attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown').map(({ startedAt, finishedAt, outcome }) => ({ span: { startAt: startedAt, endAt: finishedAt }, status: outcome })),
    ],
  }
}
