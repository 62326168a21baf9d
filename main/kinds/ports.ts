import type { Host } from '#domain/inventory.ts'
import type { HostResult } from '#domain/step.ts'

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
  timeoutMs: number | null
  onOutput: OnOutput
  /** Aborting asks the remote process to end; the result then is `aborted`, or `unknown` when that cannot be shown. */
  signal: AbortSignal
  /** What the rehearsal's script and the records know this work by. */
  stepId: string
  attempt: number
}

export interface Shell {
  /** Never throws for anything a host or a network does: that is a HostResult. */
  run(request: ShellRequest): Promise<HostResult>
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

/** The world, as step kinds and metric sources may reach it. */
export interface Ports {
  clock: Clock
  shell: Shell
  http: Http
  /** Rehearsal only: the scripted value of a metric at a time, null for no data. */
  synthetic: ((metric: string, at: number) => number | null) | null
  close(): Promise<void>
}
