import type { Flag } from '../forecast/four-clocks.ts'
import type { Outlook } from '../forecast/outlook.ts'
import { spanOf } from '../forecast/schedule.ts'
import { own } from '../own.ts'
import type { PartialRollback, RunState, StepStatus } from '../run/state.ts'
import { undoneBy } from '../run/undo-step.ts'
import { isRollbackFailed, rollbackSteps } from '../run/view.ts'
import type { Step } from '../step.ts'
import type { RunTiming, Span } from '../timing.ts'
import { timeRange } from './axis.ts'

/** The heading above the rollback's steps; no step has such an id. */
export const ROLLBACK_ROW = 'rollback:'

/** The row of a rollback to before a phase once that is over, the `place`th of the run: `rowId` was its row while it was under way. */
export const pastRow = (place: number, rowId: string): string => `${ROLLBACK_ROW}${place}${rowId === ROLLBACK_ROW ? '' : `/${rowId}`}`

export interface TimelineRow {
  id: string
  /** What it is about in the runbook: a phase or step of that id, or `ROLLBACK_ROW`. */
  about: string
  title: string
  /** Of the rollback the heading is a phase. */
  kind: 'phase' | 'step'
  status: StepStatus
  planned: Span
  /** What was planned first, in the run that this one goes on with; `planned` where it goes on with none. */
  baseline: Span
  /** What is still to come of it: by p50, else by the plan. What is over has none. */
  forecast: Span
  /** In nine of ten cases it ends by then. */
  p90EndAt: number | null
  /** What runs goes on until now. */
  actual: Span
  flag: Flag
  /** On the longest way through what is left: late here is late in all. */
  isCritical: boolean
  /** How much later it may begin without anything ending later, ms; null when it is over or nobody can say. */
  floatMs: number | null
}

export interface TimelineMark {
  kind: 'now' | 'window-opens' | 'window-closes' | 'no-return' | 'rollback'
  at: number
  /** It may be earlier than this, never later. */
  isAtMost?: boolean
}

const markNames: Record<TimelineMark['kind'], string> = {
  now: 'Now', 'window-opens': 'Window opens', 'window-closes': 'Window closes', 'no-return': 'Point of no return', rollback: 'Rollback',
}

export const markWords = ({ kind, isAtMost }: Pick<TimelineMark, 'kind' | 'isAtMost'>): string => `${markNames[kind]}${isAtMost === true ? ', at the latest' : ''}`

export interface Timeline {
  rows: TimelineRow[]
  marks: TimelineMark[]
  /** What a picture of all of it shows; null when nothing has a time. */
  range: { from: number; to: number } | null
}

export interface TimelineInput {
  state: RunState
  timing: RunTiming
  /** Null until the history of earlier runs is known: what is to come is then the plan's projection. */
  outlook: Outlook | null
  now: number
}

/** Planned, forecast and actual of every phase and step, in the order of the document; then what was taken back to before a phase, and the rollback once it has begun. */
export function timelineOf({ state, timing, outlook, now }: TimelineInput): Timeline {
  const clock = state.finishedAt ?? now
  const row = (id: string, title: string, kind: TimelineRow['kind'], status: StepStatus): TimelineRow => rowOf({ state, timing, outlook, now: clock }, id, title, kind, status)
  const stepRow = (step: Step): TimelineRow => row(step.id, step.title, 'step', own(state.steps, step.id)?.status ?? 'planned')
  const rows = [
    ...state.runbook.phases.flatMap((phase) => [row(phase.id, `${phase.number} ${phase.title}`, 'phase', phaseStatus(state, phase.steps, state.rollback === null)), ...phase.steps.map(stepRow)]),
    ...state.partialRollbacks.flatMap((back, index) => partialRows(state, back, index + 1)),
    ...(state.rollback === null ? [] : [rollbackRow({ state, timing, outlook, now: clock }, state.rollback.startedAt), ...rollbackSteps(state).map(stepRow)]),
  ]
  const mark = (kind: TimelineMark['kind'], at: number | null | undefined): TimelineMark[] => (at === null || at === undefined ? [] : [{ kind, at }])
  const marks = [
    ...mark('window-opens', timing.window?.startAt), ...mark('window-closes', timing.window?.endAt),
    ...noReturnMark(outlook), ...mark('rollback', state.rollback?.startedAt), ...(state.finishedAt === null ? mark('now', clock) : []),
  ]
  const window: Span = { startAt: timing.window?.startAt ?? null, endAt: timing.window?.endAt ?? null }
  const happening = [...rows.flatMap(({ actual, forecast }) => [actual, forecast]), ...(state.startedAt === null ? [] : [{ startAt: state.startedAt, endAt: clock }])]
  return { rows, marks, range: timeRange(happening, [...rows.map(({ planned }) => planned), window]) }
}

function rowOf({ state, timing, outlook, now }: TimelineInput, id: string, title: string, kind: TimelineRow['kind'], status: StepStatus): TimelineRow {
  const lane = kind === 'phase' ? 'phases' : 'steps'
  const clocks = outlook?.clocks[lane].get(id)
  const timed = own(timing[lane], id)
  const actual = clocks?.actual ?? timed?.actual ?? { startAt: null, endAt: null }
  const forecast = clocks?.forecast ?? timed?.projected ?? { startAt: null, endAt: null }
  const isOver = actual.endAt !== null
  const goesOnUntil = kind === 'phase' && state.rollback !== null ? endOfLeftPhase(state, id, state.rollback.startedAt, now) : now
  const slot = outlook?.clocks.critical.steps.get(id)
  return {
    id, about: id, title, kind, status, planned: timed?.planned ?? { startAt: null, endAt: null }, baseline: clocks?.baseline ?? timed?.planned ?? { startAt: null, endAt: null },
    forecast: isOver ? { startAt: null, endAt: null } : forecast,
    p90EndAt: isOver ? null : (clocks?.p90EndAt ?? null),
    actual: { startAt: actual.startAt, endAt: actual.startAt === null ? null : (actual.endAt ?? Math.max(actual.startAt, goesOnUntil)) },
    flag: clocks?.flag ?? 'unplanned',
    isCritical: !isOver && state.finishedAt === null && (outlook?.clocks.critical.path.includes(id) ?? false),
    floatMs: isOver || slot === undefined || kind === 'phase' ? null : slot.floatMs,
  }
}

function rollbackRow({ state, timing, outlook, now }: TimelineInput, startAt: number): TimelineRow {
  const isOver = state.finishedAt !== null
  const none: Span = { startAt: null, endAt: null }
  return {
    id: ROLLBACK_ROW, about: ROLLBACK_ROW, title: `${backWords(state, state.rollback?.to ?? null)}${isRollbackFailed(state) ? ', failed' : ''}`, kind: 'phase', status: phaseStatus(state, rollbackSteps(state), true),
    planned: none, baseline: none, forecast: isOver ? none : { startAt, endAt: outlook?.clocks.run.forecast.endAt ?? timing.projectedFinishAt }, p90EndAt: isOver ? null : (outlook?.clocks.run.p90EndAt ?? null),
    // Whoever checks that all is well again does so after the rollback, but one that was given up went on until then.
    actual: { startAt, endAt: Math.max(startAt, state.outcome === 'rolled-back' ? (timing.projectedFinishAt ?? now) : now) },
    flag: 'unplanned', isCritical: false, floatMs: null,
  }
}

const backWords = ({ runbook }: RunState, to: string | null): string => (to === null ? 'Rollback' : `Rollback to before phase ${runbook.phases.find(({ id }) => id === to)?.number ?? to}`)

/** A rollback to before a phase, which is over: what took back what, and when. The run went on from there. */
function partialRows(state: RunState, { to, startedAt, restoredAt, undo }: PartialRollback, place: number): TimelineRow[] {
  const none: Span = { startAt: null, endAt: null }
  const over = { planned: none, baseline: none, forecast: none, p90EndAt: null, flag: 'unplanned', isCritical: false, floatMs: null } as const
  return [
    { ...over, id: pastRow(place, ROLLBACK_ROW), about: to, title: backWords(state, to), kind: 'phase', status: 'succeeded', actual: { startAt: startedAt, endAt: restoredAt } },
    ...undo.map(({ step, status, ...times }): TimelineRow => ({ ...over, id: pastRow(place, step.id), about: undoneBy(step.id) ?? step.id, title: step.title, kind: 'step', status, actual: spanOf(times) })),
  ]
}

/** A phase that the rollback cut short ended with it, or with what still ran. */
function endOfLeftPhase(state: RunState, phaseId: string, rollbackAt: number, now: number): number {
  const steps = state.runbook.phases.find(({ id }) => id === phaseId)?.steps ?? []
  const ends = steps.map(({ id }) => own(state.steps, id)).map((step) => (step?.status === 'running' ? now : (step?.finishedAt ?? rollbackAt)))
  return Math.max(rollbackAt, ...ends)
}

/** The point of no return as an outlook has it. */
export function noReturnMark(outlook: Outlook | null): TimelineMark[] {
  const { at, isAtMost } = outlook?.noReturn ?? { at: null, isAtMost: false }
  return at === null ? [] : [{ kind: 'no-return', at, ...(isAtMost && { isAtMost }) }]
}

/** The worst of its steps; planned until one has begun, and again when it was left unfinished. */
function phaseStatus(state: RunState, steps: readonly Step[], mayGoOn: boolean): StepStatus {
  const all = steps.map(({ id }) => own(state.steps, id)?.status ?? 'planned')
  const worst = (['failed', 'unknown', 'running'] as const).find((status) => all.includes(status))
  if (worst) return worst
  if (all.every((status) => status === 'planned')) return 'planned'
  if (all.includes('planned')) return mayGoOn && state.finishedAt === null ? 'running' : 'planned'
  return all.every((status) => status === 'skipped') ? 'skipped' : 'succeeded'
}
