import { z } from 'zod'
import { CLICKED_FAULT_IDS } from '../clicked-faults.ts'
import type { ClockEntry } from '../forecast/clock-ledger.ts'
import type { HostResult } from '../step.ts'
import type { Baseline } from '../threshold.ts'
import type { Doubt, VerdictWord } from '../verdict.ts'
import type { Evidence } from './events.ts'

const id = z.string().min(1).max(200)
const reason = z.string().trim().min(1, 'A reason is needed.').max(2000)
const note = z.string().trim().max(2000).default('')

/** What a person may ask of a run. Checked at the border with this schema; every refusal is a Problem. */
export const OperatorCommand = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start-run') }),
  /** A checklist item, or a manual step that is running or next. */
  z.strictObject({ type: z.literal('tick'), id, note }),
  z.strictObject({ type: z.literal('untick'), id }),
  z.strictObject({ type: z.literal('waive'), id, reason }),
  z.strictObject({ type: z.literal('decide-gate'), gateId: id, decision: z.enum(['go', 'no-go']), reason: note }),
  /** `confirm` is the environment's name, typed, for a step marked `danger`. */
  /** Go or no-go for a step that would pass the point of no return. */
  z.strictObject({ type: z.literal('sign-off-step'), stepId: id, decision: z.enum(['go', 'no-go']), reason: note }),
  z.strictObject({ type: z.literal('start-step'), stepId: id, confirm: note.removeDefault().optional() }),
  z.strictObject({ type: z.literal('fail-step'), stepId: id, reason }),
  z.strictObject({ type: z.literal('skip-step'), stepId: id, reason }),
  /**
   * On the hosts where it has not succeeded, or on `all`. An unknown outcome and all hosts need a reason, unless the step is
   * marked `idempotent`: the command may run twice.
   */
  z.strictObject({ type: z.literal('retry-step'), stepId: id, hosts: z.enum(['failed', 'all']).optional(), reason: note.removeDefault().optional() }),
  /** A failed step stays as it is and the run goes on. An unknown outcome cannot be ignored. */
  z.strictObject({ type: z.literal('ignore-failure'), stepId: id, reason }),
  /** Takes a host out of this run: what has not begun there is not begun any more. */
  z.strictObject({ type: z.literal('exclude-host'), host: id, reason }),
  /** Later steps run on it again. */
  z.strictObject({ type: z.literal('include-host'), host: id, reason: note }),
  /** For a failed or unknown step: a person says it is done, and how they know. */
  z.strictObject({ type: z.literal('resolve-step'), stepId: id, evidence: reason }),
  /** For an unknown step: asks its hosts again what they know of it. Only what they can prove changes its outcome. */
  z.strictObject({ type: z.literal('probe-step'), stepId: id }),
  z.strictObject({ type: z.literal('set-pace'), automatic: z.boolean() }),
  z.strictObject({ type: z.literal('set-speed'), speed: z.number().min(1).max(3600) }),
  z.strictObject({ type: z.literal('pause'), reason: note }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('abort'), reason }),
  /** `running`: what becomes of forward steps that are running (asked to stop unless it says `wait`); nothing forward begins again either way. */
  z.strictObject({ type: z.literal('start-rollback'), reason, running: z.enum(['abort', 'wait']).optional() }),
  /** Takes back what was done since before this phase, and stands there again. */
  z.strictObject({ type: z.literal('roll-back-to'), phaseId: id, reason, running: z.enum(['abort', 'wait']).optional() }),
  /** While a rollback waits for running forward steps: asks them to stop after all. */
  z.strictObject({ type: z.literal('abort-forward'), reason }),
  z.strictObject({ type: z.literal('fire-trigger'), triggerId: id, reason }),
  z.strictObject({ type: z.literal('override-breach'), breachId: id, reason }),
  /** Holds the run and watches: a fired trigger's countdown ends, and nothing is decided yet. */
  z.strictObject({ type: z.literal('watch-breach'), breachId: id, note }),
  /** Goes on although a metric has no data, until it has. */
  z.strictObject({ type: z.literal('accept-no-data'), metric: id, reason }),
  /** What is usual is read from this time instead of from before the first phase; in words, as a person says it (readBaselineRange). */
  z.strictObject({ type: z.literal('choose-baseline'), range: z.string().trim().min(1, 'A time is needed.').max(100) }),
  /** What a person gave for `secret:ask:NAME` counts no more: who needs it next asks again. */
  z.strictObject({ type: z.literal('forget-secret'), name: id }),
  z.strictObject({ type: z.literal('add-note'), about: id.nullable().default(null), text: reason }),
  z.strictObject({ type: z.literal('send-message'), messageId: id, note }),
  z.strictObject({ type: z.literal('skip-message'), messageId: id, reason }),
  z.strictObject({ type: z.literal('end-monitoring'), reason }),
  /** In a rehearsal: befalls the command that runs on the host now, or else the next one. */
  z.strictObject({ type: z.literal('cause-fault'), host: id, fault: z.enum(CLICKED_FAULT_IDS) }),
  /** On the machine where it is to go on, when it was led on another, or when hosts could not be told of it. */
  z.strictObject({ type: z.literal('take-over'), reason }),
  /** Connects to the hosts the steps run on and looks whether they would keep their work. Sends no command of a step. */
  z.strictObject({ type: z.literal('check-hosts') }),
  z.strictObject({ type: z.literal('finish-run') }),
])
export type OperatorCommand = z.infer<typeof OperatorCommand>

/** What the program itself reports. Never accepted from the bridge. */
export type EngineCommand =
  | { type: 'report-host-started'; stepId: string; attempt: number; host: string; durable?: boolean; why?: string }
  /** The link to durable work is gone: it goes on on its host, and the link is tried again. */
  | { type: 'report-host-link-lost'; stepId: string; attempt: number; host: string; message: string }
  | { type: 'report-host-link-restored'; stepId: string; attempt: number; host: string }
  | { type: 'report-host-finished'; stepId: string; attempt: number; host: string; result: HostResult }
  /** After a restart: a step that was running when the program ended; on these hosts only, where they are named. */
  | { type: 'report-step-lost'; stepId: string; attempt: number; hosts?: string[] }
  /** What a host knows of work whose outcome is unknown; `result` only where it proves how that ended. */
  | { type: 'report-probed'; stepId: string; attempt: number; host: string; findings: string[]; result: HostResult | null }
  | { type: 'report-breach'; thresholdId: string | null; triggerId: string | null; metric: string; evidence: Evidence }
  | { type: 'report-breach-over'; breachId: string }
  | { type: 'report-verdict'; thresholdId: string; metric: string; verdict: VerdictWord; doubt: Doubt | null }
  | { type: 'report-baseline'; from: number; to: number; metrics: Record<string, Baseline | null> }
  /** `why`: what its source said last, '' where it does not know. */
  | { type: 'report-no-data'; metric: string; why?: string }
  | { type: 'report-data'; metric: string }
  | { type: 'report-output-lost'; stepId: string; attempt: number; host: string; bytes: number }
  | { type: 'report-captured'; stepId: string; host: string; name: string; value: string | null; why: string }
  | { type: 'report-host-fenced'; host: string; token: number; strangers: string[] }
  | { type: 'report-host-fence-failed'; host: string; token: number; message: string; above: number | null }
  | { type: 'report-host-checked'; host: string; durable: boolean | null; why: string }
  | { type: 'report-clock'; entry: ClockEntry }
  | { type: 'report-time' }

export type RunCommand = OperatorCommand | EngineCommand
