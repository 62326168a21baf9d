import type { MessageTiming, Overview } from '../runbook.ts'
import type { RunMode, RunOutcome } from '../run/events.ts'
import type { RunStatus, StepStatus } from '../run/state.ts'
import type { Bucket } from '../series.ts'
import type { Sample, Threshold } from '../threshold.ts'
import type { Span, Standing } from '../timing.ts'
import type { CourseReport, GateReport, ItemGroupReport, ItemReport, PhaseReport, StepReport } from './work-model.ts'

/**
 * The runbook filled with what happened: plain data, secrets already masked, nothing escaped. Times are epoch ms;
 * `zone` says in which zone people read them.
 */
export interface ReportModel {
  format: 'holdpoint-report/1'
  title: string
  mode: RunMode
  /** A rehearsal on other real hosts: the inventory they are named in. */
  inventory: string | null
  runId: string
  runbookId: string
  revision: number
  zone: string
  generatedAt: number
  /** Of Holdpoint. */
  version: string
  overview: OverviewReport
  summary: SummaryReport
  changes: string[]
  tickets: { key: string; text: string }[]
  checklists: ItemGroupReport[]
  gates: GateReport[]
  course: CourseReport
  phases: PhaseReport[]
  verification: VerificationReport
  incidents: IncidentReport[]
  noData: NoDataReport[]
  rollback: RollbackReport
  monitoring: MonitoringReport
  communications: MessageReport[]
  notes: NoteReport[]
  pauses: PauseReport[]
  postDeployment: { checklist: ItemReport[]; followUps: ItemReport[] }
  other: { title: string; text: string }[]
  timeline: TimelineEntry[]
  charts: ChartReport[]
  chain: { events: number; head: string }
}

export interface OverviewReport extends Pick<Overview, 'deploymentType' | 'environment' | 'version' | 'date' | 'windowText'> {
  /** As the run was timed: moved with a rehearsal held outside its window. */
  window: Span
  windowMoved: boolean
  /** How long before the window opened a live run's first step began; null when none did. */
  beforeWindowMs: number | null
  status: RunStatus
  /** Until when it is watched, where that is all it does. */
  monitoringEndsAt: number | null
  outcome: RunOutcome | null
  createdBy: string
  startedAt: number | null
  finishedAt: number | null
  durationMs: number | null
  plannedFinishAt: number | null
  /** By the first plan of the runs this one goes on with; null where its own plan is that. */
  firstFinishAt: number | null
  /** When the deployment (or its rollback) was done, monitoring and closing come after it; null when neither was. */
  deployedAt: number | null
  overrunMs: number | null
  standing: Standing
  speed: number
  people: string[]
}

/** The figures at the top, and in sentences what a reader must not miss. */
export interface SummaryReport {
  steps: Record<StepStatus, number>
  retries: number
  waived: number
  openItems: number
  incidents: number
  attention: string[]
}

export interface VerificationReport {
  smokeTests: ItemReport[]
  validationQueries: (ItemReport & { sql: string })[]
  healthChecks: (ItemReport & { endpoint: string; expected: string })[]
}

export interface IncidentReport {
  /** `trigger`: a rollback trigger condition; `breach`: an alert threshold. */
  kind: 'trigger' | 'breach'
  rule: string
  metric: string | null
  openedAt: number
  closedAt: number | null
  stepTitle: string | null
  samples: Sample[]
  unit: Threshold['unit']
  override: { at: number; by: string; reason: string } | null
  /** Who held the run and watched. */
  watched: { at: number; by: string; note: string } | null
  /** The rule in numbers, what was asked, and who had the run in hand; null in records of older versions. */
  limit: string | null
  query: string | null
  control: string | null
}

export interface NoDataReport {
  metric: string
  fromAt: number
  /** Null: there was still none when the report was made. */
  toAt: number | null
}

export interface RollbackReport {
  triggers: { text: string; watched: boolean; firedAt: number[] }[]
  state: 'unused' | 'in-progress' | 'finished' | 'not-finished'
  /** `to`: the phase before which it was to end; null for all of it. */
  decision: { at: number; by: string; reason: string; to: string | null } | null
  /** Of one that is finished. */
  finishedAt: number | null
  /** When the run ended, of one that is not finished. */
  stoppedAt: number | null
  /** Once the run has ended: what nobody has done, and on which hosts. */
  left: { title: string; hosts: string[]; status: StepStatus }[]
  steps: StepReport[]
  validation: ItemReport[]
  /** When the run went back to before a phase and on from there, oldest first. */
  partial: { at: number; by: string; reason: string; to: string; restoredAt: number; undone: string[] }[]
}

export interface MonitoringReport {
  text: string | null
  plannedMs: number | null
  startedAt: number | null
  endsAt: number | null
  endedAt: number | null
  endedBecause: string
  followUp: FollowUpReport | null
  metrics: string[]
  thresholds: { text: string; breaches: number }[]
}

export interface FollowUpReport {
  /** The follow-up actions that ask for it. */
  texts: string[]
  plannedMs: number
  startedAt: number | null
  endsAt: number | null
  endedAt: number | null
  /** `holdpoint` when its time was over; null when it has not ended by itself or by hand. */
  endedBy: string | null
  endedBecause: string
  breaches: number
}

export interface MessageReport {
  stage: 'before' | 'during' | 'after'
  text: string
  timing: MessageTiming
  state: 'pending' | 'sent' | 'skipped'
  sentAt: number[]
  by: string | null
  note: string
}

export interface NoteReport {
  at: number
  by: string
  about: string | null
  text: string
}

export interface PauseReport {
  fromAt: number
  toAt: number | null
  by: string
  reason: string
}

export interface TimelineEntry {
  seq: number
  at: number
  by: string
  words: string
  tone: 'plain' | 'good' | 'bad' | 'warning'
}

export interface ChartReport {
  metric: string
  /** The metric as the runbook writes it. */
  title: string
  unit: Threshold['unit']
  from: number
  to: number
  buckets: Bucket[]
  threshold: { text: string; operator: Threshold['operator']; limit: number } | null
  breachCount: number
  /** The stretches they cover, overlapping ones as one. */
  breaches: { fromAt: number; toAt: number | null }[]
  noData: { fromAt: number; toAt: number | null }[]
  /** Beginnings of phases and of the rollback, and failed steps. */
  markers: { at: number; label: string; kind: 'phase' | 'rollback' | 'failure' }[]
}
