import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportFor } from '#api/reports.ts'
import type { ClockEntry, ClockReading } from '#domain/forecast/clock-ledger.ts'
import { createClockWatch } from '#engine/clock-watch.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createFakeClock, createFakePorts, createFakeShell, noSecrets, until } from '#support/fake-world.ts'
import { START } from '#support/run-log.ts'
import { smallRunbook } from '#support/runbooks.ts'

const minute = 60_000

describe('the watch over the clocks', () => {
  const watched = (zone: string | null = null) => {
    let now: ClockReading = { utcMs: START, monoMs: 1_000_000 }
    let kept: ClockReading | null = null
    const noted: ClockEntry[] = []
    const open = () => createClockWatch({ read: () => now, zone, last: () => kept, keep: (reading) => { kept = reading }, note: (entry) => noted.push(entry) })
    return { open, noted, kept: () => kept, pass: (utcMs: number, monoMs = utcMs) => { now = { utcMs: now.utcMs + utcMs, monoMs: now.monoMs + monoMs } } }
  }

  test('notes a machine that slept and a clock that was set, and says nothing of a busy second', () => {
    const world = watched()
    const watch = world.open()
    watch.set(true)
    for (const [utc, mono] of [[1000, 1000], [4000, 4000], [20 * minute, 1000], [-30 * minute, 1000]] as const) {
      world.pass(utc, mono)
      watch.look()
    }
    watch.set(false)
    expect(world.noted.map(({ kind, ms }) => [kind, ms])).toEqual([['suspend', 20 * minute - 1000], ['wall-jump', -30 * minute - 1000]])
  })

  test('a beginning is compared with what was kept last, and a quick restart is no absence', () => {
    const world = watched()
    const first = world.open()
    first.set(true)
    for (let seconds = 0; seconds < 25; seconds += 1) {
      world.pass(1000)
      first.look()
    }
    first.set(false)
    expect(world.kept()?.utcMs).toBe(START + 20_000)
    world.pass(20 * minute)
    const second = world.open()
    second.set(true)
    second.set(false)
    world.pass(3000)
    const third = world.open()
    third.set(true)
    third.set(false)
    expect(world.noted.map(({ kind, ms }) => [kind, ms])).toEqual([['closed', 20 * minute + 5000]])
  })

  test('notes that the zone’s clocks changed', () => {
    const world = watched('Europe/Berlin')
    world.pass(Date.UTC(2027, 2, 28, 0, 59, 59) - START)
    const watch = world.open()
    watch.set(true)
    world.pass(2000)
    watch.look()
    watch.set(false)
    expect(world.noted.map(({ kind, ms }) => [kind, ms])).toEqual([['dst', 60 * minute]])
  })
})

describe('a live run', () => {
  let folder: string
  let storage: Storage
  let engine: Engine
  let now: ClockReading

  const open = (): void => {
    const clock = createFakeClock(START)
    engine = createEngine({
      storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => 'run-1', openClock: () => clock, openSecrets: () => noSecrets, readClocks: () => now,
      openPorts: () => Promise.resolve(createFakePorts(clock, createFakeShell(), () => 0)), log: () => undefined,
    })
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-clocks-'))
    storage = openStorage(folder)
    storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
    now = { utcMs: START, monoMs: 1_000_000 }
    open()
  })
  afterEach(async () => {
    await engine.close()
    storage.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('that nobody had open for twenty minutes says so in its report', async () => {
    engine.create({ runbookId: 'book', revision: 1, runbook: smallRunbook(), mode: 'live', speed: 1, automatic: true, by: 'dana', at: START })
    engine.handle('run-1', { type: 'start-run' }, 'dana')
    await engine.close()
    now = { utcMs: START + 20 * minute, monoMs: 5 }
    open()
    engine.recover()
    const noted = () => storage.journal.read('run-1', 0).flatMap(({ event }) => (event.type === 'clock-noted' ? [event.entry] : []))
    await until(() => noted().length === 1, 'the note')
    expect(noted()).toEqual([{ kind: 'closed', from: START, to: START + 20 * minute, ms: 20 * minute }])
    const { text } = reportFor({ storage, engine, now: () => START, info: { version: '0', door: 'browser', platform: 'linux', systemUser: 'dana', machine: { id: 'laptop', name: 'laptop' } } }, 'run-1', 'md')
    expect(text).toContain('App blind 20 min')
    expect(text).toContain('Holdpoint was closed for 20 min')
  })
})
