import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '#domain/run/view.ts'
import { createEngine, type Engine } from '#engine/engine.ts'
import { createLiveClock } from '#ports/clock.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { createFakeClock, createFakePorts, until, noSecrets } from '#support/fake-world.ts'
import { startFaultProxy, type FaultProxy } from '#support/fault-proxy.ts'
import { START } from '#support/run-log.ts'
import { phase, sh, smallRunbook } from '#support/runbooks.ts'
import { configFor, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const TIMEOUT_MS = 3_600_000

describe.skipIf(sshdMissing)('probing a step nobody knows the outcome of, on a real host', () => {
  let sshd: Sshd
  let proxy: FaultProxy
  let pool: TestPool
  let storage: Storage
  let engine: Engine
  let folder: string
  let timeIsUp: () => void

  beforeAll(async () => {
    sshd = await startSshd()
    proxy = await startFaultProxy({ host: sshd.host, port: sshd.port })
  })
  afterAll(async () => {
    await proxy.close()
    await sshd.stop()
  })
  beforeEach(() => {
    proxy.setFault({ kind: 'none' })
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-probe-'))
    storage = openStorage(folder)
    storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
    pool = startPool({ config: configFor({ ...sshd, port: proxy.port }, 'app1'), acceptKeys: true, retryMs: 20, graceMs: 200, clock: { ...createLiveClock(), sleep } })
    const fake = createFakeClock(START)
    const clock = { ...createLiveClock(), setRate: fake.setRate, reading: fake.reading }
    engine = createEngine({
      storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => 'run-1', openClock: () => clock, log: () => undefined,
      openSecrets: () => noSecrets,
      openPorts: () => Promise.resolve({ ...createFakePorts(fake, pool.pool), clock }),
    })
  })
  afterEach(async () => {
    await pool.stop()
    await engine.close()
    storage.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The step's timeout is over when the test says so, however slow the machine. */
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => (ms < TIMEOUT_MS / 2 ? createLiveClock().sleep(ms, signal) : new Promise((resolve) => { timeIsUp = resolve }))
  const events = () => storage.journal.read('run-1', 0).map(({ event }) => event)
  const step = () => engine.state('run-1').steps['stop']
  const jobFolder = () => join(sshd.state, 'holdpoint', 'jobs', storage.jobs.find({ runId: 'run-1', stepId: 'stop', attempt: 1, host: 'app1' })?.id ?? 'none')
  const findings = async (): Promise<string> => {
    engine.handle('run-1', { type: 'probe-step', stepId: 'stop' }, 'dana')
    await until(() => Array.isArray(step()?.hosts['app1']?.probe?.findings), 'the answer')
    return step()?.hosts['app1']?.probe?.findings?.join(' ') ?? ''
  }

  /** The command runs over its time while the host cannot be reached: nobody can stop it, and nobody knows how it ends. */
  const untilUnknown = async (body: string, attributes: Record<string, string> = {}): Promise<void> => {
    engine.create({ runbookId: 'book', revision: 1, runbook: smallRunbook({ checklists: [], phases: [phase(1, [sh('stop', ['app1'], { body, timeoutMs: TIMEOUT_MS, attributes })])] }), mode: 'live', speed: 1, automatic: true, by: 'dana', at: Date.now() })
    engine.handle('run-1', { type: 'start-run' }, 'dana')
    engine.handle('run-1', { type: 'decide-gate', gateId: 'gate-before-phase-1', decision: 'go', reason: '' }, 'dana')
    await until(() => storage.output.size({ runId: 'run-1', stepId: 'stop', host: 'app1' }) > 0, 'the beginning')
    proxy.setFault({ kind: 'reset', afterBytes: 0 })
    proxy.resetAll()
    timeIsUp()
    await until(() => statusOf(engine.state('run-1')) === 'unknown', 'the unknown outcome')
    proxy.setFault({ kind: 'none' })
  }

  test('finds it still running, and later its recorded end: output without a gap, the exact exit code, and the host forgets it', async () => {
    const flag = join(sshd.state, 'flag')
    await untilUnknown(`echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done; echo over; exit 7`)
    expect(await findings()).toMatch(/is on the boot the command was sent on.*no end is recorded: the command is still running/)
    expect(step()).toMatchObject({ status: 'unknown' })
    writeFileSync(flag, '')
    await until(() => existsSync(join(jobFolder(), 'rc')) && readFileSync(join(jobFolder(), 'rc'), 'utf8').includes('.'), 'the end on the host')
    expect(await findings()).toMatch(/recorded end: exit code 7/)
    await until(() => statusOf(engine.state('run-1')) === 'failed', 'the outcome')
    expect(step()).toMatchObject({ status: 'failed', attempt: 1, message: 'app1: exit 7', hosts: { app1: { result: { outcome: 'failed', reason: 'exit', exitCode: 7 } } } })
    expect(Buffer.concat([...storage.output.readBytes({ runId: 'run-1', stepId: 'stop', attempt: 1, host: 'app1', stream: 'stdout' })]).toString()).toBe('begun\nover\n')
    await until(() => storage.jobs.find({ runId: 'run-1', stepId: 'stop', attempt: 1, host: 'app1' })?.state === 'acknowledged', 'the acknowledgement')
    expect(existsSync(jobFolder())).toBe(false)
    expect(events().filter(({ type }) => type === 'step-started')).toHaveLength(1)
  })

  test('a killed supervisor and command, a removed folder and a boot of another name prove nothing; a probe= command says what it sees and decides nothing', async () => {
    await untilUnknown('echo begun; sleep 600', { probe: 'echo "version 4.2 is there"; exit 3' })
    for (const which of ['sup', 'cmd']) process.kill(Number(readFileSync(join(jobFolder(), which), 'utf8').split(' ')[0]), 'SIGKILL')
    expect(await findings()).toMatch(/Neither the command nor what watched over it is alive\. The probe command ended with exit code 3 and printed: version 4\.2 is there$/)
    writeFileSync(join(jobFolder(), 'sup'), '1 1 another-boot 1 .\n')
    expect(await findings()).toMatch(/It is from before the host was started anew/)
    rmSync(jobFolder(), { recursive: true })
    expect(await findings()).toMatch(/has no folder jobs\/.*has not begun there, or its records have been removed/)
    expect(step()).toMatchObject({ status: 'unknown' })
  })

  test('a host that cannot be reached says so', async () => {
    await untilUnknown('echo begun; sleep 600')
    proxy.setFault({ kind: 'reset', afterBytes: 0 })
    proxy.resetAll()
    expect(await findings()).toMatch(/app1 could not be asked: /)
    expect(step()).toMatchObject({ status: 'unknown' })
    process.kill(Number(readFileSync(join(jobFolder(), 'sup'), 'utf8').split(' ')[0]), 'SIGKILL')
    process.kill(Number(readFileSync(join(jobFolder(), 'cmd'), 'utf8').split(' ')[0]), 'SIGKILL')
  })

  test('a question that was open when the program ended is closed at the next start', async () => {
    await untilUnknown('echo begun; sleep 600')
    proxy.setFault({ kind: 'silence', afterBytes: 0 })
    engine.handle('run-1', { type: 'probe-step', stepId: 'stop' }, 'dana')
    const again = createEngine({ storage, machine: { id: 'laptop', name: 'laptop' }, newId: () => 'run-2', openClock: () => createFakeClock(Date.now()), log: () => undefined, openSecrets: () => noSecrets, openPorts: () => Promise.reject(new Error('no world')) })
    again.recover()
    await until(() => again.state('run-1').steps['stop']?.hosts['app1']?.probe?.findings?.[0] === 'Holdpoint ended before the answer came.', 'the closing')
    for (const which of ['sup', 'cmd']) process.kill(Number(readFileSync(join(jobFolder(), which), 'utf8').split(' ')[0]), 'SIGKILL')
    await again.close()
  })
})
