import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFeeds } from '#api/feeds.ts'
import type { ApiDeps } from '#api/deps.ts'
import { createPromptDesk } from '#api/prompts.ts'
import { reportFor } from '#api/reports.ts'
import { Problem } from '#domain/problem.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { createSignal } from '#engine/signal.ts'
import type { RunItem } from '#preload/contract.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createFakeClock, createFakePorts, createFakeShell, noSecrets, settled, until, type FakeClock } from '#support/fake-world.ts'
import { START, tick } from '#support/run-log.ts'
import { range, smallRunbook } from '#support/runbooks.ts'

let folder: string
let storage: Storage
let engine: Engine
let clock: FakeClock
let problems: string[]

const open = () => createEngine({
  storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => `run-${storage.runs.list().length + 1}`, openClock: () => clock, openSecrets: () => noSecrets,
  openPorts: () => Promise.resolve(createFakePorts(clock, createFakeShell(), () => 6)),
  log: (what, thrown) => problems.push(`${what}: ${String(thrown)}`),
})
const create = (more: Parameters<typeof smallRunbook>[0] = {}) =>
  engine.create({ runbookId: 'book', revision: 1, runbook: smallRunbook(more), mode: 'rehearsal', speed: 60, automatic: true, by: 'dana', at: START })

/** Follows a run as a room does. */
function follow(runId: string) {
  const got: { cursor: number; item: RunItem }[] = []
  const deps = { storage, engine, prompts: createPromptDesk({ now: () => 0, newId: () => '' }), now: () => 0, runbooksChanged: createSignal() } as unknown as ApiDeps & { runbooksChanged: ReturnType<typeof createSignal> }
  const stop = createFeeds(deps).run({ runId, after: 0 }, (item) => got.push(item))
  return { stop, events: () => got.flatMap(({ item }) => (item.kind === 'event' ? [item.stored.seq] : [])) }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-runs-'))
  storage = openStorage(folder)
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
  clock = createFakeClock(START)
  problems = []
  engine = open()
})

afterEach(async () => {
  await engine.close()
  storage.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the list of runs is told of a new run and of a changed status, not of every event', () => {
  let told = 0
  engine.runsChanged.on(() => { told += 1 })
  const runId = create()
  expect(told).toBe(1)
  engine.handle(runId, { type: 'start-run' }, 'dana')
  expect(told).toBe(2)
  engine.handle(runId, tick('tests-pass'), 'dana')
  engine.handle(runId, { type: 'add-note', about: null, text: 'all quiet' }, 'dana')
  expect(told).toBe(2)
  engine.handle(runId, { type: 'abort', reason: 'wrong night' }, 'dana')
  expect(told).toBe(3)
})

test('a note added to a run that ended before the restart reaches whoever looks at its record', async () => {
  const runId = create()
  engine.handle(runId, { type: 'abort', reason: 'wrong night' }, 'dana')
  await engine.close()
  engine = open()
  engine.recover()
  const room = follow(runId)
  await settled()
  const before = room.events().length
  engine.handle(runId, { type: 'add-note', about: null, text: 'see the ticket' }, 'dana')
  await until(() => room.events().length > before, 'the note')
  expect(room.events()).toEqual(storage.journal.read(runId, 0).map(({ seq }) => seq))
  expect(engine.state(runId).notes).toHaveLength(1)
  room.stop()
})

test('a long record is read once, not once for each page, and each event comes once and in order', async () => {
  const runId = create()
  for (let number = 0; number < 1000; number += 1) engine.handle(runId, { type: 'add-note', about: null, text: `note ${number}` }, 'dana')
  const { read } = storage.journal
  let rows = 0
  storage.journal.read = (id, after) => {
    const log = read(id, after)
    rows += log.length
    return log
  }
  const room = follow(runId)
  await until(() => room.events().length === 1001, 'every event')
  expect(room.events()).toEqual(Array.from({ length: 1001 }, (_, index) => index + 1))
  expect(rows).toBe(1001)
  room.stop()
})

test('one run that cannot be read does not keep the others shut', () => {
  const bad = create()
  const good = create()
  const { read } = storage.journal
  storage.journal.read = (id, after) => {
    if (id === bad) throw new SyntaxError('Unexpected end of JSON input')
    return read(id, after)
  }
  const next = open()
  next.recover()
  expect([next.live(bad), next.live(good) !== null]).toEqual([null, true])
  expect(problems).toEqual([`opening run ${bad}: SyntaxError: Unexpected end of JSON input`])
  return next.close()
})

test('readings that cannot be stored are judged all the same, and sampling goes on', async () => {
  const { append } = storage.samples
  storage.samples.append = () => { throw new Problem('storage-full', 'The disk is full.', 'Free some space.') }
  const runId = create({ thresholds: [{ id: 'errors', text: 'Error rate > 2%', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 0, range }] })
  engine.handle(runId, { type: 'start-run' }, 'dana')
  await settled()
  for (let turn = 0; turn < 40 && engine.state(runId).breaches.length === 0; turn += 1) await clock.advance(2000)
  await until(() => engine.state(runId).breaches.length === 1, 'the breach')
  storage.samples.append = append
  await clock.advance(10_000)
  await until(() => storage.samples.range(runId, 'error rate', 0, Number.MAX_SAFE_INTEGER).length > 0, 'a stored reading')
  expect(problems).toEqual(['storing readings of error rate: Problem: The disk is full.'])
})

test('the report of a run in progress shows the readings since its last event', async () => {
  const runId = create()
  engine.handle(runId, { type: 'start-run' }, 'dana')
  storage.samples.append(runId, 'error rate', [{ at: START + 1_800_000, value: 42 }])
  await clock.advance(3_600_000)
  const deps = { storage, engine, info: { version: '0', door: 'browser', platform: 'linux', systemUser: 'dana', machine: { id: 'laptop', name: 'laptop' } }, now: () => START } as const
  const report = JSON.parse(reportFor(deps, runId, 'json').text) as { charts: { metric: string; buckets: { max: number | null }[] }[] }
  expect(report.charts.find((chart) => chart.metric === 'error rate')?.buckets.some((bucket) => bucket.max === 42)).toBe(true)
})
