import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLICKED_FAULT_IDS, type ClickedFault } from '#domain/clicked-faults.ts'
import type { HostResult } from '#domain/step.ts'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'

/** What a fault that is caused while a command runs leads to, and what it leads to when nothing runs: for the next command. */
const EXPECTED: Record<ClickedFault, { running: Partial<HostResult> | 'nothing'; next: Partial<HostResult> }> = {
  'link-drop': { running: { outcome: 'succeeded' }, next: { outcome: 'succeeded' } },
  'slow-link': { running: { outcome: 'succeeded' }, next: { outcome: 'succeeded' } },
  'clock-skew': { running: { outcome: 'succeeded' }, next: { outcome: 'succeeded' } },
  exit: { running: { outcome: 'failed', reason: 'exit', exitCode: 1 }, next: { outcome: 'failed', reason: 'exit', exitCode: 1 } },
  hang: { running: { outcome: 'failed', reason: 'timeout' }, next: { outcome: 'failed', reason: 'timeout' } },
  reboot: { running: { outcome: 'unknown', code: 'step-rebooted' }, next: { outcome: 'unknown', code: 'step-rebooted' } },
  'disk-full': { running: { outcome: 'failed', reason: 'output-limit' }, next: { outcome: 'failed', reason: 'refused', code: 'step-not-staged' } },
  'output-flood': { running: { outcome: 'failed', reason: 'output-limit' }, next: { outcome: 'failed', reason: 'output-limit' } },
  'sudo-prompt': { running: { outcome: 'failed', reason: 'refused', code: 'step-sudo' }, next: { outcome: 'failed', reason: 'refused', code: 'step-sudo' } },
  'refuse-auth': { running: 'nothing', next: { outcome: 'failed', reason: 'refused', code: 'ssh-auth' } },
  'changed-host-key': { running: 'nothing', next: { outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed' } },
}

let folder: string
let app: App

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-clicked-'))
  app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder })
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

test.each(CLICKED_FAULT_IDS)('%s, caused while a command runs', async (fault) => {
  const { running, next } = EXPECTED[fault]
  const runId = await begin()
  await startStep(runId, 'first')
  await until(() => app.storage.output.readBytes({ runId, stepId: 'first', attempt: 1, host: 'app1', stream: 'stdout' })[Symbol.iterator]().next().done === false, 'the first line')
  await cause(runId, fault)
  await hurry(runId)
  expect(await resultOf(runId, 'first')).toMatchObject(running === 'nothing' ? { outcome: 'succeeded' } : running)
  expect(app.storage.journal.read(runId, 0).filter(({ event }) => event.type === 'fault-caused').map(({ event }) => event)).toMatchObject([{ host: 'app1', fault, by: app.operator() }])
  if (running !== 'nothing') return
  await startStep(runId, 'second')
  expect(await resultOf(runId, 'second')).toMatchObject(next)
})

test.each(CLICKED_FAULT_IDS)('%s, caused while nothing runs, befalls the next command and no other', async (fault) => {
  const runId = await begin()
  await hurry(runId)
  await cause(runId, fault)
  // An effect of a command begins after its turn.
  await new Promise((resolve) => setImmediate(resolve))
  await startStep(runId, 'first')
  const first = await resultOf(runId, 'first')
  expect(first).toMatchObject(EXPECTED[fault].next)
  if (first?.outcome === 'succeeded') return
  await call('send-command', { runId, command: { type: 'retry-step', stepId: 'first', reason: 'the fault is over' } })
  await until(() => app.engine.state(runId).steps['first']?.status === 'succeeded', 'the retry')
})

const RUNBOOK = `---
hosts: [app1]
rehearsal:
  outcomes:
    - { step: first, duration: 20m, stdout: "${'one\\n'.repeat(200)}" }
    - { step: second, duration: 5s }
---
# Release

## Deployment Steps

### Phase 1: Work

1. Do the work
   \`\`\`sh {id=first hosts=app1 timeout=30m user=shop}
   echo work
   \`\`\`
2. Do more
   \`\`\`sh {id=second hosts=app1 timeout=30m user=shop}
   echo more
   \`\`\`
`

/** A rehearsal step by step, before its first step. */
async function begin(): Promise<string> {
  const { runbookId } = await call('import-runbook', { name: 'clicked.md', text: RUNBOOK })
  const { runId = '' } = await call('create-run', { runbookId, mode: 'rehearsal', speed: 100, automatic: false })
  await call('send-command', { runId, command: { type: 'start-run' } })
  await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go' } })
  return runId
}

const hurry = (runId: string) => call('send-command', { runId, command: { type: 'set-speed', speed: 3600 } })
const startStep = (runId: string, stepId: string) => call('send-command', { runId, command: { type: 'start-step', stepId } })
const cause = (runId: string, fault: ClickedFault) => call('send-command', { runId, command: { type: 'cause-fault', host: 'app1', fault } })

async function resultOf(runId: string, stepId: string): Promise<HostResult | null | undefined> {
  const host = () => app.engine.state(runId).steps[stepId]?.hosts['app1']
  await until(() => host()?.result !== null && host()?.result !== undefined, `the end of ${stepId}`)
  await until(() => app.engine.state(runId).steps[stepId]?.status !== 'running', `the end of the step ${stepId}`)
  return host()?.result
}

async function call(name: string, input: unknown): Promise<Record<string, string>> {
  const reply = await app.dispatcher.call(name, input)
  if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
  return reply.value as Record<string, string>
}
