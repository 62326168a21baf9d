import type { Ordered } from '../forecast/critical-path.ts'
import type { Runbook } from '../runbook.ts'
import type { FirstPlan } from '../timing/first-plan.ts'
import type { HostResult, Step } from '../step.ts'
import type { Baseline } from '../threshold.ts'
import type { Doubt, VerdictWord } from '../verdict.ts'
import type { Fence, Lead } from './lead.ts'
import type { ReturnNumbers } from './return-gate.ts'
import type { Evidence, RunMode, RunOutcome } from './events.ts'
import type { Undo } from './undo.ts'

/**
 * What the room says about the run as a whole. `waiting` is for a gate or for a person's tick; in `monitoring` nothing is done but to
 * watch; `failed` and `unknown` hold the run until a person decides; the last four are final.
 */
export type RunStatus =
  | 'planned' | 'running' | 'waiting' | 'monitoring' | 'paused' | 'failed' | 'unknown' | 'aborting' | 'rolling-back'
  | 'ended-succeeded' | 'ended-failed' | 'ended-aborted' | 'ended-rolled-back'

/** Where in the runbook the run is. */
export type Stage = 'planned' | 'preparation' | 'phases' | 'monitoring' | 'closing' | 'aborting' | 'rollback' | 'rollback-validation' | 'ended'

export type StepStatus = 'planned' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'skipped'

export interface ItemState {
  state: 'open' | 'ticked' | 'waived'
  at: number | null
  by: string | null
  /** The note of a tick or the reason of a waiver. */
  note: string
}

export interface HostState {
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'unknown'
  startedAt: number | null
  finishedAt: number | null
  result: HostResult | null
  /** An earlier attempt may have done something there. */
  ranBefore: boolean
  /** Whether the host keeps the work when the link is lost; null while that is not known, or where it does not apply. */
  durable: boolean | null
  /** Since when the link is lost while the work goes on there; null while it is up. */
  linkLostAt: number | null
  /** The last time it was asked what it knows, since the outcome there is unknown; `findings` null while it is being asked. */
  probe: { at: number; by: string; findings: string[] | null } | null
}

/** Whether a host would keep work when the link is lost; `durable` null: it could not be asked. */
export interface HostCheck {
  at: number
  durable: boolean | null
  /** Why not; '' when it would. */
  why: string
}

export interface StepState {
  status: StepStatus
  /** 0 before the first start. */
  attempt: number
  startedAt: number | null
  finishedAt: number | null
  /** Who ticked, skipped or resolved it, or started this attempt. */
  by: string | null
  /** Why it failed, was skipped, or how a person knows it is done. */
  message: string
  /** When the next attempt begins by itself, or null. */
  retryAt: number | null
  /** Passed over although it failed: for `when=` it is a failure still. */
  ignored: boolean
  /** How many attempts have begun by themselves since a person last began one. */
  autoRetries: number
  /** Its outcome is that of the run before, of then (epoch ms); null for what happened in this run. */
  inherited: { at: number | null } | null
  /** Of the current attempt. */
  hosts: Record<string, HostState>
}

export interface GateState {
  state: 'closed' | 'reached' | 'go' | 'no-go'
  reachedAt: number | null
  at: number | null
  by: string | null
  reason: string
}

export interface ReturnGate {
  state: 'reached' | 'go' | 'no-go'
  /** As they were when it was reached, then when it was decided. */
  numbers: ReturnNumbers
  at: number
  by: string
  reason: string
}

export interface Breach {
  id: string
  thresholdId: string | null
  triggerId: string | null
  metric: string | null
  openedAt: number
  closedAt: number | null
  evidence: Evidence
  override: { at: number; by: string; reason: string } | null
  /** Who holds the run and watches, without having decided. */
  watched: { at: number; by: string; note: string } | null
  /** When the rollback begins by itself; null when it does not, or no more. */
  countdownEndsAt: number | null
}

export interface Note {
  id: string
  at: number
  by: string
  about: string | null
  text: string
}

export interface MessageState {
  state: 'pending' | 'sent' | 'skipped'
  /** One entry each time it was sent; progress updates repeat. */
  sentAt: number[]
  by: string | null
  note: string
}

export interface Monitoring {
  startedAt: number
  endsAt: number
  endedAt: number | null
}

export interface Rollback {
  startedAt: number
  by: string
  reason: string
  /** The phase before which it stands again when it is done; null when it goes back all the way. */
  to: string | null
  /** What became of the forward steps that were running: asked to stop, or let to their end. */
  running: 'abort' | 'wait'
  /** What is taken back, in order; null while forward steps have not ended, and nobody knows yet what they have done. */
  undo: (Undo & { step: Step })[] | null
}

/** A rollback to before a phase, which was done. */
export interface PartialRollback extends Pick<Rollback, 'startedAt' | 'by' | 'reason'> {
  to: string
  restoredAt: number
  /** The steps that were taken back, in that order. */
  undone: string[]
  /** What took them back, as it stood when it was done: the same step may be taken back again later. */
  undo: (Pick<StepState, 'status' | 'startedAt' | 'finishedAt'> & { step: Step })[]
}

export interface RunState {
  id: string
  /** Sequence number of the last event folded in. */
  version: number
  mode: RunMode
  speed: number
  automatic: boolean
  runbookId: string
  revision: number
  runbook: Runbook
  /** What its steps come after, where `after=` says so (`ordersOf`): read once, since it is asked after every event. */
  orders: Record<string, Ordered[]>
  /** A rehearsal on other real hosts: the inventory they are named in. Null in a live run, and where stand-ins answer. */
  inventory: string | null
  /** The run that this one goes on with, and from which step; null for one from the start. */
  resumes: { runId: string; from: string | null } | null
  /** What was planned first, where this run goes on with another. Null where its own plan is that. */
  firstPlan: FirstPlan | null
  stage: Stage
  outcome: RunOutcome | null
  paused: { at: number; by: string; reason: string } | null
  createdAt: number
  createdBy: string
  startedAt: number | null
  finishedAt: number | null
  lastEventAt: number
  items: Record<string, ItemState>
  steps: Record<string, StepState>
  /** Keyed by `gateBefore(phase)`. */
  gates: Record<string, GateState>
  phases: Record<string, { startedAt: number | null; finishedAt: number | null }>
  /** Steps in front of which somebody has to say go, by id. */
  returnGates: Record<string, ReturnGate>
  /** Who said go after the point of no return had passed: from there on it is not asked again. */
  returnPassed: { at: number; by: string; reason: string } | null
  breaches: Breach[]
  /** Hosts taken out of this run, by name. */
  excluded: Record<string, { at: number; by: string; reason: string }>
  /** Metrics with no data at present, with since when. */
  silent: Record<string, number>
  /** Why, where their source knows. */
  silentWhy: Record<string, string>
  /** Metrics that a person goes on without. */
  unwatched: Record<string, { at: number; by: string; reason: string }>
  /** How each rule stands, by its threshold's id. Rules nobody has judged are missing. */
  verdicts: Record<string, { verdict: VerdictWord; doubt: Doubt | null; at: number }>
  /** What is usual, and from when to when it was read; `takenAt` null: the numbers are still to come. Null: nobody has asked yet. */
  baseline: { from: number; to: number; takenAt: number | null; metrics: Record<string, Baseline | null> } | null
  /** Whoever acted last has the run in hand. */
  control: string
  /** Captured values by name, then host; null where a host printed none. */
  captured: Record<string, Record<string, string | null>>
  /** When a person said last that what was given for a secret is not to be used again, by its name. */
  forgotten: Record<string, number>
  notes: Note[]
  messages: Record<string, MessageState>
  monitoring: Monitoring | null
  /** The release is done, and is watched on for these follow-up actions; null before that. */
  followUp: (Monitoring & { itemIds: string[] }) | null
  rollback: Rollback | null
  /** Oldest first. */
  partialRollbacks: PartialRollback[]
  aborting: { at: number; by: string; reason: string } | null
  lead: Lead
  /** How hosts answered to the last takeover, by name. */
  fences: Record<string, Fence>
  /** What is known of hosts beyond that all is well, by name. */
  hostChecks: Record<string, HostCheck>
}

/** The gate before a phase: the go/no-go that opens it. */
export const gateBefore = (phaseId: string): string => `gate-before-${phaseId}`
