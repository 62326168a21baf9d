import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('a rehearsal on another inventory', () => {
  let sshd: Sshd
  let folder: string
  let app: App
  let marker: string

  beforeAll(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-staging-'))
    // Also the account of the test's sshd can write there.
    marker = join(tmpdir(), `${basename(folder)}-marker`)
    mkdirSync(join(folder, '.ssh'), { mode: 0o700 })
    // What ~/.ssh/config says of the live host must not apply to its stand-in: this way leads nowhere.
    writeFileSync(join(folder, '.ssh', 'config'), `${configFor(sshd, 'stg-app1')}Host app1\n HostName 127.0.0.1\n Port 1\n ProxyJump nowhere\n`, { mode: 0o600 })
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder, answerPrompt: () => Promise.resolve({ accept: true }) })
  })
  afterAll(async () => {
    await app.close()
    await sshd.stop()
    rmSync(marker, { force: true })
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (name: string, input: unknown) => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const create = async (inventory?: string, mode = 'rehearsal') => {
    const { runbookId } = await call('import-runbook', { name: 'staging.md', text: runbook(marker) })
    return await app.dispatcher.call('create-run', { runbookId, mode, speed: 600, inventory })
  }

  test('runs its commands on the hosts named there, durably and at real speed, and asks no check', async () => {
    const reply = await create('staging')
    if (!reply.ok) throw new Error(reply.problem.message)
    const { runId } = reply.value as { runId: string }
    await call('send-command', { runId, command: { type: 'start-run' } })
    await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go' } })
    await until(() => app.engine.state(runId).steps['check']?.status === 'succeeded', 'the check, which nobody but the script answers')
    expect(existsSync(marker)).toBe(true)
    const state = app.engine.state(runId)
    expect(state.steps['deploy']?.hosts['app1']).toMatchObject({ state: 'succeeded', durable: true, result: { exitCode: 0 } })
    expect(state).toMatchObject({ mode: 'rehearsal', inventory: 'staging', speed: 1 })
    expect(Math.abs(state.createdAt - Date.now())).toBeLessThan(600_000)
    expect((await call('make-report', { runId, format: 'md' }))['text']).toContain('Commands ran on the real hosts of “staging”')
    expect((await call('make-report', { runId, format: 'html' }))['text']).toContain('Commands ran on the real hosts of “staging”')
  })

  test('is refused where the inventory is not known or not whole, and in a live run', async () => {
    expect(await create('qa')).toMatchObject({ ok: false, problem: { code: 'runbook-inventory-unknown' } })
    expect(await create('half')).toMatchObject({ ok: false, problem: { code: 'runbook-inventory-incomplete' } })
    expect(await create('staging', 'live')).toMatchObject({ ok: false, problem: { code: 'inventory-live' } })
  })
})

const runbook = (marker: string): string => `---
hosts: [app1, db1]
inventories:
  staging: { app1: stg-app1, db1: { address: stg-db1, user: postgres } }
  half: { app1: stg-app1 }
---
# Release

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Work

**22:00 - 22:10**

1. Deploy
   \`\`\`sh {id=deploy hosts=app1 undo=none timeout=60s}
   echo deployed; touch ${marker}
   \`\`\`
2. Ask the service
   \`\`\`http {id=check expect=200}
   GET http://127.0.0.1:1/health
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Put it back
   \`\`\`sh {id=back hosts=db1}
   true
   \`\`\`
`
