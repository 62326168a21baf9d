import { z } from 'zod'
import type { Finding } from '#domain/finding.ts'
import type { DurationSample } from '#domain/forecast/history.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import { OperatorCommand } from '#domain/run/commands.ts'
import type { LineFound } from '#domain/output/find-lines.ts'
import type { Machine } from '#domain/run/lead.ts'
import type { RunMode, StoredEvent } from '#domain/run/events.ts'
import type { ResumePlan } from '#domain/run/resume/plan.ts'
import type { RunStatus } from '#domain/run/state.ts'
import type { Sample } from '#domain/threshold.ts'
import type { VerdictWord } from '#domain/verdict.ts'
import type { SourceTrial } from '#domain/source-trial.ts'

/**
 * Every call and every feed both sides agree on. Inputs are checked in main with these schemas; outputs are typed and
 * made by main alone. A feed's input always carries `after`, the cursor to go on from (0 = from the start).
 */

const id = z.string().min(1).max(200)
const name = z.string().trim().min(1).max(200)
const text = z.string().max(1024 * 1024)
const seq = z.number().int().min(0)
const after = seq.default(0)
const ofOutput = { runId: id, stepId: id, host: id.nullable().default(null) }
const out = <T>() => null as unknown as T

export interface AppInfo { version: string; door: 'electron' | 'browser'; dataPath: string; operator: string; platform: string; machine: Machine }
export interface RunbookSummary {
  id: string; name: string; title: string; version: string | null; environment: string | null; windowText: string | null
  steps: number; hosts: number; errors: number; warnings: number; revision: number; updatedAt: number; example: boolean
}
export interface OpenRunbook { id: string; name: string; revision: number; text: string; runbook: Runbook; findings: Finding[] }
/** `monitoringEndsAt`: until when it is watched, where its status is `monitoring`. */
export interface RunSummary {
  id: string; runbookId: string; title: string; mode: RunMode; status: RunStatus; createdAt: number; finishedAt: number | null; monitoringEndsAt: number | null; operator: string
}
/** `goesOn`: it goes on with a line begun before this window or batch. */
export interface OutputChunk { seq: number; stream: 'stdout' | 'stderr'; at: number; text: string; host: string; attempt: number; goesOn: boolean }
/** A look at an output of any length. `bytes`: how long it is in all; `before`, `after`: there is more. */
export interface OutputWindow { chunks: OutputChunk[]; bytes: number; before: boolean; after: boolean }
/** What came since the last batch, oldest first; of a flood only the newest, and `skipped` says so. */
export interface OutputBatch { chunks: OutputChunk[]; bytes: number; skipped: boolean }
/** A line of output that holds what was looked for; `start` and `length` are the match in `text`. */
export interface SearchHit extends LineFound { stepId: string; host: string; attempt: number; stream: 'stdout' | 'stderr'; at: number }
/** `read` of `bytes` have been looked through. `done`: there is no more to come; `more`: because these are as many hits as are shown. */
export interface SearchBatch { hits: SearchHit[]; read: number; bytes: number; done: boolean; more: boolean }
/** One pixel column: null min/max = no data in it. Columns are evenly spaced; the first begins at `from` or, where they are wide, shortly before it. */
export interface Bucket { at: number; min: number | null; max: number | null; last: number | null }
/** `cursor`: ordinal of the newest sample counted in; following `samples` after it misses nothing and repeats nothing. */
export interface Series { metric: string; from: number; to: number; buckets: Bucket[]; cursor?: number }
/** How long each step took in earlier runs, by step id, oldest first; `runs`: how many were read. */
export interface RunHistory { samples: Record<string, DurationSample[]>; runs: number }
/** What a runbook could learn from a run; each proposal is taken or left as a whole. `runs`: how many it rests on. `diff`: a unified diff. */
export interface Learning {
  runbookId: string; name: string; revision: number; runRevision: number; runs: number
  proposals: { id: string; title: string; why: string; diff: string }[]
}
/** `revision`: of the runbook now; `runRevision`: of the run before; `isRemoved`: it is in the library no more, and goes on as it was. */
export interface ResumeOutline extends ResumePlan { revision: number; runRevision: number; isRemoved: boolean }
/** `limit`: the rule in numbers; `query`: what is asked of its source; `samples`: the measurements that decided, oldest first. */
export interface RuleVerdict {
  thresholdId: string; isTrigger: boolean; text: string; metric: string; limit: string; query: string
  verdict: VerdictWord; words: string; at: number; samples: Sample[]
}
export interface ReportDocument { fileName: string; mime: string; text: string }
/** `transport`: the SSH of this program, or the system's `ssh`. `notes`: what its SSH configuration asks for and is not done. */
export interface HostView {
  name: string; usedBy: string[]; address: string | null; user: string | null; port: number | null; jump: string[]
  transport: 'ssh2' | 'ssh'; notes: string[]; identity: string[]; knownKeys: { type: string; fingerprint: string; source: string }[]
}
/** A command's folder that is still on a host. `kept`: why it must stay, '' when it can be removed; `onlyThere`: bytes of its output that are not here. */
export interface LeftoverView { id: string; state: 'done' | 'running' | 'orphan' | 'starting' | 'rebooted' | 'lost'; ageMs: number; bytes: number; runId: string | null; kept: string; onlyThere: number }
export interface HostLeftovers { host: string; jobs: LeftoverView[]; problem: ProblemValue | null }
export interface Settings { operator: string; theme: 'system' | 'dark' | 'light' }
export type Prompt =
  | { id: string; kind: 'host-key'; host: string; address: string; keyType: string; fingerprint: string; askedAt: number }
  | { id: string; kind: 'passphrase'; host: string; file: string; attempt: number; askedAt: number }
  /** What a server wants before it lets `account` in: its own words, hostile until proven otherwise, or null for the account's password. */
  | { id: string; kind: 'login'; host: string; account: string; words: string | null; attempt: number; askedAt: number }
  /** A secret the runbook calls by this name; `why` says what needs it. */
  | { id: string; kind: 'secret'; name: string; why: string; askedAt: number }
export type PromptItem = { open: Prompt[] }
/** The run's own time: now = at + (machine now − machineAt) × rate. */
export interface RunClock { at: number; machineAt: number; rate: number }
export type RunItem = { kind: 'event'; stored: StoredEvent } | { kind: 'clock'; clock: RunClock }
export type SampleItem = { metric: string; at: number; value: number | null }
export type LibraryItem = { changed: 'runbooks' | 'runs' | 'all' }

/** `from`: null is the first step that is not done. `keep`, `again`: steps that succeeded and say something else now. */
const resumeChoice = { from: id.nullable().default(null), keep: z.array(id).max(2000).default([]), again: z.array(id).max(2000).default([]) }

export const calls = {
  'app-info': { input: z.strictObject({}), output: out<AppInfo>() },
  'list-runbooks': { input: z.strictObject({}), output: out<RunbookSummary[]>() },
  'open-runbook': { input: z.strictObject({ runbookId: id }), output: out<OpenRunbook>() },
  'import-runbook': { input: z.strictObject({ name, text }), output: out<{ runbookId: string; findings: Finding[] }>() },
  /** The template, to be filled in. */
  'new-runbook': { input: z.strictObject({}), output: out<{ runbookId: string }>() },
  /** Refused with `runbook-changed` when `revision` is not the newest. */
  'save-runbook': { input: z.strictObject({ runbookId: id, revision: z.number().int(), text }), output: out<OpenRunbook>() },
  'remove-runbook': { input: z.strictObject({ runbookId: id }), output: out<null>() },
  'check-text': { input: z.strictObject({ text }), output: out<Finding[]>() },
  /** Asks the real source of a metric once; nothing of it is recorded. */
  'try-source': { input: z.strictObject({ runbookId: id, metric: name }), output: out<SourceTrial>() },
  'list-runs': { input: z.strictObject({}), output: out<RunSummary[]>() },
  'create-run': {
    input: z.strictObject({ runbookId: id, mode: z.enum(['live', 'rehearsal']), speed: z.number().min(1).max(3600).default(1), automatic: z.boolean().default(true), inventory: name.optional() }),
    output: out<{ runId: string }>(),
  },
  /** What going on with a run would keep, do and leave out, under the newest revision of its runbook. */
  'plan-resume': { input: z.strictObject({ runId: id, ...resumeChoice }), output: out<ResumeOutline>() },
  /** A new run that goes on where this one stands; one that is still open is ended by that. Refused with `runbook-changed` when `revision` is not the newest. */
  'resume-run': {
    input: z.strictObject({ runId: id, revision: z.number().int(), reason: z.string().trim().max(2000).default(''), ...resumeChoice }),
    output: out<{ runId: string }>(),
  },
  /** What the newest revision of a run's runbook could learn from it and from those before it. Refused for a run that has not ended. */
  'plan-learning': { input: z.strictObject({ runId: id, rehearsals: z.boolean().default(false) }), output: out<Learning>() },
  /** Saves what was accepted as a new revision. Refused with `runbook-changed` when `revision` is not the newest. */
  'learn': {
    input: z.strictObject({ runId: id, revision: z.number().int(), rehearsals: z.boolean().default(false), accept: z.array(z.string().min(1).max(300)).max(5000) }),
    output: out<{ runbookId: string; revision: number }>(),
  },
  'send-command': { input: z.strictObject({ runId: id, command: OperatorCommand }), output: out<{ version: number }>() },
  /** The start, the end, or the surroundings of the chunk `at`, of one host or of all in the order it came. */
  'read-output': {
    input: z.strictObject({ ...ofOutput, at: z.union([z.enum(['start', 'end']), seq]).default('end'), maxBytes: z.number().int().min(1).max(512 * 1024).default(256 * 1024) }),
    output: out<OutputWindow>(),
  },
  /** The nearest chunk of stderr before or after the chunk `from`. */
  'find-error': { input: z.strictObject({ ...ofOutput, from: seq, direction: z.enum(['earlier', 'later']) }), output: out<{ seq: number | null }>() },
  'read-series': {
    input: z.strictObject({ runId: id, metric: name, from: z.number(), to: z.number(), buckets: z.number().int().min(1).max(600) }),
    output: out<Series>(),
  },
  /** Earlier ended runs of the same runbook: live ones, and for a rehearsal the rehearsals too. */
  'read-history': { input: z.strictObject({ runId: id }), output: out<RunHistory>() },
  /** Says whether one earlier length counts in forecasts, whatever else is said of it; answers with the lengths as they count now. */
  'exclude-sample': {
    input: z.strictObject({ runId: id, sample: z.strictObject({ runId: id, stepId: id, attempt: z.number().int().min(1) }), excluded: z.boolean() }),
    output: out<RunHistory>(),
  },
  /** How every rule of a run stands now, with what decided it. */
  'read-verdicts': { input: z.strictObject({ runId: id }), output: out<RuleVerdict[]>() },
  /** Copies all data to a folder that has none, for another machine to take this run over; `pause` first. Refused with `hand-over-impossible` for a run that is not led here. */
  'hand-over': { input: z.strictObject({ runId: id, folder: z.string().trim().min(1).max(1000), pause: z.boolean().default(true) }), output: out<{ folder: string; copy: string }>() },
  /** What the hosts of a live run still keep of commands, whoever began them. Connects. */
  'list-leftovers': { input: z.strictObject({ runId: id }), output: out<HostLeftovers[]>() },
  /** Removes those that are over there and recorded here; what must stay is kept, with the reason. */
  'remove-leftovers': { input: z.strictObject({ runId: id, host: name, jobs: z.array(z.string().min(1).max(200)).max(1000) }), output: out<{ removed: string[]; kept: { id: string; why: string }[] }>() },
  'make-report': { input: z.strictObject({ runId: id, format: z.enum(['md', 'html', 'json']) }), output: out<ReportDocument>() },
  'list-hosts': { input: z.strictObject({}), output: out<HostView[]>() },
  'read-settings': { input: z.strictObject({}), output: out<Settings>() },
  'save-settings': { input: z.strictObject({ operator: name.optional(), theme: z.enum(['system', 'dark', 'light']).optional() }), output: out<Settings>() },
  'answer-prompt': {
    input: z.strictObject({ promptId: id, answer: z.union([z.strictObject({ accept: z.boolean() }), z.strictObject({ passphrase: z.string().max(4096).nullable() }), z.strictObject({ login: z.string().max(4096).nullable() }), z.strictObject({ secret: z.string().max(4096).nullable() })]) }),
    output: out<null>(),
  },
} as const

export const feeds = {
  /** Cursor = event sequence number. Clock items repeat the cursor of the last event. */
  run: { input: z.strictObject({ runId: id, after }), item: out<RunItem>() },
  /** Cursor = sequence number of the batch's last chunk. What follows `after`, a bounded batch a few times a second. */
  output: { input: z.strictObject({ ...ofOutput, after }), item: out<OutputBatch>() },
  /** Cursor = hits so far. Looks through what the run has said until now, step by step; stopping it stops the work. Begun again it leaves out the first `after` hits. */
  search: { input: z.strictObject({ runId: id, stepId: id.nullable().default(null), host: id.nullable().default(null), text: z.string().min(1).max(200).regex(/^[^\r\n]+$/), after }), item: out<SearchBatch>() },
  /** Cursor = ordinal of the sample in this run. */
  samples: { input: z.strictObject({ runId: id, after }), item: out<SampleItem>() },
  prompts: { input: z.strictObject({ after }), item: out<PromptItem>() },
  library: { input: z.strictObject({ after }), item: out<LibraryItem>() },
} as const

export type CallName = keyof typeof calls
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>
export type CallOutput<N extends CallName> = (typeof calls)[N]['output']
export type FeedName = keyof typeof feeds
export type FeedInput<N extends FeedName> = z.input<(typeof feeds)[N]['input']>
export type FeedItemOf<N extends FeedName> = (typeof feeds)[N]['item']
