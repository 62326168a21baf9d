import { Problem, toProblem } from '#domain/problem.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { monitoringEndsAt } from '#domain/run/follow-up.ts'
import { isElsewhere } from '#domain/run/lead.ts'
import type { RunEvent, RunFact, RunMode, StoredEvent } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunState } from '#domain/run/state.ts'
import { automatedRunning, isEnded, isOnRealHosts, statusOf } from '#domain/run/view.ts'
import type { Runbook } from '#domain/runbook.ts'
import { openLiveRun, type LiveRun } from './live-run.ts'
import type { EngineOptions } from './options.ts'
import { createRunHistory, type RunHistory } from './run-history.ts'
import { createSignal, type Signal } from './signal.ts'

export interface NewRun {
  runbookId: string
  revision: number
  runbook: Runbook
  mode: RunMode
  /** For a rehearsal on other real hosts: the inventory they are named in. */
  inventory?: string
  speed: number
  automatic: boolean
  by: string
  /** What it takes over from the run it goes on with. */
  inherited?: RunFact[]
  /** When the run's clock stands at its creation: now, or the window's start in a rehearsal. */
  at: number
}

export interface Engine {
  create(run: NewRun): string
  /** Returns the run's version after the command. Throws Problem on a refusal. */
  handle(runId: string, command: RunCommand, by: string): number
  state(runId: string): RunState
  /** The open run, or null when it has ended or was never here. */
  live(runId: string): LiveRun | null
  /** Opens every run that had not ended; call once at the start. */
  recover(): void
  /** What earlier runs of its runbook took. Throws Problem `run-unknown`. */
  history: RunHistory
  /** The steps in progress on real hosts, for people: `Stop services on app1, app2`. */
  running(): string[]
  /** Woken when any run is created or changes its status, and when the record of an ended one grows. */
  runsChanged: Signal
  close(): Promise<void>
}

export function createEngine(options: EngineOptions): Engine {
  const { storage } = options
  const history = createRunHistory(storage)
  const open = new Map<string, LiveRun>()
  const runsChanged = createSignal()
  /** The run read last of those that are not open: nothing changes it without opening it. */
  let read: RunState | null = null

  const openRun = (log: StoredEvent[]): LiveRun => {
    const run = openLiveRun({ ...options, history }, log)
    open.set(run.state().id, run)
    let known = statusOf(run.state())
    run.events.on(() => {
      const status = statusOf(run.state())
      if (status === known && !isEnded(run.state())) return
      known = status
      runsChanged.emit()
    })
    return run
  }

  const readLog = (runId: string): StoredEvent[] => {
    const log = storage.journal.read(runId, 0)
    if (log.length === 0) throw new Problem('run-unknown', `There is no run "${runId}".`, 'Choose a run in the library. Nothing was changed.')
    return log
  }

  const readState = (runId: string): RunState => {
    if (read?.id !== runId) read = readLog(runId).reduce<RunState | null>((state, stored) => evolve(state, stored), null)
    return read as RunState
  }

  return {
    runsChanged,
    history,
    create: (run) => {
      const { by, at, inherited = [], ...facts } = run
      const runId = options.newId()
      const event: RunEvent = { type: 'run-created', runId, ...facts, machine: options.machine, at, by }
      const log = storage.together(() => {
        storage.runs.create({ id: runId, runbookId: run.runbookId, revision: run.revision, mode: run.mode, title: run.runbook.title, operator: by, at })
        return storage.journal.append(runId, 0, [event, ...inherited.map((fact): RunEvent => ({ ...fact, at, by }))])
      })
      openRun(log)
      runsChanged.emit()
      return runId
    },
    handle: (runId, command, by) => {
      const run = open.get(runId) ?? openRun(readLog(runId))
      return run.handle(command, by)
    },
    state: (runId) => open.get(runId)?.state() ?? readState(runId),
    live: (runId) => open.get(runId) ?? null,
    recover: () => {
      for (const { id, status } of storage.runs.list()) {
        if (status.startsWith('ended-') || open.has(id)) continue
        try {
          const run = openRun(readLog(id))
          const state = run.state()
          // The list may be of an older version, which had fewer words for it.
          if (statusOf(state) !== status) storage.runs.setStatus(id, statusOf(state), state.finishedAt, monitoringEndsAt(state))
          if (!isEnded(run.state())) run.recover()
        } catch (thrown) {
          if (toProblem(thrown).code.startsWith('storage-')) throw thrown
          // One run that cannot be read must not keep the others and the library shut.
          options.log(`opening run ${id}`, thrown)
        }
      }
    },
    running: () => [...open.values()].filter((run) => isOnRealHosts(run.state()) && !isElsewhere(run.state(), options.machine)).flatMap((run) =>
      automatedRunning(run.state()).map(({ step }) => (step.hosts.length > 0 ? `${step.title} on ${step.hosts.join(', ')}` : step.title))),
    close: async () => {
      await Promise.all([...open.values()].map((run) => run.close()))
    },
  }
}
