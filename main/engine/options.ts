import type { ClockReading as ClockReadingOfMachine } from '#domain/forecast/clock-ledger.ts'
import type { RunEvent, StoredEvent } from '#domain/run/events.ts'
import type { Machine } from '#domain/run/lead.ts'
import type { RunState, RunStatus } from '#domain/run/state.ts'
import type { Sample } from '#domain/threshold.ts'
import type { Clock, OutputStream, Ports, Secrets } from '#kinds/ports.ts'
import type { Jobs } from '#storage/jobs.ts'
import type { StoredRun } from '#storage/runs.ts'
import type { OutputRow } from './recorder.ts'

/** The run's own time, as the renderer is told it: now = at + (machine now - machineAt) * rate. */
export interface ClockReading {
  at: number
  machineAt: number
  rate: number
}

/** A clock whose pace can be changed (a live run's ignores it). */
export interface RunClockSource extends Clock {
  setRate(rate: number): void
  reading(): ClockReading
}

/** What the engine needs of storage; storage/storage.ts fits it. */
export interface EngineStorage {
  journal: {
    append(runId: string, expectedVersion: number, events: RunEvent[]): StoredEvent[]
    read(runId: string, afterSeq: number): StoredEvent[]
    readOf(runId: string, types: readonly RunEvent['type'][]): RunEvent[]
  }
  runs: {
    create(run: { id: string; runbookId: string; revision: number; mode: 'live' | 'rehearsal'; title: string; operator: string; at: number }): void
    list(): StoredRun[]
    read(id: string): StoredRun
    setStatus(id: string, status: RunStatus, finishedAt: number | null, monitoringEndsAt: number | null): void
  }
  output: {
    appendMany(rows: OutputRow[]): void
    /** Bytes and cursor in one transaction; throws `output-gap` when the offset is not where the stream ends. */
    appendAt(jobId: string, offset: number, row: OutputRow, span?: number): void
    end(jobId: string, stream: OutputStream): number
    readBytes(query: { runId: string; stepId: string; attempt: number; host: string; stream: OutputStream }): Iterable<Uint8Array>
    tail(query: { runId: string; stepId: string; attempt: number; host: string; maxBytes: number }): { text: Uint8Array }
  }
  jobs: Pick<Jobs, 'find' | 'ofRun' | 'begin' | 'launched' | 'finish' | 'acknowledged'>
  samples: {
    append(runId: string, metric: string, samples: Sample[]): void
    range(runId: string, metric: string, from: number, to: number): Sample[]
  }
  excludedSamples: { keys(): ReadonlySet<string> }
  settings: { get(name: string): unknown; set(name: string, value: unknown): void }
  /** Runs the work in one transaction of the durable connection. */
  together<T>(work: () => T): T
}

export interface EngineOptions {
  storage: EngineStorage
  /** This computer. A live run is led on one machine at a time. */
  machine: Machine
  /** Opened when a run is; must not wait for anything. */
  openClock(run: RunState): RunClockSource
  /** Opened when a run is. */
  openSecrets(run: RunState): Secrets
  /** Opened when the run first needs the world, closed when it has ended. */
  openPorts(run: () => RunState, clock: RunClockSource, secrets: Secrets): Promise<Ports>
  /** Where trouble goes that no reply can carry. */
  log(what: string, thrown: unknown): void
  newId(): string
  /** The machine's clocks; left out: nobody looks whether it slept. */
  readClocks?(): ClockReadingOfMachine
}
