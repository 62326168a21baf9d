import type { Inventory } from './inventory.ts'
import type { RehearsalScript } from './rehearsal-script.ts'
import type { Step } from './step.ts'
import type { Threshold } from './threshold.ts'

/** Where something stands in the runbook's text: UTF-16 offsets [start, end) and the 1-based line and column of start. */
export interface SourceRange {
  start: number
  end: number
  line: number
  column: number
}

/** A line of the runbook that is read by people only. */
export interface TextItem {
  id: string
  text: string
  range: SourceRange
}

export interface Ticket extends TextItem {
  /** `#SHOP-412`, as written. */
  key: string
}

export interface ChecklistItem extends TextItem {
  /** True when the file itself has `[x]`. A run starts every item open and shows this as a hint only. */
  checkedInFile: boolean
  /** From `@name` in the text, or null. */
  owner: string | null
  /** The text says "(if needed)", "(if applicable)" or "(if any)": a gate lists it, but does not require it. */
  optional: boolean
}

export interface ChecklistGroup {
  id: string
  title: string
  items: ChecklistItem[]
}

/** A wall-clock time of day in the window's zone, minutes since midnight (0-1439). */
export interface PlannedRange {
  startMinute: number
  endMinute: number
  range: SourceRange
}

export interface Phase {
  id: string
  /** 1-based, as in "Phase 2". */
  number: number
  title: string
  planned: PlannedRange | null
  steps: Step[]
  range: SourceRange
}

export interface ChangeWindow {
  /** Epoch ms. endAt is after startAt even when the window crosses midnight. */
  startAt: number
  endAt: number
  /** IANA zone, e.g. `Europe/Berlin`; `UTC` when the runbook names none. */
  zone: string
}

export interface Overview {
  deploymentType: string | null
  environment: string | null
  version: string | null
  /** As written; the parsed form is in `window`. */
  date: string | null
  windowText: string | null
  window: ChangeWindow | null
}

export interface ValidationQuery extends TextItem {
  /** The SQL, as written. */
  sql: string
}

export interface HealthCheck {
  id: string
  endpoint: string
  expected: string
  range: SourceRange
}

export interface RollbackPlan {
  triggers: Trigger[]
  steps: Step[]
  validation: ChecklistItem[]
}

/** A rollback trigger condition. `threshold` is null when the prose could not be compiled: then it is a button for a person. */
export interface Trigger extends TextItem {
  threshold: Threshold | null
  /** Marked `auto`: when it fires, the rollback begins by itself after a countdown, unless somebody stops it. */
  auto?: { countdownMs: number }
}

export interface MonitoredMetric extends TextItem {
  /** Lower-case name that thresholds and metric sources refer to, e.g. `error rate`. */
  metric: string
}

export type MessageTiming =
  | { when: 'before'; leadMs: number }
  | { when: 'start' }
  | { when: 'every'; everyMs: number }
  | { when: 'issue' }
  | { when: 'success' }
  | { when: 'report' }
  | { when: 'unclear' }

export interface Message extends TextItem {
  stage: 'before' | 'during' | 'after'
  timing: MessageTiming
}

export interface FollowUp extends TextItem {
  /** Done by the run itself: once the release is done it is watched for so long. */
  watchMs?: number
}

/** A section the template does not know: kept byte for byte, shown as text. */
export interface OtherSection {
  id: string
  title: string
  text: string
  range: SourceRange
}

/** The whole runbook as the model sees it. The text stays the source of truth; this is derived from it. */
export interface Runbook {
  title: string
  overview: Overview
  changes: TextItem[]
  tickets: Ticket[]
  checklists: ChecklistGroup[]
  phases: Phase[]
  smokeTests: TextItem[]
  validationQueries: ValidationQuery[]
  healthChecks: HealthCheck[]
  rollback: RollbackPlan
  metrics: MonitoredMetric[]
  thresholds: Threshold[]
  monitoring: { text: string; durationMs: number | null; range: SourceRange } | null
  messages: Message[]
  postChecklist: ChecklistItem[]
  followUps: FollowUp[]
  other: OtherSection[]
  inventory: Inventory
  rehearsal: RehearsalScript
}
