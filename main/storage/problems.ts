import { Problem } from '#domain/problem.ts'

const KEPT = 'This action was not recorded; everything recorded before it is safe.'

/**
 * What SQLite said, in the operator's words. `file` is the database; anything that is not SQLite's (a Problem, a defect
 * of ours) is returned as it came.
 */
export function storageProblem(thrown: unknown, file: string): unknown {
  const code = sqliteCode(thrown)
  if (code === null) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  if (code === 'SQLITE_FULL') {
    return new Problem('storage-full', `The disk that holds ${file} is full.`, `${KEPT} Free some space on that disk, then try again.`, thrown)
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return corrupt(file, detail, thrown)
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Problem('storage-busy', `Another program is holding ${file} locked.`, `${KEPT} Close whatever has the file open (a backup, a database viewer), then try again.`, thrown)
  }
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|AUTH)/.test(code)) {
    return new Problem('storage-io', `The disk refused to read or write ${file}: ${detail} (${code}).`, `${KEPT} Check that the disk is attached, writable and healthy, then try again.`, thrown)
  }
  return thrown
}

/** The database file is damaged, or is not a database at all. Nothing was written to it. */
export function corrupt(file: string, detail: string, cause?: unknown): Problem {
  return new Problem(
    'storage-corrupt',
    `The data file ${file} is damaged: ${detail}.`,
    `It was left as it is. Keep a copy of it, then move it and the files named -wal and -shm beside it away to start empty, or put back a copy from the folder "backups" beside it.`,
    cause,
  )
}

/** The same functions, throwing Problems where they threw SQLite's errors. */
export function withProblems<T extends object>(store: T, file: string): T {
  const wrapped = Object.entries(store).map(([name, work]: [string, unknown]) => {
    if (typeof work !== 'function') return [name, work]
    return [name, (...input: unknown[]): unknown => explain(() => (work as (...input: unknown[]) => unknown)(...input), file)]
  })
  return Object.fromEntries(wrapped) as T
}

/** Runs `work`; an error of SQLite's about `file` comes out as a Problem. */
export function explain<T>(work: () => T, file: string): T {
  try {
    return work()
  } catch (thrown) {
    throw storageProblem(thrown, file)
  }
}

/** True when the database refused because a row with that key is there already. */
export function isDuplicate(thrown: unknown): boolean {
  const code = sqliteCode(thrown)
  return code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE'
}

function sqliteCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null
  return thrown.code.startsWith('SQLITE_') ? thrown.code : null
}
