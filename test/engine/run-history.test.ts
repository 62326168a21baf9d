import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { attemptsOfRun } from '#domain/forecast/attempts.ts'
import { historyOf } from '#domain/forecast/history.ts'
import { createRunHistory } from '#engine/run-history.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { readLog } from '#support/golden.ts'

const logs = join(import.meta.dirname, '../fixtures/runs')
const names = readdirSync(logs).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length))

let folder: string
let storage: Storage
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-history-'))
  storage = openStorage(folder)
  storage.runbooks.create({ id: 'shop', name: 'shop', text: '', example: false, at: 0 })
  for (const [index, name] of [...names, 'tonight'].entries()) storage.runs.create({ id: name, runbookId: 'shop', revision: 1, mode: 'live', title: '', operator: 'mira', at: index === names.length ? Date.UTC(2030, 0) : index })
  for (const name of names) {
    storage.journal.append(name, 0, readLog(join(logs, `${name}.jsonl`)).map(({ event }) => event))
    storage.runs.setStatus(name, 'ended-succeeded', Date.UTC(2027, 0))
  }
})
afterEach(() => {
  storage.close()
  rmSync(folder, { recursive: true, force: true })
})

test('what is read of earlier runs says the same as their whole journals: failures, retries, pauses, rollbacks, sleep', () => {
  const { history, runs } = createRunHistory(storage)('tonight')
  const whole = historyOf(names.toReversed().map((name) => attemptsOfRun({ events: storage.journal.read(name, 0) })))
  expect(runs).toBe(names.length)
  expect([...history].map(([id, samples]) => [id, samples.length])).toEqual([...whole].map(([id, samples]) => [id, samples.length]))
  expect(history).toEqual(whole)
})
