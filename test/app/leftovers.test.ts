import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import type { HostLeftovers } from '#preload/contract.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'
import { hostLines } from '#main/cli/leftovers.ts'

describe.skipIf(sshdMissing)('what a host still keeps of commands', () => {
  let sshd: Sshd
  let folder: string
  let gate: string
  let app: App
  let runId: string
  let jobs: string

  beforeAll(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-leftovers-'))
    gate = join(sshd.home, 'gate')
    const home = join(folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1'), { mode: 0o600 })
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    jobs = join(sshd.state, 'holdpoint', 'jobs')
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home, machine: { id: 'here', name: 'here' }, answerPrompt: () => Promise.resolve({ accept: false }) })
    const { runbookId } = await call<{ runbookId: string }>('import-runbook', { name: 'left.md', text: text() })
    runId = (await call<{ runId: string }>('create-run', { runbookId, mode: 'live' })).runId
    await call('send-command', { runId, command: { type: 'start-run' } })
    await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go', reason: '' } })
    await until(() => app.storage.output.size({ runId, stepId: 'first', host: null }) >= 6, 'the step to begin')
  })
  afterAll(async () => {
    writeFileSync(gate, '')
    await app.close()
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const text = () => `---
hosts: [app1]
---

# Left

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. First
   \`\`\`sh {id=first hosts=app1}
   echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Back
   \`\`\`sh {id=back hosts=app1}
   true
   \`\`\`
`
  const call = async <T>(name: string, input: unknown): Promise<T> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${reply.problem.code} ${reply.problem.message}`)
    return reply.value as T
  }
  /** A folder as the helper leaves it, which the account on the host may remove. */
  const layDown = (id: string, files: Record<string, string>): void => {
    mkdirSync(join(jobs, id))
    chmodSync(join(jobs, id), 0o777)
    for (const [name, content] of Object.entries(files)) writeFileSync(join(jobs, id, name), content)
  }
  const list = async () => (await call<HostLeftovers[]>('list-leftovers', { runId }))[0] ?? { host: '', jobs: [], problem: null }
  const remove = (ids: string[]) => call<{ removed: string[]; kept: { id: string; why: string }[] }>('remove-leftovers', { runId, host: 'app1', jobs: ids })

  test('is listed with its state; nothing that is alive, or that others began, is removed', async () => {
    const [id = ''] = readdirSync(jobs)
    layDown('rother-sfirst-a1-app1-abcdefgh', {})
    const left = await list()
    expect(left.problem).toBeNull()
    expect(left.jobs).toEqual([
      { id, state: 'running', ageMs: expect.any(Number), bytes: 6, runId, kept: 'It is still alive, or may be.', onlyThere: 0 },
      { id: 'rother-sfirst-a1-app1-abcdefgh', state: 'starting', ageMs: expect.any(Number), bytes: 0, runId: null, kept: 'It was not begun from the data of this machine.', onlyThere: 0 },
    ])
    expect(await remove([id, 'rother-sfirst-a1-app1-abcdefgh', 'nothing'])).toEqual({
      removed: [], kept: [{ id, why: 'It is still alive, or may be.' }, { id: 'rother-sfirst-a1-app1-abcdefgh', why: 'It was not begun from the data of this machine.' }, { id: 'nothing', why: 'It is not there any more.' }],
    })
    // Also where the record here were wrong: the host itself keeps what lives.
    const { run } = app.storage.jobs.ofRun(runId)
    const [host] = app.engine.state(runId).runbook.inventory.hosts
    if (host === undefined) throw new Error('no host')
    expect(await app.deps.clearLeftover({ host, job: { id, run, token: 1 }, isRunOver: true, signal: new AbortController().signal })).toBe('running')
    expect(existsSync(join(jobs, id))).toBe(true)
  })

  test('goes when it is over there and recorded here, and the host runs it no second time', async () => {
    const [id = ''] = readdirSync(jobs).filter((name) => !name.startsWith('rother'))
    // As when the acknowledgement never arrived: the folder is there although the end is recorded here.
    writeFileSync(gate, '')
    await until(() => app.engine.state(runId).steps['first']?.status === 'succeeded', 'the end of the step')
    await until(() => !existsSync(join(jobs, id)), 'the host to forget it by itself')
    layDown(id, { rc: 'exit 0 6 0 .\n', out: 'begun\n' })
    const left = await list()
    expect(left.jobs[0]).toEqual({ id, state: 'done', ageMs: expect.any(Number), bytes: 6, runId, kept: '', onlyThere: 0 })
    expect(hostLines(left, [])).toMatch(new RegExp(`^app1: 2 jobs\\n {4}${id}: over; .* ago; 6 bytes of output; run ${runId}. It can be removed: --remove.\\n {4}rother.*: begins; .* It was not begun`))
    expect(await remove([id])).toEqual({ removed: [id], kept: [] })
    expect([existsSync(join(jobs, id)), existsSync(join(sshd.state, 'holdpoint', 'gone', id))]).toEqual([false, true])
  })

  test('stays as evidence where nobody saw the end, until its run has ended', async () => {
    const { run, ids: [id = ''] } = app.storage.jobs.ofRun(runId)
    rmSync(join(sshd.state, 'holdpoint', 'gone', id))
    layDown(id, { sup: '1 1 another-boot 1 .\n' })
    const host = app.engine.state(runId).runbook.inventory.hosts[0]
    if (host === undefined) throw new Error('no host')
    const clear = (isRunOver: boolean) => app.deps.clearLeftover({ host, job: { id, run, token: 1 }, isRunOver, signal: new AbortController().signal })
    expect((await list()).jobs.find((job) => job.id === id)).toMatchObject({ state: 'rebooted', kept: app.engine.state(runId).stage === 'ended' ? '' : expect.stringContaining('evidence') })
    expect(await clear(false)).toBe('rebooted')
    expect(await clear(true)).toBe(true)
    expect(existsSync(join(jobs, id))).toBe(false)
  })
})
