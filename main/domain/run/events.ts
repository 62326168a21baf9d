import type { ClickedFault } from '../clicked-faults.ts'
import type { ReturnNumbers } from './return-gate.ts'
import type { ClockEntry } from '../forecast/clock-ledger.ts'
import type { Runbook } from '../runbook.ts'
import type { FirstPlan } from '../timing/first-plan.ts'
import type { HostResult, StepOutcome } from '../step.ts'
import type { Baseline, Sample } from '../threshold.ts'
import type { Doubt, VerdictWord } from '../verdict.ts'
import type { Machine } from './lead.ts'
import type { HostState, ItemState, RunState, StepStatus } from './state.ts'
import type { Undo } from './undo.ts'

export type RunMode = 'live' | 'rehearsal'
export type RunOutcome = 'succeeded' | 'failed' | 'aborted' | 'rolled-back'
export type GateDecision = 'go' | 'no-go'

/** What decided a breach, frozen when it opened: later edits cannot change it. */
export interface Evidence {
  /** The rule, as written in the runbook; for a manual trigger its prose. */
  rule: string
  /** Those that decided it, newest last, at most 60. Empty for a manual trigger. */
  samples: Sample[]
  /** The step in progress, or null. */
  stepId: string | null
  /** The rule in numbers: `> 412 ms, 2 × the baseline of 206 ms (n=34)`. */
  limit?: string
  /** What was asked of the metric's source, resolved. */
  query?: string
  /** Who had the run in hand: whoever acted last. */
  control?: string
}

/** How a step stood at the end of the run before. */
export interface InheritedStep {
  status: Exclude<StepStatus, 'planned' | 'running'>
  attempt: number
  /** When that came about, epoch ms. */
  at: number | null
  by: string | null
  message: string
  ignored: boolean
  hosts: Record<string, Pick<HostState, 'state' | 'result' | 'ranBefore'>>
}

/** Facts, in the past tense. Each is stored once with its sequence number and never changed. */
export type RunFact =
  | { type: 'run-created'; runId: string; mode: RunMode; speed: number; automatic: boolean; runbookId: string; revision: number; runbook: Runbook; inventory?: string; machine?: Machine }
  | { type: 'run-started' }
  /** Right after `run-created`: this run goes on where another ended. What had been done there counts as done here; `from` is the first step that is to be done, null when none is. */
  | {
    type: 'outcomes-inherited'; fromRunId: string; from: string | null; reason: string
    steps: Record<string, InheritedStep>; phases: string[]; items: Record<string, ItemState>
    captured: RunState['captured']; excluded: RunState['excluded']
    changed: string[]; added: string[]; removed: { id: string; title: string; was: StepStatus }[]
    /** What was planned first, by the first of the runs this one goes on with; left out by former versions. */
    firstPlan?: FirstPlan
  }
  | { type: 'item-ticked'; itemId: string; note: string }
  | { type: 'item-unticked'; itemId: string }
  | { type: 'item-waived'; itemId: string; reason: string }
  | { type: 'gate-reached'; gateId: string }
  | { type: 'gate-decided'; gateId: string; decision: GateDecision; reason: string }
  | { type: 'phase-started'; phaseId: string }
  | { type: 'phase-finished'; phaseId: string }
  /** `handles`: the failed step whose `on-fail=step:ID` began it. */
  | { type: 'step-started'; stepId: string; attempt: number; hosts: string[]; handles?: string }
  /** `durable`: whether the host keeps the work when the link is lost, and `why` not; left out for work that is not on a host. */
  | { type: 'host-started'; stepId: string; attempt: number; host: string; durable?: boolean; why?: string }
  | { type: 'host-link-lost'; stepId: string; attempt: number; host: string; message: string }
  | { type: 'host-link-restored'; stepId: string; attempt: number; host: string }
  | { type: 'host-finished'; stepId: string; attempt: number; host: string; result: HostResult }
  /** So many bytes that a host printed could not be stored: its output has a gap, which says so. */
  | { type: 'output-lost'; stepId: string; attempt: number; host: string; bytes: number }
  | { type: 'step-finished'; stepId: string; attempt: number; outcome: StepOutcome; message: string }
  | { type: 'step-skipped'; stepId: string; reason: string }
  /** The attempt failed and `retries=` allows another, which begins by itself at `at` unless a person is faster. */
  | { type: 'retry-scheduled'; stepId: string; attempt: number; retryAt: number }
  /** What `capture=` took from a host's output; `value` null says why not. */
  | { type: 'value-captured'; stepId: string; host: string; name: string; value: string | null; why: string }
  | { type: 'step-resolved'; stepId: string; evidence: string }
  /** These hosts are asked what they know of a step whose outcome is unknown. */
  | { type: 'probe-started'; stepId: string; attempt: number; hosts: string[] }
  /** What one of them knew, in sentences; `proved` when that is the outcome, which then follows as any other does. */
  | { type: 'host-probed'; stepId: string; attempt: number; host: string; findings: string[]; proved: boolean }
  /** The step failed and the run goes on: a person's word, or on-fail=continue. */
  | { type: 'failure-ignored'; stepId: string; reason: string }
  /** No step begins there from here on. */
  | { type: 'host-excluded'; host: string; reason: string }
  | { type: 'host-included'; host: string; reason: string }
  /** It had succeeded on every host that is left after others were excluded. */
  | { type: 'step-narrowed'; stepId: string; attempt: number; excluded: string[] }
  /** A person harmed a stand-in of a rehearsal. */
  | { type: 'fault-caused'; host: string; fault: ClickedFault }
  | { type: 'pace-changed'; automatic: boolean }
  | { type: 'speed-changed'; speed: number }
  | { type: 'run-paused'; reason: string }
  | { type: 'run-resumed' }
  | { type: 'abort-requested'; reason: string }
  /** `to`: it goes back only to before this phase. `running`: what becomes of forward steps that are running. Without it nothing was taken back but by the rollback plan (records of older versions). */
  | { type: 'rollback-started'; reason: string; running?: 'abort' | 'wait'; to?: string }
  /** Nothing goes forward any more: what is taken back before the rollback plan, in this order. */
  | { type: 'undo-planned'; undo: Undo[] }
  /** What went back only to before a phase goes back all the way: what is taken back besides. */
  | { type: 'rollback-widened'; reason: string; undo: Undo[] }
  /** All since before this phase is taken back: its steps and those after it are planned again. */
  | { type: 'phase-boundary-restored'; phaseId: string }
  /** The rollback waited for running forward steps, and does not any more: they are asked to stop. */
  | { type: 'forward-abort-requested'; reason: string }
  | { type: 'rollback-steps-finished' }
  | { type: 'breach-opened'; breachId: string; thresholdId: string | null; triggerId: string | null; metric: string | null; evidence: Evidence }
  /** `rule` is its text, for who reads the record; logs of older versions lack it here and in the two below. */
  | { type: 'breach-closed'; breachId: string; rule?: string }
  /** A person has seen the fired trigger and holds the run without deciding yet. It ends the countdown. */
  | { type: 'breach-watched'; breachId: string; rule?: string; note: string }
  /** The trigger is marked `auto`: unless a person answers before `endsAt`, the rollback begins. A later one replaces it. */
  | { type: 'rollback-countdown-started'; breachId: string; endsAt: number }
  /** How a rule stands now; told when that changes. */
  | { type: 'verdict-changed'; thresholdId: string; metric: string; verdict: VerdictWord; doubt: Doubt | null }
  /** The step would pass the point of no return, or that has passed: somebody has to say go. */
  | { type: 'return-gate-reached'; stepId: string; numbers: ReturnNumbers }
  | { type: 'return-gate-decided'; stepId: string; decision: GateDecision; reason: string; numbers: ReturnNumbers }
  /** A person picked the readings that say what is usual. */
  | { type: 'baseline-chosen'; from: number; to: number }
  /** What is usual for each metric; null where there were too few readings. */
  | { type: 'baseline-taken'; from: number; to: number; metrics: Record<string, Baseline | null> }
  /** A person goes on without data of this metric until it is back. */
  | { type: 'no-data-accepted'; metric: string; reason: string }
  | { type: 'breach-overridden'; breachId: string; rule?: string; reason: string }
  /** `why`: what its source said last, where it knows. */
  | { type: 'no-data-noticed'; metric: string; why?: string }
  | { type: 'data-returned'; metric: string }
  /** The machine slept, Holdpoint did not run, or a clock was set. */
  | { type: 'clock-noted'; entry: ClockEntry }
  /** A person says that what was given for a secret is not to be used again. */
  | { type: 'secret-forgotten'; name: string }
  | { type: 'note-added'; noteId: string; about: string | null; text: string }
  | { type: 'message-sent'; messageId: string; note: string }
  | { type: 'message-skipped'; messageId: string; reason: string }
  /** `followUps`: the release is done, and is watched on for these follow-up actions. */
  | { type: 'monitoring-started'; endsAt: number; followUps?: string[] }
  | { type: 'monitoring-ended'; reason: string; followUp?: true }
  /** From here on the run is led on this machine. */
  | { type: 'lead-taken'; machine: Machine; token: number; reason: string }
  /** The host refuses what another machine sends for this run; `strangers`: work of the run there that this record does not know. */
  | { type: 'host-fenced'; host: string; token: number; strangers: string[] }
  /** The host could not be told of the takeover, or had been told of a later one, whose token is `above`. */
  | { type: 'host-fence-failed'; host: string; token: number; message: string; above: number | null }
  /** A person wants to know again whether the hosts can be reached and keep their work. */
  | { type: 'host-check-asked' }
  /** Whether a host would keep work when the link is lost, known before any step begins there; `durable` null: it could not be asked. `why` says why not. */
  | { type: 'host-checked'; host: string; durable: boolean | null; why: string }
  | { type: 'run-finished'; outcome: RunOutcome }

/** A fact with when it happened (epoch ms on the run's clock) and who caused it (`holdpoint` for the program itself). */
export type RunEvent = RunFact & { at: number; by: string }

/** An event as the journal holds it: `seq` is 1-based per run, without holes; `hash` chains to the previous event. */
export interface StoredEvent {
  seq: number
  event: RunEvent
  hash: string
}
