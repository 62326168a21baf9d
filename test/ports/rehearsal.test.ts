import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HostResult } from '#domain/step.ts'
import type { ShellRequest } from '#kinds/ports.ts'
import { createRehearsalPorts } from '#ports/rehearsal.ts'
import { noSecrets } from '#support/fake-world.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import type { RehearsalContext } from '#rehearsal/metrics.ts'
import { until } from '#support/fake-world.ts'
import { refuseNetwork } from '#support/no-network.ts'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { sampleHost, sampleMetric, sampleOutcome, sampleRunbook, sampleStep, sampleThreshold } from '../rehearsal/sample-runbook.ts'

const HOSTS = ['web-1', 'web-2', 'db-1']
const START = Date.UTC(2026, 10, 23, 22)
const ids = ['stop', 'deploy', 'migrate', 'cut', 'stuck', 'key', 'login']
const runbook = sampleRunbook({
  hosts: HOSTS,
  steps: [...ids.map((id) => sampleStep({ id })), sampleStep({ id: 'health', kind: 'http', body: 'https://shop.example/health' })],
  outcomes: [
    sampleOutcome({ step: 'deploy', host: 'web-2', attempt: 1, exitCode: 3, stderr: 'no space left\n' }),
    sampleOutcome({ step: 'cut', attempt: 1, fault: 'link-drop', exitCode: 4, stdout: 'half\nof it\n' }),
    sampleOutcome({ step: 'stuck', fault: 'hang', stdout: 'waiting\n' }),
    sampleOutcome({ step: 'key', attempt: 1, fault: 'changed-host-key' }),
    sampleOutcome({ step: 'login', attempt: 1, fault: 'refuse-auth' }),
  ],
  metrics: [sampleMetric({ base: 0.2, changes: [{ from: 'deploy', to: 5, rampMs: 0, until: 'rollback' }] })],
  thresholds: [sampleThreshold('response time', '>', 800)],
})

let network: ReturnType<typeof refuseNetwork>
let context: RehearsalContext
let ports: Awaited<ReturnType<typeof open>>

const open = () => createRehearsalPorts({ runbook, secrets: noSecrets, clock: createRehearsalClock({ startAt: START, rate: 200 }), context: () => context })

beforeEach(async () => {
  network = refuseNetwork()
  context = { stepStarts: {}, stepEnds: {}, stepAttempts: {}, rollbackAt: null }
  ports = await open()
})

afterEach(async () => {
  await ports.close()
  network.restore()
  expect(network.attempts, 'nothing may leave the machine').toEqual([])
})

interface Ran { result: HostResult; stdout: string; stderr: string; job: MemoryJob }

async function run(stepId: string, host: string, change: Partial<Omit<ShellRequest, 'job'>> = {}): Promise<Ran> {
  const job = createMemoryJob()
  const onOutput = change.onOutput ?? (() => undefined)
  const result = await ports.shell.run({
    host: sampleHost(host), script: `systemctl ${stepId} shop\n`, timeoutMs: null, stepId, attempt: 1, signal: new AbortController().signal, onOutput, ...change,
    job: {
      ...job,
      keep: (stream, offset, bytes, isLast) => {
        if (bytes.length > 0) onOutput(stream, bytes)
        return job.keep(stream, offset, bytes, isLast)
      },
    },
  })
  return { result, stdout: job.stdout().toString(), stderr: job.stderr().toString(), job }
}

test('a whole rehearsal works with every way out of the machine closed', async () => {
  for (const stepId of ['stop', 'deploy', 'migrate']) {
    const results = await Promise.all(HOSTS.map((host) => run(stepId, host, { attempt: 2 })))
    for (const { result, stdout } of results) {
      expect(result).toEqual({ outcome: 'succeeded', exitCode: 0 })
      expect(stdout).toBe(`[rehearsal] + systemctl ${stepId} shop\n[rehearsal] ok\n`)
    }
  }
  expect(await ports.http.fetch({ url: 'https://shop.example/health', timeoutMs: 5000 })).toMatchObject({ status: 200 })
  expect(ports.synthetic('Response time', ports.clock.now())).toBeGreaterThan(100)
})

test('a step fails on its one scripted host with its own output, and goes well on the retry', async () => {
  expect(await run('deploy', 'web-2')).toMatchObject({ result: { outcome: 'failed', reason: 'exit', exitCode: 3 }, stderr: 'no space left\n' })
  expect((await run('deploy', 'web-1')).result.outcome).toBe('succeeded')
  expect((await run('deploy', 'web-2', { attempt: 2 })).result.outcome).toBe('succeeded')
})

test('a dropped link is told of and found again, and the step ends with its exit code and its whole output', async () => {
  const { result, stdout, job } = await run('cut', 'web-1')
  expect({ result, stdout }).toEqual({ result: { outcome: 'failed', reason: 'exit', exitCode: 4 }, stdout: 'half\nof it\n' })
  expect(job.losses).toHaveLength(1)
  expect(job.restored).toBe(1)
  expect((await run('cut', 'web-1', { attempt: 2 })).result.outcome).toBe('succeeded')
})

test('the stand-ins forget a command when its end has been committed here', async () => {
  const { job } = await run('stop', 'web-1')
  await until(() => job.isAcknowledged, 'the acknowledgement')
  expect(job.plain).toBeNull()
})

test('a command that was sent before Holdpoint ended is unknown: its stand-in is gone', async () => {
  const job = createMemoryJob()
  job.begin({ bootId: 'before', hostKey: '', helper: '', commandSha256: '' })
  const result = await ports.shell.run({
    host: sampleHost('web-1'), script: 'true\n', timeoutMs: null, stepId: 'stop', attempt: 1, signal: new AbortController().signal, onOutput: () => undefined, job,
  })
  expect(result).toMatchObject({ outcome: 'unknown', code: 'rehearsal-restarted' })
  expect(job.results).toEqual([result])
})

test('a hanging step is stopped on request', async () => {
  const stop = new AbortController()
  const { result } = await run('stuck', 'db-1', { signal: stop.signal, onOutput: () => stop.abort() })
  expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
})

test('a timeout counts in rehearsal time', async () => {
  const { result } = await run('stuck', 'db-1', { timeoutMs: 10 * 60_000 / 100 })
  expect(result).toMatchObject({ outcome: 'failed', reason: 'timeout', message: expect.stringContaining('db-1') })
})

test('a step that ends in time is not timed out', async () => {
  expect((await run('stop', 'web-1', { timeoutMs: 3_600_000 })).result.outcome).toBe('succeeded')
})

test('a changed host key is refused before anything is sent, also when the host was reached before', async () => {
  expect((await run('stop', 'web-1')).result.outcome).toBe('succeeded')
  expect((await run('key', 'web-1')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: expect.stringContaining('host-key') })
  expect((await run('key', 'web-1', { attempt: 2 })).result.outcome).toBe('succeeded')
})

test('a refused login is refused, also when the host was reached before, and not on the retry', async () => {
  expect((await run('stop', 'web-1')).result.outcome).toBe('succeeded')
  expect((await run('login', 'web-1')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth' })
  expect((await run('login', 'web-1', { attempt: 2 })).result.outcome).toBe('succeeded')
})

test('a host the runbook does not name is never reached for', async () => {
  expect((await run('stop', 'payments-1')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'rehearsal-host' })
})

test('metrics follow the run: healthy, in breach from the step on, healthy again after the rollback', () => {
  const value = () => ports.synthetic('error rate', START + 3_600_000)
  expect(value()).toBe(0.2)
  context = { ...context, stepStarts: { deploy: START } }
  expect(value()).toBe(5)
  context = { ...context, rollbackAt: START + 60_000 }
  expect(value()).toBe(0.2)
  expect(ports.synthetic('something else', START)).toBeNull()
})

test('after closing no step can run', async () => {
  expect((await run('stop', 'web-1')).result.outcome).toBe('succeeded')
  await ports.close()
  expect((await run('stop', 'web-1')).result).toMatchObject({ outcome: 'failed', reason: 'refused' })
})
