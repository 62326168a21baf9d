import type { z } from 'zod'
import type { Host, MetricSource } from '#domain/inventory.ts'
import type { Problem } from '#domain/problem.ts'
import type { HostResult, Step } from '#domain/step.ts'
import type { Sample } from '#domain/threshold.ts'
import type { JobAnswer, OnOutput, Ports, ShellJob } from './ports.ts'

export interface StepWork {
  step: Step
  attempt: number
  /** For kinds that are `durable`: what makes the work outlive this program. */
  job?: ShellJob
  /** Null for kinds that need no host. */
  host: Host | null
  ports: Ports
  onOutput: OnOutput
  signal: AbortSignal
}

/** What a step can be. One file a kind in kinds/steps, one line in its index. */
export interface StepKind {
  kind: string
  /** For people: "Command over SSH". */
  label: string
  needsHosts: boolean
  /** Its work can outlive this program: it takes the job and says through it when it starts. */
  durable?: true
  /** The attributes it takes besides the common ones (id, hosts, timeout, planned, undo, owner, after). */
  attributes: z.ZodType<Record<string, unknown>>
  /** What is wrong with this step, in words; empty when it can run. */
  check(step: Step): { code: string; message: string; hint: string }[]
  /** Looks what became of work whose outcome is unknown, for kinds that can. Changes nothing. */
  ask?(work: StepWork): Promise<JobAnswer>
  /** Null for work that only a person can do. */
  run: ((work: StepWork) => Promise<HostResult>) | null
}

/** A metric source in use; what it remembers between readings lives in here. */
export interface OpenSource {
  /** Readings newer than `since` up to now, oldest first; a failed reading is a sample with value null. Does not throw. */
  read(since: number, signal: AbortSignal): Promise<Sample[]>
  /** Why the newest reading has no value, or what failed where failures are what is measured; no secret is in it. */
  fault?(): Problem | null
  /** Lets go of what is kept between readings; nothing is read after it. */
  close?(): void
}

/** Where a metric's numbers can come from: percent as 0-100, times in ms. One file a kind in kinds/sources. */
export interface SourceKind {
  kind: string
  label: string
  settings: z.ZodType<Record<string, unknown>>
  /** What will be asked, resolved, for people. */
  describe(source: MetricSource): string
  /** Throws `source-settings` when the settings do not fit; checkSource says so beforehand. */
  open(source: MetricSource, ports: Ports): OpenSource
}
