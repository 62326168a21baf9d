import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { statusOf } from '#domain/run/view.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('a rollback to before a phase, over real SSH', () => {
  let sshd: Sshd
  let folder: string
  /** What stands on the hosts: the account of the test's sshd can write there. */
  let site: string

  beforeAll(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-partial-'))
    site = join(tmpdir(), `${basename(folder)}-site`)
    mkdirSync(site)
    chmodSync(site, 0o777)
    mkdirSync(join(folder, '.ssh'), { mode: 0o700 })
    writeFileSync(join(folder, '.ssh', 'config'), configFor(sshd, 'app1') + configFor(sshd, 'app2'), { mode: 0o600 })
  })
  afterAll(async () => {
    await sshd.stop()
    for (const path of [site, folder]) rmSync(path, { recursive: true, force: true })
  })

  const open = () => createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder, answerPrompt: () => Promise.resolve({ accept: true }) })
  const call = async (app: App, name: string, input: unknown) => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const isAt = (name: string): boolean => existsSync(join(site, name))
  const log = (): string[] => readFileSync(join(site, 'log'), 'utf8').trimEnd().split('\n')

  test('takes back on the hosts what was done since, and nothing else, over a restart in its midst; then the phase is done again and the run ends well', async () => {
    const first = await open()
    const { runbookId } = await call(first, 'import-runbook', { name: 'partial.md', text: runbook(site) })
    const { runId = '' } = await call(first, 'create-run', { runbookId, mode: 'live' })
    const phases = first.engine.state(runId).runbook.phases.map(({ id }) => id)
    const goInto = (app: App, place: number) => call(app, 'send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${phases[place]}`, decision: 'go' } })
    const isReached = (app: App, place: number) => until(() => app.engine.state(runId).gates[`gate-before-${phases[place]}`]?.state === 'reached', `the gate before phase ${place + 1}`)
    await call(first, 'send-command', { runId, command: { type: 'start-run' } })
    for (const place of [0, 1, 2]) {
      await isReached(first, place)
      await goInto(first, place)
    }
    await until(() => statusOf(first.engine.state(runId)) === 'failed', 'the check to fail')
    expect([isAt('flag'), readlinkSync(join(site, 'current')), log()]).toEqual([true, 'new', ['new', 'new']])
    expect(await first.dispatcher.call('send-command', { runId, command: { type: 'roll-back-to', phaseId: 'phase-nowhere', reason: 'wrong build' } })).toMatchObject({ ok: false, problem: { code: 'phase-not-begun' } })
    await call(first, 'send-command', { runId, command: { type: 'roll-back-to', phaseId: phases[1], reason: 'wrong build' } })
    await until(() => first.engine.state(runId).steps['undo:deploy']?.status === 'running' && log().length === 4, 'the second undo to run on both hosts')
    await first.close()

    const app = await open()
    try {
      expect(app.engine.state(runId)).toMatchObject({ rollback: { to: phases[1] }, paused: { by: 'holdpoint' }, steps: { 'undo:link': { status: 'succeeded' }, 'undo:deploy': { status: 'running' } } })
      writeFileSync(join(site, 'go'), '')
      await until(() => app.engine.state(runId).steps['undo:deploy']?.status === 'succeeded', 'the undo to end')
      await call(app, 'send-command', { runId, command: { type: 'resume' } })
      await isReached(app, 1)
      expect(app.engine.state(runId)).toMatchObject({ stage: 'phases', rollback: null, partialRollbacks: [{ to: phases[1], undone: ['link', 'deploy'], undo: [{ status: 'succeeded' }, { status: 'succeeded' }] }] })
      expect([isAt('flag'), readlinkSync(join(site, 'current')), log()]).toEqual([true, 'old', ['new', 'new', 'back', 'back']])

      writeFileSync(join(site, 'right-build'), '')
      await goInto(app, 1)
      await isReached(app, 2)
      await goInto(app, 2)
      await until(() => app.engine.state(runId).stage === 'closing', 'the closing stage')
      await call(app, 'send-command', { runId, command: { type: 'finish-run' } })
      expect(statusOf(app.engine.state(runId))).toBe('ended-succeeded')
      expect([readlinkSync(join(site, 'current')), log()]).toEqual(['new', ['new', 'new', 'back', 'back', 'new', 'new']])
      expect(app.storage.journal.read(runId, 0).flatMap(({ event }) => (event.type === 'step-started' ? [`${event.stepId} ${event.attempt}`] : [])))
        .toEqual(['flag 1', 'deploy 1', 'link 1', 'verify 1', 'undo:link 1', 'undo:deploy 1', 'deploy 2', 'link 2', 'verify 2'])
      expect(app.storage.journal.verify(runId)).toMatchObject({ ok: true })
      const [markdown, page] = await Promise.all(['md', 'html'].map(async (format) => (await call(app, 'make-report', { runId, format }))['text']))
      expect(markdown).toContain('The run went back to before phase 2, Deploy')
      for (const words of ['Rollback to before phase 2', 'Undo: Install the new version', 'Undo: Switch to it']) expect(page).toContain(`>${words}</text>`)
    } finally {
      await app.close()
    }
  })
})

const runbook = (site: string): string => `---
hosts: [app1, app2]
groups:
  app: [app1, app2]
---

# Release by symlink

## Overview

- **Environment:** Test
- **Deployment Date:** 2026-12-05
- **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Prepare

1. Raise the flag
   \`\`\`sh {id=flag hosts=app1 undo="rm ${site}/flag"}
   touch ${site}/flag
   \`\`\`

### Phase 2: Deploy

1. Install the new version
   \`\`\`sh {id=deploy hosts=app timeout=60s undo="echo back >> ${site}/log; while [ ! -e ${site}/go ]; do sleep 0.05; done"}
   echo new >> ${site}/log
   \`\`\`
2. Switch to it
   \`\`\`sh {id=link hosts=app1 undo="ln -sfn old ${site}/current"}
   ln -sfn new ${site}/current
   \`\`\`

### Phase 3: Verify

1. See that it is the right build
   \`\`\`sh {id=verify hosts=app1 undo=none}
   test -e ${site}/right-build
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Tell everybody
`
