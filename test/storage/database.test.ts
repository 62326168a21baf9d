import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect, openDatabase } from '#storage/database.ts'
import { MIGRATIONS } from '#storage/schema.ts'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders, note, problemOf } from './fixture.ts'

const folder = createFolders()
const next = [...MIGRATIONS, "ALTER TABLE runs ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"]

describe('openDatabase', () => {
  it('keeps the journal at full durability and the rest at normal, in WAL', () => {
    const { durable, bulk, close } = opened(folder())
    expect([durable, bulk].map((connection) => connection.pragma('journal_mode', { simple: true }))).toEqual(['wal', 'wal'])
    expect([durable, bulk].map((connection) => connection.pragma('synchronous', { simple: true }))).toEqual([2, 1])
    expect([durable, bulk].map((connection) => connection.pragma('foreign_keys', { simple: true }))).toEqual([1, 1])
    close()
  })

  it('uses a SQLite past the bug that could lose data with two connections', () => {
    const { durable, close } = opened(folder())
    const [major, minor] = String(durable.prepare('SELECT sqlite_version()').pluck().get()).split('.').map(Number)
    expect(major! * 1000 + minor!).toBeGreaterThanOrEqual(3053)
    close()
  })

  it('has only STRICT tables', () => {
    const { durable, close } = opened(folder())
    expect(durable.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict").all()).toEqual([])
    close()
  })

  it('makes files that only their owner can read', () => {
    const path = folder()
    const { durable, close } = opened(path)
    durable.exec("INSERT INTO settings VALUES ('a', '1')")
    expect(readdirSync(path).map((name) => [name, statSync(join(path, name)).mode & 0o077])).toEqual(
      ['holdpoint.db', 'holdpoint.db-shm', 'holdpoint.db-wal'].map((name) => [name, 0]))
    close()
  })

  it('brings older data up to date and keeps a copy of it from before', () => {
    const path = folder()
    fill(path)
    const { durable, close } = opened(path, next)
    expect(durable.prepare('SELECT colour FROM runs').pluck().all()).toEqual(['red'])
    close()
    const copy = connect(join(path, 'backups', `holdpoint-schema-${MIGRATIONS.length}.db`), { timeoutMs: 0, readonly: true })
    expect(copy.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(copy.prepare('SELECT count(*) FROM events').pluck().get()).toBe(2)
    copy.close()
    expect(readdirSync(join(path, 'backups'))).toEqual([`holdpoint-schema-${MIGRATIONS.length}.db`])
  })

  it('leaves older data exactly as it was when a migration fails', () => {
    const path = folder()
    fill(path)
    expect(() => openDatabase(path, [...next, 'CREATE TABLE runs (id TEXT)'])).toThrow('already exists')
    const { durable, close } = opened(path)
    expect(durable.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(durable.prepare("SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'colour'").pluck().get()).toBe(0)
    close()
  })

  it('refuses data of a newer Holdpoint and changes nothing in it', () => {
    const path = folder()
    opened(path, next).close()
    const before = readFileSync(join(path, 'holdpoint.db'))
    const problem = problemOf(() => openDatabase(path))
    expect(problem.code).toBe('storage-newer')
    expect(`${problem.message} ${problem.hint}`).toMatch(/made by a newer Holdpoint.*Nothing was changed/)
    expect(readFileSync(join(path, 'holdpoint.db')).equals(before)).toBe(true)
    expect(existsSync(join(path, 'backups'))).toBe(false)
  })

  it("refuses another program's database", () => {
    const path = folder()
    const other = connect(join(path, 'holdpoint.db'), { timeoutMs: 0 })
    other.exec('CREATE TABLE photos (id)')
    other.close()
    expect(problemOf(() => openDatabase(path)).code).toBe('storage-foreign')
  })

  it('says which file is damaged and leaves it as it is', () => {
    const path = folder()
    const file = join(path, 'holdpoint.db')
    writeFileSync(file, 'This is not a database. '.repeat(500))
    const before = readFileSync(file)
    const problem = problemOf(() => openDatabase(path))
    expect(problem.code).toBe('storage-corrupt')
    expect(problem.message).toContain(file)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('never opens a file cut short as if it were whole', () => {
    const path = folder()
    const file = join(path, 'holdpoint.db')
    fill(path)
    const whole = `${file}.whole`
    copyFileSync(file, whole)
    for (let length = 4096; length < statSync(whole).size; length += 4096) {
      copyFileSync(whole, file)
      truncateSync(file, length)
      expect([length, problemOf(() => openDatabase(path)).code]).toEqual([length, 'storage-corrupt'])
    }
  })

  it('never takes wrong facts from a file with one wrong byte: it refuses it, or every fact still verifies or says it does not', () => {
    const path = folder()
    const file = join(path, 'holdpoint.db')
    fill(path)
    const whole = readFileSync(file)
    let refused = 0
    for (let trial = 0; trial < 150; trial += 1) {
      const hurt = Buffer.from(whole)
      const place = (trial * 7919 + 13) % whole.length
      hurt[place] = hurt[place]! ^ (1 << (trial % 8))
      writeFileSync(file, hurt)
      try {
        const storage = openStorage(path)
        try {
          const verdict = storage.journal.verify('run-1')
          if (verdict.ok) expect(storage.journal.read('run-1', 0).map((stored) => stored.event)).toEqual([note('one'), note('two')].slice(0, verdict.count))
        } finally {
          storage.close()
        }
      } catch (thrown) {
        expect([place, String(thrown)]).toEqual([place, expect.stringMatching(/^Problem: /)])
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(0)
  })
})

function fill(path: string): void {
  const storage = openStorage(path)
  storage.journal.append(addRun(storage), 0, [note('one'), note('two')])
  storage.close()
}

function opened(path: string, migrations = MIGRATIONS) {
  const database = openDatabase(path, migrations)
  return { durable: database.durable, bulk: database.bulk, close: () => database.close() }
}
