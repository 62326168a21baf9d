import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#domain/problem.ts'
import { connect } from './database.ts'
import { explain, storageProblem } from './problems.ts'

export interface Lock {
  release(): void
}

/**
 * Makes this process the only owner of the data folder until release or its end, however it ends: the lock is the
 * operating system's lock on `holdpoint.lock`, held by an open exclusive SQLite transaction that never writes.
 * Throws `storage-in-use`, naming the owner. Nobody may open that file by other means in this process: closing such a
 * handle would drop the lock (POSIX). So the owner's number is kept beside it, in `holdpoint.pid`.
 */
export function takeLock(dataPath: string): Lock {
  const pidFile = join(dataPath, 'holdpoint.pid')
  const file = join(dataPath, 'holdpoint.lock')
  const connection = explain(() => connect(file, { timeoutMs: 0 }), file)
  try {
    connection.exec('BEGIN EXCLUSIVE')
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch (thrown) {
    connection.close()
    if (isBusy(thrown)) throw inUse(dataPath, pidFile, thrown)
    throw storageProblem(thrown, file)
  }
  return { release: () => void connection.close() }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_BUSY')
}

function inUse(dataPath: string, pidFile: string, cause: unknown): Problem {
  return new Problem(
    'storage-in-use',
    `Holdpoint is already open on the data in ${dataPath}${ownerOf(pidFile)}.`,
    'Nothing was changed. Go to the window or terminal where it is open; or close it there and start again; or set HOLDPOINT_HOME to another folder.',
    cause,
  )
}

/** ` (process 4711)`, or nothing when the owner has not written its number yet. */
function ownerOf(pidFile: string): string {
  try {
    const pid = /^\d{1,10}/.exec(readFileSync(pidFile, 'utf8'))?.[0]
    return pid === undefined ? '' : ` (process ${pid})`
  } catch {
    // The number only helps to find the owner; that there is one is certain already.
    return ''
  }
}
