import { expect, test } from 'vitest'
import type { HttpRequest } from '#kinds/ports.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'
import { createRehearsalHttp } from '#rehearsal/http.ts'
import type { RehearsalContext } from '#rehearsal/metrics.ts'
import { readScript } from '#rehearsal/script.ts'
import { sampleOutcome, sampleRunbook, sampleStep, type SampleParts } from './sample-runbook.ts'

const URL_ = 'https://shop.example/health'
const check = sampleStep({ id: 'health', kind: 'http', body: `GET ${URL_}`, hosts: [] })

function openHttp(parts: SampleParts, context: Partial<RehearsalContext> = {}) {
  const runbook = sampleRunbook({ steps: [check], ...parts })
  const clock = createRehearsalClock({ startAt: 0, rate: 1000 })
  const known = { stepStarts: {}, stepEnds: {}, stepAttempts: {}, rollbackAt: null, ...context }
  const http = createRehearsalHttp({ runbook, plan: readScript(runbook), clock, context: () => known })
  return { runbook, ask: (request: Partial<HttpRequest> = {}) => http.fetch({ url: URL_, timeoutMs: 5000, ...request }) }
}

test('an HTTP step gets the reply it expects, after a plausible time', async () => {
  const asked = await openHttp({ steps: [{ ...check, attributes: { expect: '204,200', contains: '"version":"2.4.1"' } }] }).ask()
  expect(asked).toMatchObject({ status: 204, truncated: false })
  expect(asked.body).toContain('"version":"2.4.1"')
  expect(asked.body).toContain('rehearsal')
  expect(asked.durationMs).toBeGreaterThanOrEqual(80)
})

test('a scripted exit code is a service that is not available', async () => {
  expect(await openHttp({ outcomes: [sampleOutcome({ step: 'health', exitCode: 1, stdout: 'no database' })] }).ask()).toMatchObject({ status: 503, body: 'no database' })
})

test('an outcome for the first attempt is over on the second', async () => {
  const outcomes = [sampleOutcome({ step: 'health', attempt: 1, exitCode: 1 })]
  expect(await openHttp({ outcomes }, { stepAttempts: { health: 1 } }).ask()).toMatchObject({ status: 503 })
  expect(await openHttp({ outcomes }, { stepAttempts: { health: 2 } }).ask()).toMatchObject({ status: 200 })
})

test('of two steps at one address the one that started last is meant', async () => {
  const steps = [check, { ...check, id: 'again' }]
  const outcomes = [sampleOutcome({ step: 'again', exitCode: 1 })]
  expect(await openHttp({ steps, outcomes }, { stepStarts: { health: 5 } }).ask()).toMatchObject({ status: 200 })
  expect(await openHttp({ steps, outcomes }, { stepStarts: { health: 5, again: 9 } }).ask()).toMatchObject({ status: 503 })
})

test.each([
  ['link-drop', 'http-broken'], ['hang', 'http-timeout'], ['changed-host-key', 'http-tls'],
] as const)('the fault %s is a Problem %s', async (fault, code) => {
  await expect(openHttp({ outcomes: [sampleOutcome({ step: 'health', fault })] }).ask()).rejects.toMatchObject({ code })
})

test('a refused login is a status', async () => {
  expect(await openHttp({ outcomes: [sampleOutcome({ step: 'health', fault: 'refuse-auth' })] }).ask()).toMatchObject({ status: 401 })
})

test('a request whose time is shorter than the reply times out', async () => {
  await expect(openHttp({}).ask({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'http-timeout' })
})

test('a health check of the runbook is answered as it expects', async () => {
  const { runbook, ask } = openHttp({ steps: [] })
  runbook.healthChecks.push({ id: 'h', endpoint: `<${URL_}>`, expected: '200 with "pong"', range: check.range })
  expect(await ask()).toMatchObject({ status: 200 })
})

test('an address the runbook does not name is not answered as if it were well', async () => {
  expect(await openHttp({}).ask({ url: 'https://other.example/' })).toMatchObject({ status: 404 })
  expect(await openHttp({}).ask({ url: `${URL_}/deep` })).toMatchObject({ status: 404 })
})

test('a reply longer than asked for is cut, and says so', async () => {
  expect(await openHttp({}).ask({ maxBytes: 5 })).toMatchObject({ body: '{"sta', truncated: true })
})

test('a request that is stopped ends at once', async () => {
  await expect(openHttp({}).ask({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
})
