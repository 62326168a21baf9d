import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { liveRunbook } from '#support/live-runbook.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('hosts that keep no work by themselves', () => {
  let folder: string
  let readOnly: Sshd
  let forced: Sshd
  let app: App

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-plain-'))
    const home = join(folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    readOnly = await startSshd({ config: ['SetEnv XDG_STATE_HOME=/proc/nowhere'] })
    forced = await startSshd({ config: ['ForceCommand echo nothing else runs here'] })
    writeFileSync(join(home, '.ssh', 'config'), configFor(readOnly, 'app1') + configFor(forced, 'app2'), { mode: 0o600 })
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home, answerPrompt: () => Promise.resolve({ accept: true }) })
  })
  afterEach(async () => {
    await app.close()
    await readOnly.stop()
    await forced.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (name: string, input: unknown) => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }

  test('are known with the reason once the run has started, before any step has; and the step then runs plain', async () => {
    const { runbookId } = await call('import-runbook', { name: 'live.md', text: liveRunbook({ checkUrl: 'http://127.0.0.1:9/', marker: join(folder, 'marker') }) })
    const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
    const state = () => app.engine.state(runId)
    await call('send-command', { runId, command: { type: 'start-run' } })
    await until(() => Object.keys(state().hostChecks).length === 2, 'what both hosts are')
    expect(state().stage).toBe('preparation')
    expect(state().steps['deploy']?.status).toBe('planned')
    expect(state().hostChecks).toEqual({
      app1: { at: expect.any(Number), durable: false, why: 'its home folder is not writable' },
      app2: { at: expect.any(Number), durable: false, why: expect.stringMatching(/forced command.*“nothing else runs here”/) },
    })
    const { checklists, phases } = state().runbook
    await call('send-command', { runId, command: { type: 'tick', id: checklists[0]?.items[0]?.id } })
    await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${phases[0]?.id}`, decision: 'go' } })
    await until(() => state().steps['deploy']?.status === 'succeeded', 'the step')
    expect(Object.values(state().steps['deploy']?.hosts ?? {}).map(({ durable }) => durable)).toEqual([false, false])
    const words = (await call('make-report', { runId, format: 'md' }))['text'] ?? ''
    expect(words).toContain('app1: not durable: its home folder is not writable')
  })

  test('are looked at when a person asks, also before the run has started', async () => {
    const { runbookId } = await call('import-runbook', { name: 'live.md', text: liveRunbook({ checkUrl: 'http://127.0.0.1:9/', marker: join(folder, 'marker') }) })
    const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
    await call('send-command', { runId, command: { type: 'check-hosts' } })
    await until(() => Object.keys(app.engine.state(runId).hostChecks).length === 2, 'what both hosts are')
    expect(app.engine.state(runId).stage).toBe('planned')
  })
})
