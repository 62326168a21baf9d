import type { GateDecision } from '../run/events.ts'
import type { ItemState, StepStatus } from '../run/state.ts'
import type { Timeline, TimelineRow } from '../timeline/timeline.ts'
import type { Span } from '../timing.ts'

// What was to be done, and who did it when: checklists, gates, phases, steps and their hosts.

export interface ItemReport {
  text: string
  state: ItemState['state']
  at: number | null
  by: string | null
  note: string
  owner: string | null
  optional: boolean
}

export interface ItemGroupReport {
  title: string
  items: ItemReport[]
}

export interface GateReport {
  phaseNumber: number
  phaseTitle: string
  state: 'closed' | 'reached' | 'go' | 'no-go'
  reachedAt: number | null
  /** Every decision, oldest first: a no-go may be followed by a go. */
  decisions: { at: number; by: string; decision: GateDecision; reason: string }[]
}

/** What happened beside the plan and what was expected when it began, as a picture shows it. */
export interface CourseReport extends Timeline {
  rows: CourseRow[]
}

export interface CourseRow extends TimelineRow {
  /** Attempts that did not end well, over the whole of it; `skipped`: what was done before and has been taken back. */
  setbacks: { span: Span; status: StepStatus }[]
}

export interface PhaseReport {
  number: number
  title: string
  planned: Span
  actual: Span
  lateMs: number
  steps: StepReport[]
}

export interface StepReport {
  title: string
  kind: string
  status: StepStatus
  owner: string | null
  by: string | null
  message: string
  planned: Span
  /** When it began: by p50, else by the plan. */
  forecast: Span
  /** In nine of ten cases it ends by then. */
  p90EndAt: number | null
  isCritical: boolean
  /** From the first attempt's start to the last one's end. */
  actual: Span
  durationMs: number | null
  lateMs: number
  attempts: AttemptReport[]
  hosts: HostReport[]
  /** Whether its `when=` did not hold, so that it was passed over. */
  skippedByCondition: boolean
  /** Oldest first. */
  happenings: BefallenReport[]
}

/** A lost or restored link, a retry that began by itself, a captured value, work that is not durable. */
export interface BefallenReport {
  at: number
  words: string
}

export interface AttemptReport {
  attempt: number
  startedAt: number
  finishedAt: number | null
  outcome: StepStatus
  message: string
  /** Hosts on which an attempt before the last did not succeed; the last attempt's are in the step's hosts. */
  failures: { host: string; result: string; output: ExcerptReport | null }[]
}

export interface HostReport {
  host: string
  /** excluded: it had been taken out of the run before the step began. */
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'excluded'
  startedAt: number | null
  finishedAt: number | null
  durationMs: number | null
  exitCode: number | null
  /** In words; '' when there is no result. */
  result: string
  output: ExcerptReport | null
}

export interface ExcerptReport {
  /** The last lines, masked, without terminal escapes. */
  text: string
  /** Lines (of what is kept) left out before them. */
  omittedLines: number
  /** Of the whole output. */
  bytes: number
  truncated: boolean
}
