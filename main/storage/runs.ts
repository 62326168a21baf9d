import { Problem } from '#domain/problem.ts'
import type { RunMode } from '#domain/run/events.ts'
import type { RunStatus } from '#domain/run/state.ts'
import type { Connection } from './database.ts'
import { isDuplicate } from './problems.ts'

/** A run as lists show it. The journal is the truth; `status`, `finishedAt` and `monitoringEndsAt` are copied from it for the lists. */
export interface StoredRun {
  id: string
  runbookId: string
  revision: number
  mode: RunMode
  title: string
  operator: string
  status: RunStatus
  createdAt: number
  finishedAt: number | null
  /** Until when it is watched; null unless its status is `monitoring`. */
  monitoringEndsAt: number | null
}

export interface Runs {
  /** Throws `run-exists` for an id in use. */
  create(run: { id: string; runbookId: string; revision: number; mode: RunMode; title: string; operator: string; at: number }): StoredRun
  /** The newest first. */
  list(): StoredRun[]
  /** Throws `run-unknown`. */
  read(id: string): StoredRun
  setStatus(id: string, status: RunStatus, finishedAt: number | null, monitoringEndsAt?: number | null): void
}

const COLUMNS = 'id, runbook_id AS runbookId, revision, mode, title, operator, status, created_at AS createdAt, finished_at AS finishedAt, monitoring_ends_at AS monitoringEndsAt'

export function createRuns(connection: Connection): Runs {
  const insert = connection.prepare<[string, string, number, string, string, string, number]>(
    "INSERT INTO runs (id, runbook_id, revision, mode, title, operator, status, created_at) VALUES (?, ?, ?, ?, ?, ?, 'planned', ?)")
  // By when they were made: a rehearsal's own time is that of its window, which may be next week.
  const all = connection.prepare<[], StoredRun>(`SELECT ${COLUMNS} FROM runs ORDER BY rowid DESC`)
  const one = connection.prepare<[string], StoredRun>(`SELECT ${COLUMNS} FROM runs WHERE id = ?`)
  const update = connection.prepare<[string, number | null, number | null, string]>('UPDATE runs SET status = ?, finished_at = ?, monitoring_ends_at = ? WHERE id = ?')

  const read = (id: string): StoredRun => {
    const run = one.get(id)
    if (!run) throw unknownRun(id)
    return run
  }

  return {
    create(run) {
      try {
        insert.run(run.id, run.runbookId, run.revision, run.mode, run.title, run.operator, Math.round(run.at))
      } catch (thrown) {
        if (isDuplicate(thrown)) throw new Problem('run-exists', `There is a run with the id ${run.id} already.`, 'Nothing was changed. Start the run again.', thrown)
        throw thrown
      }
      return read(run.id)
    },
    list: () => all.all(),
    read,
    setStatus(id, status, finishedAt, monitoringEndsAt = null) {
      if (update.run(status, rounded(finishedAt), rounded(monitoringEndsAt), id).changes === 0) throw unknownRun(id)
    },
  }
}

const rounded = (at: number | null): number | null => (at === null ? null : Math.round(at))

function unknownRun(id: string): Problem {
  return new Problem('run-unknown', `There is no run ${id} in this data.`, 'Go back to the list of runs and choose one there.')
}
