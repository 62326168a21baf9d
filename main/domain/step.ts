import type { SourceRange } from './runbook.ts'

/** One piece of work in a phase or in the rollback plan. A step without an executable block is `manual`. */
export interface Step {
  /** Stable across edits: `{id=…}` when given, else a slug of the section and the text (with -2, -3 for repeats). */
  id: string
  title: string
  /** A key of kinds/steps: `manual`, `sh`, `http`, `wait`; the document layer passes an unknown language through as `manual`. */
  kind: string
  /** The fenced block's text, '' for manual. */
  body: string
  /** Everything between the braces after the language, verbatim values without quotes; a bare word has the value 'true'. */
  attributes: Record<string, string>
  /** Names of inventory hosts the step runs on, groups resolved, in inventory order. Empty for steps that need no host. */
  hosts: string[]
  /** Names in `hosts=` that are neither host nor group. */
  unknownHosts: string[]
  timeoutMs: number | null
  /** The step's own planned length (`planned=5m`), or null: then the phase's range is shared evenly. */
  plannedMs: number | null
  /** The command that takes this step back, or null. */
  undo: string | null
  owner: string | null
  /** Written as a checkbox in the runbook. */
  checkbox: boolean
  optional: boolean
  range: SourceRange
}

export type StepOutcome = 'succeeded' | 'failed' | 'unknown'

/** What happened on one host. `output` bytes are in storage, not here. */
export type HostResult =
  /** `note`: what else is to be known, e.g. output that came after the end. */
  | { outcome: 'succeeded'; exitCode: 0; note?: string }
  | { outcome: 'failed'; reason: 'exit'; exitCode: number; note?: string }
  | { outcome: 'failed'; reason: 'signal'; signal: string }
  | { outcome: 'failed'; reason: 'timeout'; message: string }
  | { outcome: 'failed'; reason: 'aborted'; message: string }
  /** It was stopped on the host since it printed without end. */
  | { outcome: 'failed'; reason: 'output-limit'; message: string }
  /** The command provably never started: refused, no route, host key, authentication, check failed. `hop`: the jump host it happened at. */
  | { outcome: 'failed'; reason: 'refused'; code: string; message: string; hint: string; hop?: string }
  /** The command was sent and nobody can say how it ended. */
  | { outcome: 'unknown'; code: string; message: string; hint: string; hop?: string }

/** The code of the Problem a shell rejects with when this program closes while durable work goes on on its host: nothing is to be recorded. */
export const DETACHED = 'step-detached'

/** The name under which the output and the result of a step without hosts are kept. */
export const LOCAL_HOST = 'local'
