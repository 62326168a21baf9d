import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHistoryHandlers } from '#api/history.ts'
import { createRunHistory } from '#engine/run-history.ts'
import type { RunMode } from '#domain/run/events.ts'
import type { RunHistory } from '#preload/contract.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { HERE } from '#support/fake-journal.ts'
import { done, fold, journal, minute, runbook, windowStart, type Happening } from '#support/run-states.ts'

let folder: string
let storage: Storage

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-history-'))
  storage = openStorage(folder)
  for (const id of ['book-1', 'book-2']) storage.runbooks.create({ id, name: `${id}.md`, text: '# Book', example: false, at: windowStart })
})
afterEach(() => {
  storage.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A run made `daysAgo` in which step `one` took so many minutes; it has ended unless `open`. */
function past(id: string, minutes: number, change: { mode?: RunMode; daysAgo?: number; runbookId?: string; open?: boolean } = {}): void {
  keep(id, done('one', 0, minutes), change)
}

function keep(id: string, happenings: Happening[], change: { mode?: RunMode; daysAgo?: number; runbookId?: string; open?: boolean } = {}): void {
  const { mode = 'live', daysAgo = 0, runbookId = 'book-1', open = false } = change
  const at = windowStart - daysAgo * 24 * 60 * minute
  const events = journal(runbook(), [{ type: 'run-started', at: windowStart }, ...happenings], mode).map(({ event }) => (event.type === 'run-created' ? { ...event, runId: id } : event))
  storage.runs.create({ id, runbookId, revision: 1, mode, title: id, operator: 'mira', at })
  storage.journal.append(id, 0, events)
  if (!open) storage.runs.setStatus(id, 'ended-succeeded', at + 60 * minute)
}

const handlersOf = () => createHistoryHandlers({ storage, info: { version: '1', door: 'browser', platform: 'linux', systemUser: 'mira', machine: HERE }, now: () => windowStart, engine: { history: createRunHistory(storage), state: (runId) => fold(storage.journal.read(runId, 0)) } })
const read = (runId: string, handlers = handlersOf()): RunHistory => handlers['read-history']({ runId }) as RunHistory
const lengths = (history: RunHistory): string[] => (history.samples['one'] ?? []).map((sample) => `${sample.runId} ${sample.ms / minute} ${sample.excluded ?? 'counts'}`).toSorted()

test('a live run learns from earlier live runs of its runbook that have ended, not from rehearsals, later or other ones', () => {
  past('older', 10, { daysAgo: 20 })
  past('old', 12, { daysAgo: 10 })
  past('still open', 99, { daysAgo: 9, open: true })
  past('rehearsed', 3, { daysAgo: 8, mode: 'rehearsal' })
  past('another book', 50, { daysAgo: 7, runbookId: 'book-2' })
  past('tonight', 1, { daysAgo: 5, open: true })
  past('later', 70, { daysAgo: 2 })
  expect(lengths(read('tonight'))).toEqual(['old 12 counts', 'older 10 counts'])
  expect(read('tonight').runs).toBe(2)
})

test('a rehearsal learns from the rehearsals before it too, also when their clocks say the same', () => {
  past('live', 10, { daysAgo: 20 })
  past('first', 3, { mode: 'rehearsal' })
  past('this', 1, { mode: 'rehearsal', open: true })
  past('after', 4, { mode: 'rehearsal' })
  expect(lengths(read('this'))).toEqual(['first 3 counts', 'live 10 counts'])
})

test('a room is sent the steps it has: every length that counts, what is excluded by hand, and fifty of the others, the newest', () => {
  const tries: Happening[] = Array.from({ length: 120 }, (_, index) => [
    { type: 'step-started' as const, stepId: 'one', attempt: index + 1, hosts: ['web-1'], at: windowStart + index * minute },
    { type: 'step-finished' as const, stepId: 'one', attempt: index + 1, outcome: index === 0 || index === 119 ? 'succeeded' as const : 'failed' as const, message: '', at: windowStart + (index + 1) * minute },
  ]).flat()
  keep('old', [...tries, ...done('since taken out of the runbook', 130, 140), ...done('undo:one', 141, 142)], { daysAgo: 10 })
  past('tonight', 1, { open: true })
  const tried = (history: RunHistory): number[] => (history.samples['one'] ?? []).map(({ attempt }) => attempt)
  expect(Object.keys(read('tonight').samples).toSorted()).toEqual(['one', 'undo:one'])
  const newest = Array.from({ length: 51 }, (_, index) => 70 + index)
  expect(tried(read('tonight'))).toEqual([1, ...newest])
  expect(tried(handlersOf()['exclude-sample']({ runId: 'tonight', sample: { runId: 'old', stepId: 'one', attempt: 2 }, excluded: true }) as RunHistory)).toEqual([1, 2, ...newest])
})

test('the journal of an ended run is read once, whoever asks', () => {
  past('old', 12, { daysAgo: 10 })
  past('tonight', 1, { open: true })
  const spied = vi.spyOn(storage.journal, 'readOf')
  const counted = handlersOf()
  read('tonight', counted)
  read('tonight', counted)
  expect(spied.mock.calls.map(([runId]) => runId)).toEqual(['old'])
})

test('a first run has no history, and an unknown run is refused', () => {
  past('tonight', 1, { open: true })
  expect(read('tonight')).toEqual({ samples: {}, runs: 0 })
  expect(() => read('nobody')).toThrow(expect.objectContaining({ code: 'run-unknown' }) as Error)
})

test('a length that somebody excludes by hand counts no more, at once and for whoever opens the data next, until it is taken back', () => {
  past('older', 30, { daysAgo: 20 })
  past('old', 12, { daysAgo: 10 })
  past('tonight', 1, { open: true })
  const handlers = handlersOf()
  const exclude = (runId: string, excluded: boolean) => handlers['exclude-sample']({ runId: 'tonight', sample: { runId, stepId: 'one', attempt: 1 }, excluded }) as RunHistory
  expect(lengths(exclude('older', true))).toEqual(['old 12 counts', 'older 30 by-hand'])
  exclude('older', true)
  expect(lengths(read('tonight'))).toEqual(['old 12 counts', 'older 30 by-hand'])
  storage.close()
  storage = openStorage(folder)
  expect(lengths(read('tonight'))).toEqual(['old 12 counts', 'older 30 by-hand'])
  expect(lengths(handlersOf()['exclude-sample']({ runId: 'tonight', sample: { runId: 'older', stepId: 'one', attempt: 1 }, excluded: false }) as RunHistory)).toEqual(['old 12 counts', 'older 30 counts'])
  expect(() => handlersOf()['exclude-sample']({ runId: 'tonight', sample: { runId: 'tonight', stepId: 'one', attempt: 1 }, excluded: true })).toThrow('No earlier run has that length')
})
