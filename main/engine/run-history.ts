import { ATTEMPT_EVENTS, attemptsOfRun, HOST_EVENTS, type Attempt } from '#domain/forecast/attempts.ts'
import { historyOf, type History } from '#domain/forecast/history.ts'
import type { RunEvent } from '#domain/run/events.ts'
import type { StoredRun } from '#storage/runs.ts'
import type { EngineStorage } from './options.ts'

/** So many of the latest earlier runs; what is older says little about tonight. */
const MOST_RUNS = 50

export interface HistoryScope {
  /** The run itself too, once it has ended. */
  itself?: boolean
  /** Rehearsals too; without this a rehearsal counts them, and a live run does not. */
  rehearsals?: boolean
}

/** What earlier runs of a run's runbook took, and how many there are. */
export type RunHistory = (runId: string, scope?: HistoryScope) => { history: History; runs: number }

export function createRunHistory(storage: Pick<EngineStorage, 'journal' | 'runs' | 'excludedSamples'>): RunHistory {
  // What an ended run's steps took never changes: each journal is read once.
  const known = new Map<string, readonly Attempt[]>()
  const attemptsOf = ({ id, mode }: StoredRun): readonly Attempt[] => {
    const attempts = known.get(id) ?? attemptsOfRun({ run: { runId: id, mode }, events: eventsOf(storage.journal, id) })
    known.set(id, attempts)
    return attempts
  }
  return (runId, { itself = false, rehearsals } = {}) => {
    const run = storage.runs.read(runId)
    const counts = rehearsals ?? run.mode === 'rehearsal'
    const earlier = earlierRuns(run, storage.runs.list(), counts)
    const runs = [...(itself && run.finishedAt !== null ? [run] : []), ...earlier].slice(0, MOST_RUNS)
    return { history: historyOf(runs.map(attemptsOf), { rehearsals: counts, byHand: storage.excludedSamples.keys() }), runs: runs.length }
  }
}

/** What single hosts did is needed only where a pause may have held a step, and is half of a journal. */
function eventsOf(journal: EngineStorage['journal'], runId: string): { event: RunEvent }[] {
  const events = journal.readOf(runId, ATTEMPT_EVENTS)
  const all = events.some(({ type }) => type === 'run-paused') ? journal.readOf(runId, [...ATTEMPT_EVENTS, ...HOST_EVENTS]) : events
  return all.map((event) => ({ event }))
}

/**
 * Ended runs of the same runbook that came before this one, newest first as `listed`. A rehearsal has its own clock, which
 * cannot be compared with real time: against live runs it counts all that have ended, against rehearsals the list's order.
 */
function earlierRuns(run: StoredRun, listed: readonly StoredRun[], rehearsals: boolean): StoredRun[] {
  const place = listed.findIndex(({ id }) => id === run.id)
  return listed.filter((other, index) => {
    if (other.id === run.id || other.runbookId !== run.runbookId || other.finishedAt === null) return false
    if (other.mode === 'rehearsal') return rehearsals && index > place
    return run.mode === 'rehearsal' || other.finishedAt <= run.createdAt
  })
}
