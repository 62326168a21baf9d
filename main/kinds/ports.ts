import type { ClickedFault } from '#domain/clicked-faults.ts'
import type { Host } from '#domain/inventory.ts'
import type { SecretMask } from '#domain/secrets/mask.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { HostResult } from '#domain/step.ts'
import type { Sql } from './sql-port.ts'

export type OutputStream = 'stdout' | 'stderr'
export type OnOutput = (stream: OutputStream, bytes: Uint8Array) => void

/** Time as the run sees it: real in a live run, faster in a rehearsal. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Resolves after `ms` of the run's time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface ShellRequest {
  host: Host
  /** The script's text; it reaches the remote /bin/sh on stdin, never as an argument. */
  script: string
  /** Variables of the script whose values are in no argument and no record, by name; on a host they are in a file only until they are read. */
  secrets?: Readonly<Record<string, string>>
  timeoutMs: number | null
  onOutput: OnOutput
  /** Aborting asks the remote process to end; the result then is `aborted`, or `unknown` when that cannot be shown. */
  signal: AbortSignal
  /** What the rehearsal's script and the records know this work by. */
  stepId: string
  attempt: number
  /** Makes the work durable where the host can: it outlives the connection and this program. */
  job?: ShellJob
}

/** What was committed before a byte of the command left; the host knows the work by `id` from then on. */
export interface JobIntent {
  id: string
  /** What the fence of a run on a host is named by. */
  run: string
  /** Launches with a token below the fence are refused by the host. */
  token: number
  bootId: string
  /** Fingerprint of the key the host showed. */
  hostKey: string
  /** Which helper on the host looks after this job. */
  helper: string
  /** The host has said that it began. */
  launched: boolean
  /** Epoch ms. */
  at: number
}

/**
 * The local half of the durable protocol. Whatever returns is committed; whatever throws a Problem is not, and the caller
 * asks again or sends nothing.
 */
export interface ShellJob {
  /** What was recorded for this very work before, by this process or one before it; null when nothing was ever sent. */
  intent(): JobIntent | null
  /** Commits that the command is about to be sent, synced to the disk. */
  begin(facts: { bootId: string; hostKey: string; helper: string; commandSha256: string }): JobIntent
  /** Records that the host cannot keep the work: it runs over an ordinary channel. */
  beginPlain(why: string): void
  launched(): void
  /** Where the next byte of a stream belongs. */
  cursor(stream: OutputStream): number
  /** Keeps bytes and moves the cursor, both or neither. Returns how many were kept: less than all while a character is only begun. */
  keep(stream: OutputStream, offset: number, bytes: Uint8Array, isLast: boolean): number
  /** Commits how it ended, synced to the disk; only then may the host forget it. */
  finish(result: HostResult, late: Uint8Array): void
  acknowledged(): void
  /** What is printed is not kept from here on, since what it holds could not be hidden; `notice` stands for it. */
  withhold(notice: string): void
  linkLost(message: string): void
  linkRestored(): void
}

/** What a host that keeps a record of a piece of work says of it. */
export interface JobAnswer {
  /** In sentences, for people. */
  findings: string[]
  /** How it ended, where the host proves that; null otherwise. Its output has been kept by then. */
  result: HostResult | null
  /** To be called once that is committed (`true`: the host may forget the work) or was not wanted. */
  settle(isCommitted: boolean): void
}

export interface FenceRequest {
  host: Host
  /** What hosts know the run by. */
  run: string
  /** Launches for the run with a lower token are refused there from then on. */
  token: number
  signal: AbortSignal
}

/** A job's folder that is still on a host. `state`: done, its end is written down; running, orphan and starting may live; rebooted and lost have no known end. */
export interface Leftover {
  id: string
  state: 'done' | 'running' | 'orphan' | 'starting' | 'rebooted' | 'lost'
  /** Since something was last put in its folder, by the host's own clock. */
  ageMs: number
  /** Of output, on the host. */
  bytes: number
}

/** `jobs`: what the host holds of the run. */
export type FenceResult = { raised: true; jobs: string[] } | { raised: false; message: string; above: number | null }

/** Whether a host would keep work when the link is lost; `durable` null: it could not be asked. `why`: why not, '' when it would. */
export interface HostStanding {
  durable: boolean | null
  why: string
}

export interface Shell {
  /** Asks a host what it knows of work that was sent before; sends and stops nothing. Absent where hosts keep no records. Never throws for what a host does. */
  ask?(request: { host: Host; job: ShellJob; signal: AbortSignal }): Promise<JobAnswer>
  /** Never throws for anything a host or a network does: that is a HostResult. */
  run(request: ShellRequest): Promise<HostResult>
  /** Reaches a host and looks whether it would keep work; sends nothing of a step. Absent where hosts are played. Never throws for what a host or a network does. */
  check?(request: { host: Host; signal: AbortSignal }): Promise<HostStanding>
  /** Tells a host that another machine has taken a run over. Never throws for anything a host does. Rehearsal hosts need none. */
  fence?(request: FenceRequest): Promise<FenceResult>
}

export interface HttpRequest {
  url: string
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string
  timeoutMs: number
  /** Default 1 MiB; a longer body is cut and `truncated` says so. */
  maxBytes?: number
  signal?: AbortSignal
}

export interface HttpReply {
  status: number
  body: string
  truncated: boolean
  durationMs: number
}

export interface Http {
  /** Throws a Problem (`http-refused`, `http-timeout`, `http-name`, `http-tls`…) when there is no reply at all. */
  fetch(request: HttpRequest): Promise<HttpReply>
}

/** The values behind references: no runbook holds them and nothing keeps them. */
export interface Secrets {
  /**
   * The values of these references, in their order; `mask` hides them from before they are given. `why` says to a person
   * what asks. Throws the Problem `secret-…` of the first that cannot be had.
   */
  need(references: readonly SecretReference[], why: string, signal: AbortSignal): Promise<string[]>
  /** What a person gave by this name is not used again: the next need of it asks anew. It stays hidden. */
  forget(name: string): void
  /** Hides every value that was needed so far. */
  mask(): SecretMask
}

/** The world, as step kinds and metric sources may reach it. */
export interface Ports {
  clock: Clock
  shell: Shell
  http: Http
  sql: Sql
  secrets: Secrets
  /** Rehearsal only: the scripted value of a metric at a time, null for no data. */
  synthetic: ((metric: string, at: number) => number | null) | null
  /** Rehearsal only: harms a stand-in. */
  faults: ((host: string, fault: ClickedFault) => void) | null
  close(): Promise<void>
}
