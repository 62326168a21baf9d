import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '#domain/canonical.ts'
import type { RunEvent } from '#domain/run/events.ts'
import { openDatabase } from '#storage/database.ts'
import { createJournal, FIRST_HASH } from '#storage/journal.ts'
import { createRunbooks } from '#storage/runbooks.ts'
import { createRuns } from '#storage/runs.ts'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders, note, problemOf } from './fixture.ts'

const folder = createFolders()

describe('the journal', () => {
  it('gives events numbers without holes and gives them back as they were', () => {
    const { storage, runId } = opened()
    const stored = storage.journal.append(runId, 0, [note('a'), note('b')])
    const more = storage.journal.append(runId, 2, [note('c')])
    expect([...stored, ...more].map(({ seq, event }) => [seq, event])).toEqual([[1, note('a')], [2, note('b')], [3, note('c')]])
    expect(storage.journal.read(runId, 0)).toEqual([...stored, ...more])
    expect(storage.journal.read(runId, 2)).toEqual(more)
    storage.close()
  })

  it('gives those of some types, and none that only has such a type within it', () => {
    const { storage, runId } = opened()
    const inner = { type: 'note-added', noteId: 'n', about: null, text: '"type":"run-paused"', at: 1, by: 'mira', more: { type: 'run-paused' } } as RunEvent
    const paused: RunEvent = { type: 'run-paused', reason: '', at: 2, by: 'mira' }
    storage.journal.append(runId, 0, [note('a'), inner, paused, note('b')])
    expect(storage.journal.readOf(runId, ['run-paused', 'run-resumed'])).toEqual([paused])
    storage.close()
  })

  it('chains each event to the one before, so that anybody can recompute it', () => {
    const { storage, runId } = opened()
    const [first, second] = storage.journal.append(runId, 0, [note('a'), note('b')])
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    expect(first!.hash).toBe(sha256(FIRST_HASH + canonicalJson({ seq: 1, event: note('a') })))
    expect(second!.hash).toBe(sha256(first!.hash + canonicalJson({ seq: 2, event: note('b') })))
    storage.close()
  })

  it('refuses what was decided on an older state, and keeps none of it', () => {
    const { storage, runId } = opened()
    storage.journal.append(runId, 0, [note('a')])
    for (const version of [0, 2]) expect(problemOf(() => storage.journal.append(runId, version, [note('b'), note('c')])).code).toBe('journal-conflict')
    expect(storage.journal.read(runId, 0)).toHaveLength(1)
    storage.close()
  })

  it('keeps all of the facts or none', () => {
    const { storage, runId } = opened()
    expect(() => storage.journal.append(runId, 0, [note('a'), note('b', NaN)])).toThrow(TypeError)
    expect(storage.journal.read(runId, 0)).toEqual([])
    storage.close()
  })

  it('keeps runs apart, and takes no events for a run that is not there', () => {
    const { storage, runId } = opened()
    const other = addRun(storage, 'run-2')
    storage.journal.append(runId, 0, [note('a')])
    storage.journal.append(other, 0, [note('b')])
    expect(storage.journal.verify(other)).toEqual({ ok: true, count: 1 })
    expect(() => storage.journal.append('run-3', 0, [note('c')])).toThrow('FOREIGN KEY')
    storage.close()
  })

  it.each(['UPDATE events SET body = \'{}\'', 'DELETE FROM events', "INSERT OR REPLACE INTO events SELECT run_id, seq, '{}', hash FROM events", 'UPDATE revisions SET text = \'\'', 'DELETE FROM revisions'])(
    'cannot be changed by %s', (change) => {
      const database = fill()
      expect(() => database.durable.exec(change)).toThrow(/never (changed|deleted)/)
      expect(database.journal.verify('run-1')).toEqual({ ok: true, count: 5 })
      database.close()
    })

  it.each([
    ['a changed fact', "UPDATE events SET body = replace(body, 'c', 'C') WHERE seq = 3"],
    ['a changed hash', "UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 3"],
    ['a fact taken out', 'DELETE FROM events WHERE seq = 3'],
    ['two facts exchanged', 'UPDATE events SET seq = 99 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 99'],
  ])('notices %s, whoever did it', (_name, change) => {
    const database = fill()
    database.durable.exec('DROP TRIGGER events_not_changed; DROP TRIGGER events_not_deleted')
    database.durable.exec(change)
    expect(database.journal.verify('run-1')).toEqual({ ok: false, seq: 3 })
    database.close()
  })

  it('keeps any text exactly', () => {
    const { storage, runId } = opened()
    let version = 0
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      storage.journal.append(runId, version, [note(text)])
      version += 1
      expect(storage.journal.read(runId, version - 1)[0]?.event).toEqual(note(text))
    }), { numRuns: 60 })
    expect(storage.journal.verify(runId)).toEqual({ ok: true, count: version })
    storage.close()
  })

  it('is kept together with the run it belongs to, or not at all', () => {
    const { storage } = opened()
    expect(() => storage.together(() => {
      const id = addRun(storage, 'run-9')
      storage.journal.append(id, 1, [note('a')])
    })).toThrow('moved on')
    expect(problemOf(() => storage.runs.read('run-9')).code).toBe('run-unknown')
    storage.together(() => storage.journal.append(addRun(storage, 'run-9'), 0, [note('a')]))
    expect(storage.journal.read('run-9', 0)).toHaveLength(1)
    storage.close()
  })
})

function opened() {
  const storage = openStorage(folder())
  return { storage, runId: addRun(storage) }
}

function fill() {
  const database = openDatabase(folder())
  const journal = createJournal(database.durable)
  addRun({ runbooks: createRunbooks(database.durable), runs: createRuns(database.durable) })
  journal.append('run-1', 0, ['a', 'b', 'c', 'd', 'e'].map((text) => note(text)))
  return { durable: database.durable, journal, close: () => database.close() }
}
