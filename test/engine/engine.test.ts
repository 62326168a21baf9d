import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import { statusOf } from '#domain/run/view.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createFakeClock, createFakePorts, createFakeShell, noSecrets, settled, until, type FakeClock, type FakeShell } from '#support/fake-world.ts'
import { go, START, tick } from '#support/run-log.ts'
import { manual, phase, range, sh, smallRunbook } from '#support/runbooks.ts'

let folder: string
let storage: Storage
let engine: Engine
let clock: FakeClock
let shell: FakeShell
let problems: string[]
let reading: (metric: string) => number | null

const open = () => {
  shell = createFakeShell()
  engine = createEngine({
    storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => `run-${storage.runs.list().length + 1}`, openClock: () => clock, openSecrets: () => noSecrets,
    openPorts: () => Promise.resolve(createFakePorts(clock, shell, (metric) => reading(metric))),
    log: (what, thrown) => problems.push(`${what}: ${String(thrown)}`),
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-engine-'))
  storage = openStorage(folder)
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
  clock = createFakeClock(START)
  problems = []
  reading = () => 0
  open()
})

afterEach(async () => {
  await engine.close()
  storage.close()
  rmSync(folder, { recursive: true, force: true })
})

const begin = (runbook: Runbook = smallRunbook()): string => {
  const runId = engine.create({ runbookId: 'book', revision: 1, runbook, mode: 'rehearsal', speed: 60, automatic: true, by: 'dana', at: START })
  engine.handle(runId, { type: 'start-run' }, 'dana')
  return runId
}

const throughFirstGate = async (runbook?: Runbook, commands = 2): Promise<string> => {
  const runId = begin(runbook)
  engine.handle(runId, tick('tests-pass'), 'dana')
  engine.handle(runId, go(1), 'dana')
  await until(() => shell.requests.length === commands, 'the commands')
  return runId
}

describe('one turn', () => {
  test('a step is in the journal before its command reaches a host', async () => {
    const runId = begin()
    engine.handle(runId, tick('tests-pass'), 'dana')
    engine.handle(runId, go(1), 'dana')
    expect(shell.requests).toHaveLength(0)
    expect(storage.journal.read(runId, 0).at(-1)?.event).toMatchObject({ type: 'step-started', stepId: 'stop' })
    await until(() => shell.requests.length === 2)
  })

  test('a refused command leaves journal and state untouched', () => {
    const runId = begin()
    const before = storage.journal.read(runId, 0).length
    expect(() => engine.handle(runId, go(1), 'dana')).toThrow(Problem)
    expect(storage.journal.read(runId, 0)).toHaveLength(before)
  })

  test('results come back as commands and the run goes on by itself', async () => {
    const runId = await throughFirstGate()
    shell.finish('app1')
    shell.finish('app2')
    await until(() => engine.state(runId).steps['look']?.status === 'running')
    expect(engine.state(runId).steps['stop']).toMatchObject({ status: 'succeeded', attempt: 1 })
  })

  test('a step kind that throws is unknown, not failed and not succeeded', async () => {
    const runId = await throughFirstGate()
    shell.finish('app1')
    shell.run = () => Promise.reject(new Error('boom'))
    shell.finish('app2', { outcome: 'failed', reason: 'exit', exitCode: 1 })
    await until(() => statusOf(engine.state(runId)) === 'failed')
    engine.handle(runId, { type: 'retry-step', stepId: 'stop' }, 'dana')
    await until(() => statusOf(engine.state(runId)) === 'unknown')
    expect(engine.state(runId).steps['stop']?.message).toContain('boom')
  })

  test('the run list shows the status of the run', async () => {
    const runId = await throughFirstGate()
    expect(storage.runs.read(runId).status).toBe('running')
    engine.handle(runId, { type: 'abort', reason: 'wrong night' }, 'dana')
    await until(() => storage.runs.read(runId).status === 'ended-aborted')
  })

  test('abort asks the running commands to stop', async () => {
    const runId = await throughFirstGate()
    engine.handle(runId, { type: 'abort', reason: 'wrong night' }, 'dana')
    expect(shell.requests.every((request) => request.signal.aborted)).toBe(true)
    await until(() => statusOf(engine.state(runId)) === 'ended-aborted')
  })

  test('a rehearsal runs fast while hosts are waited for and at real speed while a person is', async () => {
    await throughFirstGate()
    expect(clock.rate()).toBe(60)
    shell.finish('app1')
    shell.finish('app2')
    await until(() => clock.rate() === 1)
  })
})

describe('after a crash', () => {
  test('a step that was running is unknown, and nothing is sent to a host again', async () => {
    const runId = await throughFirstGate()
    shell.finish('app1')
    await until(() => engine.state(runId).steps['stop']?.hosts['app1']?.state === 'succeeded')
    // The first engine is left as a killed process would leave it: nothing closed, nothing said.
    open()
    engine.recover()
    await settled()
    expect(statusOf(engine.state(runId))).toBe('unknown')
    expect(engine.state(runId).steps['stop']?.hosts['app1']?.state).toBe('succeeded')
    expect(shell.requests).toHaveLength(0)
  })

  test('nothing follows by itself after a restart: a rollback that waited for a running step waits for a person', async () => {
    const runId = await throughFirstGate()
    engine.handle(runId, { type: 'start-rollback', reason: 'errors' }, 'dana')
    open()
    engine.recover()
    await settled()
    expect(shell.requests).toHaveLength(0)
    expect(engine.state(runId)).toMatchObject({ paused: { reason: 'Holdpoint was restarted while a step was running.' } })
  })

  test('a host whose turn had not come is reported as never begun, not as unknown', async () => {
    const runId = await throughFirstGate(smallRunbook({ phases: [phase(1, [sh('stop', ['app1', 'app2'], { attributes: { parallel: '1' } })])] }), 1)
    open()
    engine.recover()
    await settled()
    expect(engine.state(runId).steps['stop']?.hosts['app2']?.result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'not-begun' })
    expect(shell.requests).toHaveLength(0)
  })

  test('closing begins nothing on the hosts whose turn comes then', async () => {
    await throughFirstGate(smallRunbook({ phases: [phase(1, [sh('stop', ['app1', 'app2'], { attributes: { parallel: '1' } })])] }), 1)
    await engine.close()
    await settled()
    expect(shell.requests.map((request) => request.host.name)).toEqual(['app1'])
  })

  test('monitoring goes on where it was and ends at its time', async () => {
    const runId = begin(smallRunbook({ checklists: [], phases: [], monitoring: { text: '10 minutes', durationMs: 600_000, range } }))
    expect(engine.state(runId).stage).toBe('monitoring')
    await clock.advance(300_000)
    await engine.close()
    open()
    engine.recover()
    expect(engine.live(runId)).not.toBeNull()
    await clock.advance(299_000)
    expect(engine.state(runId).stage).toBe('monitoring')
    await clock.advance(2_000)
    expect(engine.state(runId).stage).toBe('closing')
  })
})

describe('fan-out', () => {
  const deploy = (attributes: Record<string, string>) => smallRunbook({ phases: [phase(1, [sh('stop', ['app1', 'app2'], { attributes })])] })

  test('a canary goes first, and the others follow only when it has succeeded', async () => {
    const runId = await throughFirstGate(deploy({ batch: '1,100%' }), 1)
    expect(shell.requests.map((request) => request.host.name)).toEqual(['app1'])
    shell.finish('app1')
    await until(() => shell.requests.length === 2)
    shell.finish('app2')
    await until(() => engine.state(runId).steps['stop']?.status === 'succeeded')
  })

  test('a canary that fails stops the step: the others are said not to have begun', async () => {
    const runId = await throughFirstGate(deploy({ batch: '1,100%' }), 1)
    shell.finish('app1', { outcome: 'failed', reason: 'exit', exitCode: 1 })
    await until(() => statusOf(engine.state(runId)) === 'failed')
    expect(engine.state(runId).steps['stop']?.hosts['app2']?.result).toMatchObject({ reason: 'refused', code: 'step-stopped' })
    expect(shell.requests).toHaveLength(1)
  })

  test('a value captured from the output is in the record before its host is', async () => {
    const runId = await throughFirstGate(deploy({ parallel: '1', capture: 'release=regex:v([0-9.]+)' }), 1)
    shell.requests[0]?.onOutput('stdout', Buffer.from('running v2.14.0\n'))
    shell.finish('app1')
    await until(() => engine.state(runId).captured['release']?.['app1'] === '2.14.0')
    const types = storage.journal.read(runId, 0).map(({ event }) => event.type)
    expect(types.indexOf('value-captured')).toBeLessThan(types.indexOf('host-finished'))
  })

  test('a retry begins by itself when its time has come', async () => {
    const runId = await throughFirstGate(deploy({ retries: '1', delay: '30s' }))
    shell.finish('app1')
    shell.finish('app2', { outcome: 'failed', reason: 'exit', exitCode: 1 })
    await until(() => engine.state(runId).steps['stop']?.retryAt !== null)
    await clock.advance(31_000)
    await until(() => shell.requests.length === 3)
    expect(shell.requests[2]).toMatchObject({ attempt: 2, host: { name: 'app2' } })
  })
})

describe('storage that refuses', () => {
  test('an outcome that cannot be recorded is kept and recorded when storage takes it again', async () => {
    const runId = await throughFirstGate()
    const { append } = storage.journal
    let refusals = 0
    storage.journal.append = () => {
      refusals += 1
      throw new Problem('storage-full', 'The disk is full.', 'Free some space.')
    }
    shell.finish('app1')
    await until(() => refusals > 0)
    expect(engine.state(runId).steps['stop']?.hosts['app1']?.state).toBe('running')
    storage.journal.append = append
    await until(() => engine.state(runId).steps['stop']?.hosts['app1']?.state === 'succeeded')
    expect(problems[0]).toContain('report-host-finished')
  })
})

describe('a countdown to the rollback', () => {
  const threshold = { id: 'many-threshold', text: 'Error rate > 5%', metric: 'error rate', operator: '>' as const, limit: 5, unit: '%' as const, holdMs: 0, range }
  const auto = smallRunbook({
    phases: [phase(1, [sh('stop', ['app1']), manual('look')])],
    rollback: { triggers: [{ id: 'many', text: threshold.text, threshold, auto: { countdownMs: 60_000 }, range }], steps: [sh('back', ['app1'])], validation: [] },
  })
  const firing = async (): Promise<string> => {
    const runId = await throughFirstGate(auto, 1)
    shell.finish('app1')
    await until(() => engine.state(runId).steps['stop']?.status === 'succeeded')
    reading = () => 7
    await clock.advance(5_000)
    await until(() => engine.state(runId).breaches.length === 1, 'the trigger')
    return runId
  }
  const typesOf = (runId: string) => storage.journal.read(runId, 0).map(({ event }) => event.type)

  test('ends in the rollback, whose first step is sent', async () => {
    const runId = await firing()
    const { control, limit, query, samples } = engine.state(runId).breaches[0]!.evidence
    expect({ control, limit, query, last: samples.at(-1)?.value }).toEqual({ control: 'dana', limit: '> 5 %', query: "the rehearsal script's error rate", last: 7 })
    expect(clock.rate()).toBe(1)
    await clock.advance(70_000)
    await until(() => shell.requests.length === 2, 'the first step of the rollback')
    expect([engine.state(runId).rollback?.by, shell.requests[1]?.script.includes('echo back')]).toEqual(['holdpoint', true])
  })

  test('survives a restart, and starts again in full when its end was not seen', async () => {
    const runId = await firing()
    await engine.close()
    open()
    engine.recover()
    await clock.advance(50_000)
    expect(engine.state(runId).rollback).toBeNull()
    await engine.close()
    await clock.advance(300_000)
    open()
    engine.recover()
    await clock.advance(1)
    await until(() => typesOf(runId).filter((type) => type === 'rollback-countdown-started').length === 2, 'the countdown again')
    expect(engine.state(runId).rollback).toBeNull()
    await clock.advance(66_000)
    await until(() => engine.state(runId).rollback?.by === 'holdpoint')
  })

  test('that was stopped stays stopped after a restart', async () => {
    const runId = await firing()
    engine.handle(runId, { type: 'watch-breach', breachId: engine.state(runId).breaches[0]!.id, note: 'looking' }, 'dana')
    await engine.close()
    open()
    engine.recover()
    await clock.advance(300_000)
    expect([engine.state(runId).rollback, engine.state(runId).steps['look']?.status, shell.requests.length]).toEqual([null, 'running', 0])
  })
})

describe('health', () => {
  const watched = smallRunbook({
    thresholds: [{ id: 'errors', text: 'Error rate > 2% for 10s', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 10_000, range }],
  })

  test('a breach is opened with its evidence and closed when the metric recovers', async () => {
    const runId = begin(watched)
    await settled()
    reading = () => 6
    await clock.advance(30_000)
    await until(() => engine.state(runId).breaches.length === 1)
    const [breach] = engine.state(runId).breaches
    expect(breach).toMatchObject({ thresholdId: 'errors', metric: 'error rate', closedAt: null, evidence: { rule: 'Error rate > 2% for 10s' } })
    expect(breach?.evidence.samples.at(-1)?.value).toBe(6)
    reading = () => 0.1
    await clock.advance(10_000)
    await until(() => engine.state(runId).breaches[0]?.closedAt !== null)
  })

  test('a multiple of the baseline is judged once the first phase has begun, by the readings before it', async () => {
    reading = () => 200
    const relative = { id: 'twice', text: 'Latency > 2x baseline', metric: 'latency', operator: '>' as const, limit: 2, of: 'baseline' as const, unit: '' as const, holdMs: 0, range }
    const runId = begin(smallRunbook({ thresholds: [relative] }))
    await clock.advance(30_000)
    expect([engine.state(runId).verdicts['twice'], engine.state(runId).baseline]).toEqual([undefined, null])
    const known = () => storage.samples.range(runId, 'latency', START, clock.now()).length
    await until(() => {
      void clock.advance(2000)
      return known() >= 3
    }, 'readings')
    engine.handle(runId, tick('tests-pass'), 'dana')
    engine.handle(runId, go(1), 'dana')
    await until(() => engine.state(runId).baseline?.metrics['latency']?.value === 200, 'the baseline')
    reading = () => 390
    await clock.advance(10_000)
    await until(() => engine.state(runId).verdicts['twice']?.verdict === 'ok', 'the verdict')
    reading = () => 410
    await clock.advance(10_000)
    await until(() => engine.state(runId).breaches.length === 1, 'the breach')
    expect(engine.state(runId).breaches[0]?.evidence.limit).toMatch(/^> 400 ms, 2 × the baseline of 200 ms \(n=\d+\)$/)
    await engine.close()
    open()
    engine.recover()
    expect(engine.state(runId).verdicts['twice']).toMatchObject({ verdict: 'inconclusive', doubt: 'no-data' })
  })

  test('silence is noticed as no data and does not close a breach', async () => {
    const runId = begin(watched)
    await settled()
    reading = () => 6
    await clock.advance(30_000)
    await until(() => engine.state(runId).breaches.length === 1)
    reading = () => null
    await clock.advance(120_000)
    await until(() => engine.state(runId).silent['error rate'] !== undefined)
    expect(engine.state(runId).breaches[0]?.closedAt).toBeNull()
    reading = () => 0.1
    await clock.advance(10_000)
    await until(() => engine.state(runId).silent['error rate'] === undefined)
  })
})
