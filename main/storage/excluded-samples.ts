import { sampleKey } from '#domain/forecast/history.ts'
import type { Connection } from './database.ts'

/** One length of a step, in one run. */
export interface SampleName {
  runId: string
  stepId: string
  attempt: number
}

/** What people have said is not to be counted. */
export interface ExcludedSamples {
  /** `sampleKey`s; the same object until one is added or taken back. */
  keys(): ReadonlySet<string>
  /** Excluding twice, or taking back what is not excluded, changes nothing. */
  set(sample: SampleName, excluded: boolean, at: number, by: string): void
}

export function createExcludedSamples(connection: Connection): ExcludedSamples {
  const all = connection.prepare<[], SampleName>('SELECT run_id AS runId, step_id AS stepId, attempt FROM excluded_samples')
  const add = connection.prepare<[string, string, number, number, string]>('INSERT INTO excluded_samples (run_id, step_id, attempt, at, by_whom) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const remove = connection.prepare<[string, string, number]>('DELETE FROM excluded_samples WHERE run_id = ? AND step_id = ? AND attempt = ?')
  let known: ReadonlySet<string> | null = null
  return {
    keys: () => (known ??= new Set(all.all().map((sample) => sampleKey(sample, sample.stepId)))),
    set({ runId, stepId, attempt }, excluded, at, by) {
      if (excluded) add.run(runId, stepId, attempt, Math.round(at), by)
      else remove.run(runId, stepId, attempt)
      known = null
    },
  }
}
