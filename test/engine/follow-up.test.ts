import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reportFor } from '#api/reports.ts'
import type { ClockReading } from '#domain/forecast/clock-ledger.ts'
import { statusOf } from '#domain/run/view.ts'
import { timingOf } from '#domain/timing.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createFakeClock, createFakePorts, createFakeShell, noSecrets, until, type FakeClock } from '#support/fake-world.ts'
import { go, START, tick } from '#support/run-log.ts'
import { manual, phase, range, smallRunbook } from '#support/runbooks.ts'

const HOUR = 3_600_000
const book = smallRunbook({
  checklists: [], phases: [phase(1, [manual('look')])], monitoring: null,
  followUps: [{ id: 'day', text: 'Monitor for 24 hours', watchMs: 24 * HOUR, range }],
  thresholds: [{ id: 'errors', text: 'Error rate > 2%', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 0, range }],
  inventory: { hosts: [], groups: [], sources: [{ metric: 'error rate', kind: 'synthetic', settings: {}, everyMs: 10 * 60_000 }] },
})

describe('follow-up monitoring that outlives the program', () => {
  let folder: string
  let storage: Storage
  let engine: Engine
  let clock: FakeClock
  let errorRate: number

  /** The program is started so long after the run. The machine's own clocks say that time as long as it is open: only the absence is seen in them. */
  const openAfter = (ms: number): void => {
    clock = createFakeClock(START + ms)
    const reading: ClockReading = { utcMs: START + ms, monoMs: 7000 }
    engine = createEngine({
      storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => 'run-1', openClock: () => clock, openSecrets: () => noSecrets,
      readClocks: () => reading,
      openPorts: () => Promise.resolve(createFakePorts(clock, createFakeShell(), () => errorRate)), log: () => undefined,
    })
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-follow-up-'))
    storage = openStorage(folder)
    storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
    errorRate = 0.2
    openAfter(0)
  })
  afterEach(async () => {
    await engine.close()
    storage.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Readings are taken while time passes, each in turns of its own. */
  const passUntil = (fact: () => boolean, what: string) => until(() => {
    void clock.advance(10 * 60_000)
    return fact()
  }, what)
  const events = () => storage.journal.read('run-1', 0).map(({ event }) => event)
  const released = (): void => {
    engine.create({ runbookId: 'book', revision: 1, runbook: book, mode: 'live', speed: 1, automatic: true, by: 'dana', at: START })
    for (const command of [{ type: 'start-run' }, go(1), tick('look'), tick('support-told'), { type: 'finish-run' }] as const) engine.handle('run-1', command, 'dana')
  }
  const report = (): string => reportFor({ storage, engine, now: () => clock.now(), info: { version: '0', door: 'browser', platform: 'linux', systemUser: 'dana', machine: { id: 'laptop', name: 'laptop' } } }, 'run-1', 'md').text

  test('goes on where it was: the countdown is right, the hours nobody watched are on record, a breach afterwards is an incident, and it ends by itself', async () => {
    released()
    expect([statusOf(engine.state('run-1')), storage.runs.read('run-1')]).toMatchObject(['monitoring', { status: 'monitoring', monitoringEndsAt: START + 24 * HOUR, finishedAt: null }])
    expect(report()).toContain('**Monitoring until 6 Dec 2026, 21:00**')
    await clock.advance(HOUR)
    await engine.close()

    openAfter(9 * HOUR)
    engine.recover()
    const state = engine.state('run-1')
    expect([statusOf(state), state.paused, timingOf(state, clock.now()).monitoringEndsAt]).toEqual(['monitoring', null, START + 24 * HOUR])
    await until(() => events().some(({ type }) => type === 'clock-noted'), 'the absence to be noted')
    expect(events().flatMap((event) => (event.type === 'clock-noted' ? [event.entry] : []))).toEqual([{ kind: 'closed', from: START, to: START + 9 * HOUR, ms: 9 * HOUR }])

    errorRate = 6
    await passUntil(() => engine.state('run-1').breaches.length === 1, 'the breach')
    await passUntil(() => clock.now() > START + 25 * HOUR, 'the time to be over')
    expect(statusOf(engine.state('run-1'))).toBe('monitoring')
    errorRate = 0.1
    await passUntil(() => engine.state('run-1').outcome === 'succeeded', 'the end')
    expect(storage.runs.read('run-1')).toMatchObject({ status: 'ended-succeeded', monitoringEndsAt: null })
    expect(events().at(-1)?.at).toBeGreaterThan(START + 24 * HOUR)
    const text = report()
    for (const words of ['Holdpoint was closed for 9 h', 'Breach: Error rate \\> 2%', 'planned for 1 d, started 21:00:00', '(1 breach)']) expect(text).toContain(words)
    expect(storage.journal.verify('run-1')).toMatchObject({ ok: true })
  })

  test('of a run that an older version listed as running is listed as what it is at the next start', async () => {
    released()
    await engine.close()
    storage.runs.setStatus('run-1', 'running', null)
    openAfter(HOUR)
    engine.recover()
    expect(storage.runs.read('run-1')).toMatchObject({ status: 'monitoring', monitoringEndsAt: START + 24 * HOUR })
  })
})
