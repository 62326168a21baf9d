import BetterSqlite3 from 'better-sqlite3'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#domain/problem.ts'
import { backup, copyDatabase } from './backup.ts'
import { corrupt, explain } from './problems.ts'
import { MIGRATIONS } from './schema.ts'

export type Connection = BetterSqlite3.Database

/**
 * Two connections to one file. `durable` syncs every commit to the disk (synchronous=FULL) and holds what a person was
 * told is recorded: journal, runs, runbooks, settings. `bulk` (NORMAL) holds output and samples, whose newest moments
 * may be lost in a power cut, never in a crash of the program.
 *
 * Two connections are safe here: one process, one SQLite build (3.53 or later: before 3.51.3 a WAL restart with two
 * connections could lose data), every transaction begins and ends in one synchronous turn, so they never overlap. The
 * WAL is one sequence: syncing a durable commit also syncs the bulk commits before it, and recovery keeps a prefix.
 */
export interface Database {
  file: string
  durable: Connection
  bulk: Connection
  close(): void
}

const APPLICATION_ID = 0x486f6c64
/** Above this size only a database that was not closed cleanly is checked at the start: reading gigabytes costs minutes. */
const ALWAYS_CHECKED_BYTES = 64 * 1024 * 1024

/** Opens a SQLite file, creating it readable by its owner only. The one place that calls the driver. */
export function connect(file: string, options: { timeoutMs: number; readonly?: boolean }): Connection {
  if (!options.readonly && !existsSync(file)) createPrivately(file)
  return new BetterSqlite3(file, { timeout: options.timeoutMs, readonly: options.readonly ?? false })
}

/** Opens the data of this folder, brought up to date. The caller holds the folder's lock. Throws `storage-…` Problems. */
export function openDatabase(dataPath: string, migrations: readonly string[] = MIGRATIONS): Database {
  const file = join(dataPath, 'holdpoint.db')
  const isNew = !existsSync(file) || statSync(file).size === 0
  const isSuspect = existsSync(`${file}-wal`) || (!isNew && statSync(file).size <= ALWAYS_CHECKED_BYTES)
  return explain(() => {
    const durable = connect(file, { timeoutMs: 5000 })
    try {
      refuseForeign(durable, file, migrations.length, isNew)
      if (isSuspect) checkIntegrity(durable, file)
      prepare(durable, 'FULL')
      migrate(durable, dataPath, migrations)
      const bulk = connect(file, { timeoutMs: 5000 })
      prepare(bulk, 'NORMAL')
      return { file, durable, bulk, close: () => close(durable, bulk) }
    } catch (thrown) {
      durable.close()
      throw thrown
    }
  }, file)
}

/** Copies the data of a folder to another, also while the program has it open. Throws `storage-…` Problems. */
export async function copyData(dataPath: string, folder: string): Promise<string> {
  const file = join(dataPath, 'holdpoint.db')
  if (!existsSync(file)) throw new Problem('storage-missing', `There is no Holdpoint data in ${dataPath}.`, 'Name the folder with --data-dir, or set HOLDPOINT_HOME.')
  const connection = explain(() => connect(file, { timeoutMs: 5000, readonly: true }), file)
  try {
    return await copyDatabase(connection, folder)
  } finally {
    connection.close()
  }
}

function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Problem('storage-io', `The data file ${file} cannot be created: ${detail}.`, 'Nothing was changed. Make the folder writable for your user, or set HOLDPOINT_HOME to another folder, and start again.', thrown)
  }
}

function refuseForeign(connection: Connection, file: string, newest: number, isNew: boolean): void {
  const version = numberPragma(connection, 'user_version')
  const owner = numberPragma(connection, 'application_id')
  if (!isNew && owner !== APPLICATION_ID && numberPragma(connection, 'schema_version') > 0) {
    throw new Problem('storage-foreign', `The file ${file} is a database of another program.`, 'Nothing was changed. Move that file away, or set HOLDPOINT_HOME to another folder, and start again.')
  }
  if (version > newest) {
    throw new Problem('storage-newer', `The data in ${file} was made by a newer Holdpoint (its schema is ${version}; this one knows up to ${newest}).`, 'Nothing was changed. Start the newer Holdpoint again, or set HOLDPOINT_HOME to another folder.')
  }
}

function checkIntegrity(connection: Connection, file: string): void {
  const finding = String(connection.pragma('quick_check(1)', { simple: true }))
  if (finding !== 'ok') throw corrupt(file, finding)
}

function prepare(connection: Connection, synchronous: 'FULL' | 'NORMAL'): void {
  connection.pragma('journal_mode = WAL')
  connection.pragma(`synchronous = ${synchronous}`)
  connection.pragma('foreign_keys = ON')
  // Without it INSERT OR REPLACE would delete a journal row without firing the trigger that forbids it.
  connection.pragma('recursive_triggers = ON')
  // On macOS a plain fsync stops at the disk's cache; elsewhere this does nothing.
  if (synchronous === 'FULL') connection.pragma('fullfsync = ON')
  connection.pragma('checkpoint_fullfsync = ON')
  // A flood of output would otherwise be synced to the disk with every four megabytes; sixteen are soon read, too.
  if (synchronous === 'NORMAL') connection.pragma('wal_autocheckpoint = 4000')
}

function migrate(connection: Connection, dataPath: string, migrations: readonly string[]): void {
  const version = numberPragma(connection, 'user_version')
  if (version === migrations.length) return
  if (version > 0) backup(connection, dataPath, version)
  connection.transaction(() => {
    for (const change of migrations.slice(version)) connection.exec(change)
    if (connection.pragma('foreign_key_check', { simple: true }) !== undefined) throw corrupt(connection.name, 'rows refer to rows that are not there')
    connection.pragma(`application_id = ${APPLICATION_ID}`)
    connection.pragma(`user_version = ${migrations.length}`)
  })()
}

function close(durable: Connection, bulk: Connection): void {
  bulk.close()
  try {
    durable.pragma('optimize')
  } catch {
    // Only statistics for the query planner: on a full disk they can wait for the next close.
  }
  durable.close()
}

function numberPragma(connection: Connection, name: string): number {
  return Number(connection.pragma(name, { simple: true }))
}
