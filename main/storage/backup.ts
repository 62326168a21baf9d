import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#domain/problem.ts'
import type { Connection } from './database.ts'

/**
 * Copies the whole database to `backups/` before its schema changes and returns the copy's path. The copy gets its final
 * name only when it is complete, so whatever stands in that folder can be put back.
 */
export function backup(connection: Connection, dataPath: string, version: number): string {
  const folder = join(dataPath, 'backups')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unfinished = join(folder, 'unfinished.db')
  rmSync(unfinished, { force: true })
  connection.prepare('VACUUM INTO ?').run(unfinished)
  syncToDisk(unfinished)
  const finished = freeName(folder, `holdpoint-schema-${version}`)
  renameSync(unfinished, finished)
  return finished
}

/** About four megabytes a turn of the event loop: what a page waits for meanwhile is some ten milliseconds. */
const PAGES_A_TURN = 1000

/**
 * Copies the database as it is at this moment to a folder that has none, whoever has it open; what is written meanwhile is not
 * in it. Returns the copy's path. Throws a Problem `storage-exists`, `storage-full` or `storage-copy`, and then leaves no copy.
 */
export async function copyDatabase(connection: Connection, folder: string): Promise<string> {
  const copy = join(folder, 'holdpoint.db')
  const unfinished = join(folder, 'unfinished.db')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (existsSync(copy)) throw new Problem('storage-exists', `There is Holdpoint data in ${folder} already.`, 'Nothing was copied. Name another folder.')
    isRemoved(unfinished)
    // One reading for all of it: otherwise each write of another connection would begin the copy anew.
    connection.exec('BEGIN')
    connection.prepare('SELECT count(*) FROM sqlite_schema').get()
    await connection.backup(unfinished, { progress: () => PAGES_A_TURN })
    chmodSync(unfinished, 0o600)
    syncToDisk(unfinished)
    renameSync(unfinished, copy)
    return copy
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : copyProblem(thrown, folder, isRemoved(unfinished))
  } finally {
    if (connection.inTransaction) connection.exec('ROLLBACK')
  }
}

/** A copy that was begun, with what SQLite keeps beside it. False where something of it may be left. */
function isRemoved(unfinished: string): boolean {
  try {
    for (const file of [unfinished, `${unfinished}-journal`, `${unfinished}-wal`, `${unfinished}-shm`]) rmSync(file, { force: true })
    return true
  } catch {
    // What kept the copy from being written may keep it from being removed: that is said, with the reason of the copy.
    return !existsSync(unfinished)
  }
}

function copyProblem(thrown: unknown, folder: string, isGone: boolean): Problem {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  const left = isGone ? 'Nothing is left of the copy, and the data itself is safe.' : 'Half a copy (unfinished.db) is left there; the data itself is safe.'
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new Problem('storage-full', `The disk that holds ${folder} is full.`, `${left} Name a folder with more room.`, thrown)
  return new Problem('storage-copy', `The data could not be copied to ${folder}: ${detail}${code === '' || detail.includes(code) ? '' : ` (${code})`}.`, `${left} Name a folder that can be written.`, thrown)
}

/** SQLite does not sync what VACUUM INTO writes. */
function syncToDisk(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function freeName(folder: string, base: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? `${base}.db` : `${base}-${number}.db`)
    if (!existsSync(path)) return path
  }
}
