import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handOverPreview } from '#domain/run/hand-over.ts'
import { statusOf } from '#domain/run/view.ts'
import { copyAppData, createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('a live run that a second machine takes over', () => {
  let sshd: Sshd
  let folder: string
  let home: string
  let gate: string
  let ledger: string
  let apps: App[]

  beforeEach(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-takeover-'))
    home = join(folder, 'home')
    gate = join(tmpdir(), `${folder.split('/').at(-1)}-gate`)
    ledger = join(tmpdir(), `${folder.split('/').at(-1)}-ledger`)
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1') + configFor({ ...sshd, port: 1 }, 'gone1'), { mode: 0o600 })
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    writeFileSync(ledger, '')
    // The account on the host adds to it.
    chmodSync(ledger, 0o666)
    apps = []
  })
  afterEach(async () => {
    for (const app of apps) await app.close()
    await sshd.stop()
    for (const path of [folder, gate, ledger]) rmSync(path, { recursive: true, force: true })
  })

  const open = async (machine: string, data: string): Promise<App> => {
    const app = await createApp({ door: 'cli', dataPath: join(folder, data), home, machine: { id: machine, name: machine }, answerPrompt: () => Promise.resolve({ accept: false }) })
    apps.push(app)
    return app
  }
  const send = (app: App, runId: string, command: object) => app.dispatcher.call('send-command', { runId, command })
  const starts = (step: string) => readFileSync(ledger, 'utf8').split('\n').filter((line) => line === step).length
  const text = (hosts: string) => `---
hosts: [app1, gone1]
---

# Hand over

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. First
   \`\`\`sh {id=first hosts=app1}
   echo first >> ${ledger}; echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; echo over
   \`\`\`
2. Second
   \`\`\`sh {id=second hosts=app1}
   echo second >> ${ledger}
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Back
   \`\`\`sh {id=back hosts=${hosts}}
   echo back >> ${ledger}
   \`\`\`
`
  const begin = async (app: App, hosts = 'app1'): Promise<string> => {
    const imported = await app.dispatcher.call('import-runbook', { name: 'over.md', text: text(hosts) })
    const { runbookId } = (imported as { value: { runbookId: string } }).value
    const created = await app.dispatcher.call('create-run', { runbookId, mode: 'live' })
    expect(created).toMatchObject({ ok: true })
    const { runId } = (created as { value: { runId: string } }).value
    await send(app, runId, { type: 'start-run' })
    await send(app, runId, { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go', reason: '' })
    await until(() => app.storage.output.size({ runId, stepId: 'first', host: null }) >= 6, 'the first step to begin')
    return runId
  }

  test('what runs is followed there to its exact end, the first machine is refused by the host, and no step runs twice', async () => {
    const first = await open('laptop-a', 'a')
    const runId = await begin(first)
    await copyAppData(join(folder, 'a'), join(folder, 'b'))
    const second = await open('laptop-b', 'b')

    // It is shown there, and nothing goes on from there by itself or by mistake.
    expect(second.engine.running()).toEqual([])
    expect(await send(second, runId, { type: 'pause', reason: '' })).toMatchObject({ ok: false, problem: { code: 'run-elsewhere', message: 'The run is led on laptop-a.' } })
    expect(await send(first, runId, { type: 'take-over', reason: 'no need' })).toMatchObject({ ok: false, problem: { code: 'run-here' } })

    expect(await send(second, runId, { type: 'take-over', reason: 'laptop-a has no network any more' })).toMatchObject({ ok: true })
    expect(second.engine.state(runId)).toMatchObject({ lead: { machine: { name: 'laptop-b' } }, paused: { reason: expect.stringContaining('taken over') } })
    await until(() => second.engine.state(runId).fences['app1'] !== undefined, 'the answer of the host')
    expect(second.engine.state(runId).fences['app1']).toEqual({ isRaised: true, message: '', above: null, strangers: [] })

    // Both see the end of what was running; only the new leader may begin what follows.
    writeFileSync(gate, '')
    await until(() => statusOf(first.engine.state(runId)) === 'failed', 'the first machine to be refused')
    expect(first.engine.state(runId).steps['second']?.hosts['app1']?.result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'step-fenced' })
    await until(() => second.engine.state(runId).steps['first']?.status === 'succeeded', 'the second machine to see the end')
    expect(Buffer.concat([...second.storage.output.readBytes({ runId, stepId: 'first', attempt: 1, host: 'app1', stream: 'stdout' })]).toString()).toBe('begun\nover\n')
    expect(starts('second')).toBe(0)
    expect(await send(second, runId, { type: 'resume' })).toMatchObject({ ok: true })
    await until(() => second.engine.state(runId).steps['second']?.status === 'succeeded', 'the second step')
    expect([starts('first'), starts('second')]).toEqual([1, 1])
    expect(second.storage.journal.verify(runId)).toMatchObject({ ok: true })
  })

  test('work that the first machine began after the copy is told, and hosts that could not be told are named and asked again', async () => {
    const first = await open('laptop-a', 'a')
    const runId = await begin(first, 'app1,gone1')
    await copyAppData(join(folder, 'a'), join(folder, 'b'))
    writeFileSync(gate, '')
    await until(() => first.engine.state(runId).steps['second']?.status === 'succeeded', 'the second step on the first machine')
    // Its folder stays on the host where the acknowledgement does not arrive; a stray one stands for that.
    const root = join(sshd.state, 'holdpoint', 'jobs')
    const run = first.storage.jobs.ofRun(runId).run
    await until(() => !readdirSync(root).some((name) => name.includes('-ssecond-')), 'the host to forget the real one')
    mkdirSync(join(root, `r${run}-ssecond-a1-app1-abcdefgh`))

    const second = await open('laptop-b', 'b')
    await send(second, runId, { type: 'take-over', reason: 'laptop-a fell into the sea' })
    await until(() => Object.keys(second.engine.state(runId).fences).length === 2, 'both answers')
    expect(second.engine.state(runId).fences['app1']).toMatchObject({ isRaised: true, strangers: [`r${run}-ssecond-a1-app1-abcdefgh`] })
    expect(second.engine.state(runId).fences['gone1']).toMatchObject({ isRaised: false, message: expect.stringContaining('refused the connection') })
    const { token } = second.engine.state(runId).lead
    // Asked again, as a later takeover of its own.
    expect(await send(second, runId, { type: 'take-over', reason: 'the network is back' })).toMatchObject({ ok: true })
    expect(second.engine.state(runId).lead.token).toBeGreaterThan(token)
  })

  test('handed over from the app, it is paused first, and goes on elsewhere with nothing done twice', async () => {
    const first = await open('laptop-a', 'a')
    const runId = await begin(first)
    expect(handOverPreview(first.engine.state(runId), { id: 'laptop-a', name: 'laptop-a' })).toEqual([
      expect.stringContaining('All of Holdpoint’s data is copied'), '“First” on app1 goes on meanwhile, and is followed to the exact end on the other machine.', expect.stringContaining('laptop-a leads the run until'),
    ])
    // A copy that fails takes its pause back and says so; a pause of somebody's own stays.
    writeFileSync(join(home, 'no-folder'), '')
    const refused = await first.dispatcher.call('hand-over', { runId, folder: '~/no-folder/copy', pause: true })
    expect(refused).toMatchObject({ ok: false, problem: { code: 'storage-copy', hint: expect.stringContaining('The run was paused for the copy and goes on as before.') } })
    expect(first.engine.state(runId).paused).toBeNull()
    expect(await first.dispatcher.call('hand-over', { runId, folder: '~/no-folder/copy', pause: false })).toMatchObject({ ok: false, problem: { hint: expect.stringContaining('The run is as it was.') } })
    await send(first, runId, { type: 'pause', reason: 'lunch' })
    expect(await first.dispatcher.call('hand-over', { runId, folder: '~/no-folder/copy', pause: true })).toMatchObject({ ok: false, problem: { hint: expect.stringContaining('The run is as it was.') } })
    expect(first.engine.state(runId).paused).toMatchObject({ reason: 'lunch' })
    await send(first, runId, { type: 'resume' })
    expect(await first.dispatcher.call('hand-over', { runId, folder: '~/stick', pause: true })).toMatchObject({ ok: true, value: { folder: join(home, 'stick') } })
    expect(first.engine.state(runId).paused).not.toBeNull()
    const second = await createApp({ door: 'cli', dataPath: join(home, 'stick'), home, machine: { id: 'laptop-b', name: 'laptop-b' }, answerPrompt: () => Promise.resolve({ accept: false }) })
    apps.push(second)
    expect(second.engine.state(runId).paused).not.toBeNull()
    expect(await second.dispatcher.call('hand-over', { runId, folder: join(folder, 'third') })).toMatchObject({ ok: false, problem: { code: 'hand-over-impossible' } })
    expect(await send(second, runId, { type: 'take-over', reason: 'laptop-a goes home' })).toMatchObject({ ok: true })
    writeFileSync(gate, '')
    await until(() => second.engine.state(runId).steps['first']?.status === 'succeeded', 'the end of what ran')
    await send(second, runId, { type: 'resume' })
    await until(() => second.engine.state(runId).steps['second']?.status === 'succeeded', 'the second step')
    expect([starts('first'), starts('second')]).toEqual([1, 1])
  })

  test('of two machines that take the same copy over the later one leads, and the earlier one is told', async () => {
    const first = await open('laptop-a', 'a')
    const runId = await begin(first)
    await copyAppData(join(folder, 'a'), join(folder, 'b'))
    await copyAppData(join(folder, 'a'), join(folder, 'c'))
    const [second, third] = [await open('laptop-b', 'b'), await open('laptop-c', 'c')]
    const fenced = (app: App) => until(() => app.engine.state(runId).fences['app1'] !== undefined, 'the answer of the host')
    await send(second, runId, { type: 'take-over', reason: 'a is gone' })
    await fenced(second)
    await send(third, runId, { type: 'take-over', reason: 'a is gone' })
    await fenced(third)
    expect(third.engine.state(runId).lead.token).toBeGreaterThan(second.engine.state(runId).lead.token)
    writeFileSync(gate, '')
    await until(() => third.engine.state(runId).steps['first']?.status === 'succeeded', 'the end of the first step')
    await send(third, runId, { type: 'resume' })
    await until(() => third.engine.state(runId).steps['second']?.status === 'succeeded', 'the second step')
    expect(starts('second')).toBe(1)
  })
})
