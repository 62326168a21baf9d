import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HostResult } from '#domain/step.ts'
import type { ShellRequest } from '#kinds/ports.ts'
import { createRehearsalPorts } from '#ports/rehearsal.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import type { RehearsalContext } from '#rehearsal/metrics.ts'
import { refuseNetwork } from '#support/no-network.ts'
import { sampleHost, sampleMetric, sampleOutcome, sampleRunbook, sampleStep, sampleThreshold } from '../rehearsal/sample-runbook.ts'

const HOSTS = ['web-1', 'web-2', 'db-1']
const START = Date.UTC(2026, 10, 23, 22)
const ids = ['stop', 'deploy', 'migrate', 'cut', 'stuck', 'key', 'login']
const runbook = sampleRunbook({
  hosts: HOSTS,
  steps: [...ids.map((id) => sampleStep({ id })), sampleStep({ id: 'health', kind: 'http', body: 'https://shop.example/health' })],
  outcomes: [
    sampleOutcome({ step: 'deploy', host: 'web-2', attempt: 1, exitCode: 3, stderr: 'no space left\n' }),
    sampleOutcome({ step: 'cut', attempt: 1, fault: 'link-drop', stdout: 'half\nof it\n' }),
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

const open = () => createRehearsalPorts({ runbook, clock: createRehearsalClock({ startAt: START, rate: 200 }), context: () => context })

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

async function run(stepId: string, host: string, change: Partial<ShellRequest> = {}): Promise<{ result: HostResult; stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' }
  const result = await ports.shell.run({
    host: sampleHost(host), script: `systemctl ${stepId} shop\n`, timeoutMs: null, stepId, attempt: 1, signal: new AbortController().signal,
    onOutput: (stream, bytes) => void (output[stream] += Buffer.from(bytes).toString()), ...change,
  })
  return { result, ...output }
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

test('a dropped link leaves the result unknown, and the host can be reached again', async () => {
  expect(await run('cut', 'web-1')).toMatchObject({ result: { outcome: 'unknown' }, stdout: 'half\n' })
  expect((await run('cut', 'web-1', { attempt: 2 })).result.outcome).toBe('succeeded')
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
