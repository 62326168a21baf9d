/** What the embedded hosts and synthetic metrics do in a rehearsal. Written in the runbook's front matter under `rehearsal:`. */
export interface RehearsalScript {
  outcomes: ScriptedOutcome[]
  metrics: ScriptedMetric[]
}

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
  /** `link-drop`: the connection closes midway without an exit status. `refuse-auth`, `changed-host-key`: as named. */
  fault: 'none' | 'link-drop' | 'refuse-auth' | 'changed-host-key' | 'hang'
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
