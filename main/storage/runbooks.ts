import { Problem } from '#domain/problem.ts'
import type { Connection } from './database.ts'
import { isDuplicate } from './problems.ts'

/** A runbook in the library, without its text. */
export interface RunbookEntry {
  id: string
  name: string
  /** The newest; the first is 1. */
  revision: number
  example: boolean
  createdAt: number
  updatedAt: number
}

export interface StoredRunbook extends RunbookEntry {
  text: string
}

export interface Runbooks {
  /** Throws `runbook-exists` when the id was ever used, also by a runbook since removed. */
  create(runbook: { id: string; name: string; text: string; example: boolean; at: number }): StoredRunbook
  /** The newest change first; removed ones are left out. */
  list(): RunbookEntry[]
  /** True also for a runbook since removed. */
  exists(id: string): boolean
  /** The newest revision. Throws `runbook-unknown`, also for a removed one. */
  read(id: string): StoredRunbook
  /** The text a run was made from, also of a removed runbook. Throws `runbook-unknown`. */
  readRevision(id: string, revision: number): { text: string; at: number }
  /** A new revision; the same text again is none. Throws `runbook-changed` when `expectedRevision` is not the newest. */
  save(change: { id: string; expectedRevision: number; text: string; at: number }): StoredRunbook
  /** Takes it out of the library; its revisions and runs stay. */
  remove(id: string, at: number): void
}

interface Row extends Omit<RunbookEntry, 'example'> { example: number }

const COLUMNS = 'id, name, b.revision, example, created_at AS createdAt, updated_at AS updatedAt'

export function createRunbooks(connection: Connection): Runbooks {
  const insert = connection.prepare<[string, string, number, number, number]>('INSERT INTO runbooks (id, name, revision, example, created_at, updated_at) VALUES (?, ?, 1, ?, ?, ?)')
  const insertRevision = connection.prepare<[string, number, string, number]>('INSERT INTO revisions (runbook_id, revision, text, at) VALUES (?, ?, ?, ?)')
  const update = connection.prepare<[number, number, string]>('UPDATE runbooks SET revision = ?, updated_at = ? WHERE id = ?')
  const archive = connection.prepare<[number, string]>('UPDATE runbooks SET archived_at = ? WHERE id = ? AND archived_at IS NULL')
  const all = connection.prepare<[], Row>(`SELECT ${COLUMNS} FROM runbooks b WHERE archived_at IS NULL ORDER BY updated_at DESC, b.rowid DESC`)
  const any = connection.prepare<[string], unknown>('SELECT 1 FROM runbooks WHERE id = ?')
  const newest = connection.prepare<[string], Row & { text: string }>(
    `SELECT ${COLUMNS}, text FROM runbooks b JOIN revisions r ON r.runbook_id = b.id AND r.revision = b.revision WHERE id = ? AND archived_at IS NULL`)
  const one = connection.prepare<[string, number], { text: string; at: number }>('SELECT text, at FROM revisions WHERE runbook_id = ? AND revision = ?')

  const read = (id: string): StoredRunbook => {
    const row = newest.get(id)
    if (!row) throw unknownRunbook(id)
    return { ...row, example: row.example === 1 }
  }

  const create = connection.transaction((id: string, name: string, text: string, example: boolean, at: number) => {
    insert.run(id, name, example ? 1 : 0, at, at)
    insertRevision.run(id, 1, text, at)
  })

  const save = connection.transaction((id: string, expectedRevision: number, text: string, at: number) => {
    const current = read(id)
    if (current.revision !== expectedRevision) throw changed(current.name, expectedRevision, current.revision)
    if (current.text === text) return
    insertRevision.run(id, current.revision + 1, text, at)
    update.run(current.revision + 1, at, id)
  })

  return {
    create({ id, name, text, example, at }) {
      try {
        create.immediate(id, name, text, example, Math.round(at))
      } catch (thrown) {
        if (isDuplicate(thrown)) throw new Problem('runbook-exists', `There is a runbook with the id ${id} already.`, 'Nothing was changed. Import it under another name.', thrown)
        throw thrown
      }
      return read(id)
    },
    list: () => all.all().map((row) => ({ ...row, example: row.example === 1 })),
    exists: (id) => any.get(id) !== undefined,
    read,
    readRevision(id, revision) {
      const row = one.get(id, revision)
      if (!row) throw new Problem('runbook-unknown', `There is no revision ${revision} of the runbook ${id}.`, 'Go back to the library and choose the runbook again.')
      return row
    },
    save({ id, expectedRevision, text, at }) {
      save.immediate(id, expectedRevision, text, Math.round(at))
      return read(id)
    },
    remove(id, at) {
      if (archive.run(Math.round(at), id).changes === 0) throw unknownRunbook(id)
    },
  }
}

function unknownRunbook(id: string): Problem {
  return new Problem('runbook-unknown', `There is no runbook ${id} in the library; it may have been removed.`, 'Go back to the library and choose a runbook there.')
}

function changed(name: string, expected: number, actual: number): Problem {
  return new Problem('runbook-changed', `The runbook ${name} was saved elsewhere meanwhile: your edit began at revision ${expected}, the newest is ${actual}.`, 'Your text was not saved. Copy it, open the newest revision, and put your change in again.')
}
