import { randomInt } from 'node:crypto'
import { Problem } from '#domain/problem.ts'
import type { Connection } from './database.ts'
import { isDuplicate } from './problems.ts'

/** One piece of work on one host. */
export interface JobKey {
  runId: string
  stepId: string
  attempt: number
  host: string
}

/** What was known of a host, and what is to run there, before a byte of it left. */
export interface JobFacts {
  bootId: string
  hostKey: string
  helper: string
  commandSha256: string
  token: number
}

/** intended: it may have been sent. launched: the host has said that it began. finished: its end is recorded. acknowledged: the host has forgotten it. */
export type JobState = 'intended' | 'launched' | 'finished' | 'acknowledged'

export interface StoredJob extends JobFacts {
  id: string
  /** What the run's fence on a host is named by. */
  run: string
  state: JobState
  at: number
  /** What the command's children wrote after its end. */
  late: Uint8Array
}

/** Step 1 of the durable protocol: the local intent, one for each run, step, attempt and host, synced before anything is sent. */
export interface Jobs {
  find(key: JobKey): StoredJob | null
  /** The job of that name, and the run it belongs to; null for one that was not begun from this data. */
  byName(id: string): (StoredJob & { runId: string }) | null
  /** What hosts know a run by, and the names of its jobs. */
  ofRun(runId: string): { run: string; ids: string[] }
  /** Chooses the job's name and keeps both. Throws `job-exists` when there is an intent already. */
  begin(key: JobKey, facts: JobFacts, at: number): StoredJob
  launched(id: string): void
  finish(id: string, late: Uint8Array): void
  acknowledged(id: string): void
}

const COLUMNS = 'job_id AS id, run, state, token, boot_id AS bootId, host_key AS hostKey, helper, cmd_sha256 AS commandSha256, created_at AS at, late'

/** What a person was promised goes through `durable`; the two notes that only spare a question through `bulk`. */
export function createJobs(durable: Connection, bulk: Connection): Jobs {
  const one = durable.prepare<[string, string, number, string], StoredJob>(`SELECT ${COLUMNS} FROM jobs WHERE run_id = ? AND step_id = ? AND attempt = ? AND host = ?`)
  const named = durable.prepare<[string], StoredJob & { runId: string }>(`SELECT ${COLUMNS}, run_id AS runId FROM jobs WHERE job_id = ?`)
  const insert = durable.prepare<[string, string, string, string, number, string, string, number, string, string, string, number]>(
    `INSERT INTO jobs (job_id, run, run_id, step_id, attempt, host, cmd_sha256, token, boot_id, host_key, helper, state, created_at, late)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended', ?, x'')`)
  const idsOf = durable.prepare<[string], string>('SELECT job_id FROM jobs WHERE run_id = ?').pluck()
  const finish = durable.prepare<[Uint8Array, string]>("UPDATE jobs SET state = 'finished', late = ? WHERE job_id = ? AND state IN ('intended', 'launched')")
  const launched = bulk.prepare<[string]>("UPDATE jobs SET state = 'launched' WHERE job_id = ? AND state = 'intended'")
  const acknowledged = bulk.prepare<[string]>("UPDATE jobs SET state = 'acknowledged' WHERE job_id = ? AND state = 'finished'")

  const find = ({ runId, stepId, attempt, host }: JobKey): StoredJob | null => one.get(runId, stepId, attempt, host) ?? null

  return {
    find,
    byName: (id) => named.get(id) ?? null,
    ofRun: (runId) => ({ run: nameOf(runId), ids: idsOf.all(runId) }),
    begin(key, facts, at) {
      const run = nameOf(key.runId)
      const id = `r${run}-s${slug(key.stepId, 30)}-a${key.attempt}-${slug(key.host, 30)}-${letters(8)}`
      try {
        insert.run(id, run, key.runId, key.stepId, key.attempt, key.host, facts.commandSha256, facts.token, facts.bootId, facts.hostKey, facts.helper, Math.round(at))
      } catch (thrown) {
        if (isDuplicate(thrown)) throw new Problem('job-exists', `This attempt was begun on ${key.host} before.`, 'Nothing was sent again.', thrown)
        throw thrown
      }
      const kept = find(key)
      if (!kept) throw new Error('an intent that was just kept is not there')
      return kept
    },
    launched: (id) => void launched.run(id),
    finish: (id, late) => void finish.run(late, id),
    acknowledged: (id) => void acknowledged.run(id),
  }
}

const nameOf = (runId: string): string => slug(runId, 12)

/** A name becomes a folder on a host and a word in a command: lower-case letters, digits and hyphens only. */
function slug(name: string, longest: number): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, longest) || 'x'
}

function letters(count: number): string {
  return Array.from({ length: count }, () => String.fromCodePoint(97 + randomInt(26))).join('')
}
