import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS, type Fault } from '#domain/rehearsal-script.ts'
import type { RunEvent } from '#domain/run/events.ts'
import type { HostResult } from '#domain/step.ts'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'

/** What a fault in the script of a rehearsal leads to, exactly. */
interface Expected {
  result: Partial<HostResult>
  /** Facts about the host between its start and its end. */
  facts: RunEvent['type'][]
  /** Whether the command was put on the host at all. */
  begun?: false
  stdout?: unknown
}

const succeeded = { outcome: 'succeeded', exitCode: 0 } as const
const whole = 'one\ntwo\nthree\n'

const EXPECTED: Record<Fault, Expected> = {
  'link-drop': { result: succeeded, facts: ['host-link-lost', 'host-link-restored'], stdout: whole },
  'slow-link': { result: succeeded, facts: [], stdout: whole },
  'clock-skew': { result: succeeded, facts: [], stdout: expect.stringMatching(/^\[rehearsal\] by this host's own clock it is .*Z\none\ntwo\nthree\n$/) },
  hang: { result: { outcome: 'failed', reason: 'timeout', message: 'It was stopped after 5 min and ended with exit code 143 on app1. None of its processes is left.' }, facts: [], stdout: whole },
  reboot: { result: { outcome: 'unknown', code: 'step-rebooted' }, facts: ['host-link-lost', 'host-link-restored'] },
  'disk-fills': { result: { outcome: 'failed', reason: 'output-limit', message: expect.stringContaining('less than 256 MiB free on the disk of app1') as unknown as string }, facts: [] },
  'output-flood': { result: { outcome: 'failed', reason: 'output-limit', message: expect.stringContaining('printed more than may be kept on app1') as unknown as string }, facts: [] },
  'sudo-prompt': { result: { outcome: 'failed', reason: 'refused', code: 'step-sudo' }, facts: [], stdout: '' },
  'disk-full': { result: { outcome: 'failed', reason: 'refused', code: 'step-not-staged' }, facts: [], stdout: '' },
  'refuse-auth': { result: { outcome: 'failed', reason: 'refused', code: 'ssh-auth' }, facts: [], begun: false, stdout: '' },
  'changed-host-key': { result: { outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed' }, facts: [], begun: false, stdout: '' },
}

let folder: string
let app: App

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-faults-'))
  app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder })
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

test.each(FAULTS)('the fault %s reaches exactly its state, and the retry succeeds', async (fault) => {
  const { result, facts, begun = true, stdout } = EXPECTED[fault]
  const runId = await begin(fault)
  const host = () => app.engine.state(runId).steps['work']?.hosts['app1']
  await until(() => host()?.result !== null && host()?.result !== undefined, `the end under ${fault}`)
  expect(host()?.result).toMatchObject(result)
  expect(host()?.durable).toBe(begun ? true : null)
  const about = eventsOf(runId).filter((event) => 'host' in event).map(({ type }) => type)
  expect(about).toEqual([...(begun ? ['host-started'] : []), ...facts, 'host-finished'])
  if (stdout !== undefined) expect(stdoutOf(runId)).toEqual(stdout)

  if (host()?.result?.outcome === 'succeeded') return
  await call('send-command', { runId, command: { type: 'retry-step', stepId: 'work', reason: 'the fault is over' } })
  await until(() => app.engine.state(runId).steps['work']?.status === 'succeeded', `the retry after ${fault}`)
})

test('a link that drops while the command prints leaves its exit code exact', async () => {
  const runId = await begin('link-drop', 'exit: 42,')
  const host = () => app.engine.state(runId).steps['work']?.hosts['app1']
  await until(() => host()?.result !== null && host()?.result !== undefined, 'the end')
  expect(host()?.result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 42 })
})

test('a slow link makes the step longer and its output no shorter', async () => {
  const runId = await begin('slow-link')
  const host = () => app.engine.state(runId).steps['work']?.hosts['app1']
  await until(() => host()?.state === 'succeeded', 'the end')
  expect((host()?.finishedAt ?? 0) - (host()?.startedAt ?? 0)).toBeGreaterThanOrEqual(62_000)
})

test('times of a host with a wrong clock are those of the run: its length and when it ended', async () => {
  const runId = await begin('clock-skew')
  const host = () => app.engine.state(runId).steps['work']?.hosts['app1']
  await until(() => host()?.result !== null && host()?.result !== undefined, 'the end')
  const { startedAt, finishedAt } = host() ?? {}
  const { createdAt, lastEventAt } = app.engine.state(runId)
  expect(startedAt).toBeGreaterThanOrEqual(createdAt)
  expect(finishedAt).toBeLessThanOrEqual(lastEventAt)
  expect((finishedAt ?? 0) - (startedAt ?? 0)).toBeGreaterThanOrEqual(60_000 - 1)
})

async function begin(fault: Fault, more = ''): Promise<string> {
  const { runbookId } = await call('import-runbook', { name: `${fault}.md`, text: runbook(fault, more) })
  const { runId = '' } = await call('create-run', { runbookId, mode: 'rehearsal', speed: 600 })
  await call('send-command', { runId, command: { type: 'start-run' } })
  await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go' } })
  return runId
}

const runbook = (fault: Fault, more: string): string => `---
hosts: [app1]
rehearsal:
  outcomes:
    - { step: work, attempt: 1, duration: 60s, stdout: "one\\ntwo\\nthree\\n", ${more} fault: ${fault} }
---
# Release

## Deployment Steps

### Phase 1: Work

1. Do the work
   \`\`\`sh {id=work hosts=app1 timeout=5m user=shop}
   echo work
   \`\`\`
`

async function call(name: string, input: unknown): Promise<Record<string, string>> {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
  return reply.value as Record<string, string>
}

const eventsOf = (runId: string): RunEvent[] => app.storage.journal.read(runId, 0).map(({ event }) => event)

function stdoutOf(runId: string): string {
  return Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'work', attempt: 1, host: 'app1', stream: 'stdout' })]).toString()
}
