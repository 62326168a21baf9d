/** What the embedded hosts and synthetic metrics do in a rehearsal. Written in the runbook's front matter under `rehearsal:`. */
export interface RehearsalScript {
  outcomes: ScriptedOutcome[]
  metrics: ScriptedMetric[]
}

/** What can befall a command that runs on a host. */
export const RUNNING_FAULTS = ['link-drop', 'slow-link', 'hang', 'reboot', 'disk-fills', 'output-flood', 'sudo-prompt', 'clock-skew'] as const
/** What keeps a command from beginning at all. */
export const BEFORE_FAULTS = ['disk-full', 'refuse-auth', 'changed-host-key'] as const
export const FAULTS = [...RUNNING_FAULTS, ...BEFORE_FAULTS] as const

export type RunningFault = (typeof RUNNING_FAULTS)[number]
export type BeforeFault = (typeof BEFORE_FAULTS)[number]
export type Fault = (typeof FAULTS)[number]

export const isRunningFault = (fault: string): fault is RunningFault => RUNNING_FAULTS.some((known) => known === fault)

export interface ScriptedOutcome {
  /** Matches a step by id or by title (case-insensitive, whole). */
  step: string
  /** A host name, or null for every host of the step. */
  host: string | null
  /** Which attempt it applies to (1 = first), or null for all. */
  attempt: number | null
  /** How long the command takes, in rehearsal time; null = the step's planned length, at most 2 minutes. */
  durationMs: number | null
  exitCode: number
  stdout: string
  stderr: string
  fault: 'none' | Fault
}

/** A synthetic series: `base` ± `noise`, moved to `to` from the start of step `from` until the end of step `until` or the rollback. */
export interface ScriptedMetric {
  metric: string
  base: number
  noise: number
  changes: { from: string; to: number; rampMs: number; until: string | null }[]
  /** Lengths of silence: no data from the start of that step on. */
  gaps: { from: string; lengthMs: number }[]
}
