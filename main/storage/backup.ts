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

/** Copies the database as it is at this moment to a folder that has none, whoever has it open. Returns the copy's path. */
export function copyDatabase(connection: Connection, folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const copy = join(folder, 'holdpoint.db')
  const unfinished = join(folder, 'unfinished.db')
  if (existsSync(copy)) throw new Problem('storage-exists', `There is Holdpoint data in ${folder} already.`, 'Nothing was copied. Name another folder.')
  rmSync(unfinished, { force: true })
  connection.prepare('VACUUM INTO ?').run(unfinished)
  chmodSync(unfinished, 0o600)
  syncToDisk(unfinished)
  renameSync(unfinished, copy)
  return copy
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
