import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { Problem } from '#domain/problem.ts'
import type { Connection } from '#storage/database.ts'
import type { Storage } from '#storage/storage.ts'

export { note } from './note.ts'

/** A fresh folder for each call, gone after the test. */
export function createFolders(): () => string {
  const made: string[] = []
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-storage-'))
    made.push(folder)
    return folder
  }
}

/** A runbook and a run to hang things on. */
export function addRun(storage: Pick<Storage, 'runbooks' | 'runs'>, id = 'run-1'): string {
  if (!storage.runbooks.exists('shop')) storage.runbooks.create({ id: 'shop', name: 'Shop', text: '# Shop', example: false, at: 1 })
  return storage.runs.create({ id, runbookId: 'shop', revision: 1, mode: 'rehearsal', title: 'Shop', operator: 'dana', at: 1 }).id
}

/** The same in a database as any earlier version left it. */
export function addOldRun(connection: Connection): void {
  connection.exec(`INSERT INTO runbooks (id, name, revision, example, created_at, updated_at) VALUES ('shop', 'Shop', 1, 0, 1, 1);
    INSERT INTO revisions (runbook_id, revision, text, at) VALUES ('shop', 1, '# Shop', 1);
    INSERT INTO runs (id, runbook_id, revision, mode, title, operator, status, created_at) VALUES ('run-1', 'shop', 1, 'rehearsal', 'Shop', 'dana', 'planned', 1)`)
}

/** The Problem `work` throws; fails when it throws anything else, or nothing. */
export function problemOf(work: () => unknown): Problem {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown
    throw thrown
  }
  throw new Error('It did not throw.')
}
