import { makeDataPath } from './data-path.ts'
import { openDatabase } from './database.ts'
import { createExcludedSamples, type ExcludedSamples } from './excluded-samples.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createJournal, type Journal } from './journal.ts'
import { takeLock } from './lock.ts'
import { createOutput, type Output } from './output.ts'
import { explain, withProblems } from './problems.ts'
import { createRunbooks, type Runbooks } from './runbooks.ts'
import { createRuns, type Runs } from './runs.ts'
import { createSamples, type Samples } from './samples.ts'
import { createSettings, type SettingsStore } from './settings.ts'

export interface Storage {
  dataPath: string
  runbooks: Runbooks
  runs: Runs
  journal: Journal
  jobs: Jobs
  output: Output
  samples: Samples
  excludedSamples: ExcludedSamples
  settings: SettingsStore
  /** Everything `work` writes to runbooks, runs, journal and settings is kept together or not at all. */
  together<T>(work: () => T): T
  close(): void
}

/**
 * Opens the data in this folder, making it when it is new, and owns it until `close` or the end of the process.
 * Throws Problems: `storage-in-use`, `storage-newer`, `storage-corrupt`, `storage-full`, `storage-io`…
 */
export function openStorage(dataPath: string): Storage {
  makeDataPath(dataPath)
  const lock = takeLock(dataPath)
  try {
    const database = openDatabase(dataPath)
    const { file, durable, bulk } = database
    return {
      dataPath,
      runbooks: withProblems(createRunbooks(durable), file),
      runs: withProblems(createRuns(durable), file),
      journal: withProblems(createJournal(durable), file),
      excludedSamples: withProblems(createExcludedSamples(durable), file),
      settings: withProblems(createSettings(durable), file),
      jobs: withProblems(createJobs(durable, bulk), file),
      output: withProblems(createOutput(bulk), file),
      samples: withProblems(createSamples(bulk), file),
      together: (work) => explain(() => durable.transaction(work).immediate(), file),
      close() {
        database.close()
        lock.release()
      },
    }
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}
