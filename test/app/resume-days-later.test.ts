import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { statusOf } from '#domain/run/view.ts'
import { createApp, type App } from '#main/app.ts'
import type { OpenRunbook, ReportDocument, ResumeOutline } from '#preload/contract.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const DAY_MS = 24 * 60 * 60_000

describe.skipIf(sshdMissing)('a live run over real SSH that goes on days later', () => {
  let sshd: Sshd
  let folder: string
  let apps: App[]
  let passedMs: number

  beforeEach(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-days-'))
    const home = join(folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1') + configFor(sshd, 'app2'), { mode: 0o600 })
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    mkdirSync(join(sshd.home, 'shop'))
    // The account on the host works in it.
    chmodSync(join(sshd.home, 'shop'), 0o777)
    writeFileSync(ledger(), '')
    chmodSync(ledger(), 0o666)
    apps = []
    passedMs = 0
    const now = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => now() + passedMs)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    writeFileSync(shop('gate'), '')
    for (const app of apps) await app.close()
    await sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const shop = (name: string): string => join(sshd.home, 'shop', name)
  const ledger = (): string => shop('ledger')
  const done = (): string[] => readFileSync(ledger(), 'utf8').split('\n').filter((line) => line !== '').toSorted()
  const open = async (): Promise<App> => {
    const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: join(folder, 'home'), machine: { id: 'here', name: 'here' }, answerPrompt: () => Promise.resolve({ accept: false }) })
    apps.push(app)
    return app
  }
  const call = async <T>(app: App, name: string, input: unknown): Promise<T> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${reply.problem.code} ${reply.problem.message}`)
    return reply.value as T
  }
  const send = (app: App, runId: string, command: object) => call(app, 'send-command', { runId, command })
  const begin = async (app: App, runId: string): Promise<void> => {
    await send(app, runId, { type: 'start-run' })
    await send(app, runId, { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go', reason: '' })
  }
  const text = (install: string, more: string, title = 'Start the shop') => `---
hosts: [app1, app2]
---

# Days later

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. Migrate
   \`\`\`sh {id=migrate hosts=app1}
   echo migrated >> ${ledger()}
   \`\`\`
2. Install
   \`\`\`sh {id=install hosts=app1,app2 parallel=2 max-fail=2}
   ${install}
   \`\`\`
${more}3. ${title}
   \`\`\`sh {id=start hosts=app1,app2}
   echo started >> ${ledger()}
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Back
   \`\`\`sh {id=back hosts=app1}
   true
   \`\`\`
`

  /** The host that comes first installs it; the other waits, and fails for want of room unless there is some. */
  const install = () => `if mkdir ${shop('taken')} 2>/dev/null || [ -e ${shop('room')} ]; then echo installed >> ${ledger()}; else echo no room >&2; while [ ! -e ${shop('gate')} ]; do sleep 0.05; done; touch ${shop('over')}; exit 3; fi`
  const look = () => `3. Look\n   \`\`\`sh {id=look hosts=app1}\n   echo looked >> ${ledger()}\n   \`\`\`\n`

  /** A run whose second step is under way when the program is closed; it fails on one host while nobody looks, and is found so three days later. */
  const foundLater = async (): Promise<{ app: App; runId: string; runbookId: string; bad: string }> => {
    const first = await open()
    const { runbookId } = await call<{ runbookId: string }>(first, 'import-runbook', { name: 'days.md', text: text(install(), '') })
    const { runId } = await call<{ runId: string }>(first, 'create-run', { runbookId, mode: 'live' })
    await begin(first, runId)
    const hosts = (app: App) => app.engine.state(runId).steps['install']?.hosts ?? {}
    await until(() => Object.values(hosts(first)).some(({ state }) => state === 'succeeded') && first.storage.output.size({ runId, stepId: 'install', host: null }) > 0, 'one host to be done and the other to wait')
    const bad = hosts(first)['app1']?.state === 'succeeded' ? 'app2' : 'app1'
    await first.close()
    writeFileSync(shop('gate'), '')
    await until(() => existsSync(shop('over')), 'the command to end on its host')
    passedMs = 3 * DAY_MS
    const app = await open()
    await until(() => app.engine.state(runId).steps['install']?.status === 'failed', 'the end to be found on the host')
    expect(hosts(app)[bad]?.result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 3 })
    expect(done()).toEqual(['installed', 'migrated'])
    return { app, runId, runbookId, bad }
  }
  const save = async (app: App, runbookId: string, edited: string): Promise<void> => {
    const { revision } = await call<OpenRunbook>(app, 'open-runbook', { runbookId })
    await call(app, 'save-runbook', { runbookId, revision, text: edited })
  }
  const goOn = async (app: App, runId: string): Promise<string> => {
    const { runId: next } = await call<{ runId: string }>(app, 'resume-run', { runId, revision: 2 })
    expect(statusOf(app.engine.state(runId))).toBe('ended-aborted')
    expect(app.engine.state(next).createdAt - app.engine.state(runId).createdAt).toBeGreaterThanOrEqual(3 * DAY_MS)
    await begin(app, next)
    return next
  }
  const isWhole = async (app: App, runId: string, next: string): Promise<void> => {
    for (const id of [runId, next]) expect(app.storage.journal.verify(id)).toMatchObject({ ok: true })
    expect((await call<ReportDocument>(app, 'make-report', { runId: next, format: 'md' })).text).toContain(`Goes on with run ${runId}`)
  }

  test('with the step that failed mended in the runbook: it runs as it is written now, and what was done before it does not', async () => {
    const { app, runId, runbookId } = await foundLater()
    await save(app, runbookId, text(`echo mended >> ${ledger()}`, look(), 'Start the shop and say so'))
    const outline = await call<ResumeOutline>(app, 'plan-resume', { runId })
    expect(outline).toMatchObject({ from: 'install', revision: 2, runRevision: 1, needsReason: false })
    expect(outline.steps.map(({ id, fate }) => [id, fate])).toEqual([['migrate', 'kept'], ['install', 'runs'], ['look', 'runs'], ['start', 'runs']])
    const next = await goOn(app, runId)
    await until(() => app.engine.state(next).steps['start']?.status === 'succeeded', 'the last step')
    expect(done()).toEqual(['installed', 'looked', 'mended', 'mended', 'migrated', 'started', 'started'])
    await isWhole(app, runId, next)
  })

  test('with the step that failed as it was: it holds, and a retry leaves alone the host where it succeeded three days ago', async () => {
    const { app, runId, runbookId, bad } = await foundLater()
    await save(app, runbookId, text(install(), look()))
    const next = await goOn(app, runId)
    expect(app.engine.state(next).steps['install']).toMatchObject({ status: 'failed', hosts: { [bad]: { result: { exitCode: 3 } } } })
    writeFileSync(shop('room'), '')
    await send(app, next, { type: 'retry-step', stepId: 'install' })
    await until(() => app.engine.state(next).steps['start']?.status === 'succeeded', 'the last step')
    expect(done()).toEqual(['installed', 'installed', 'looked', 'migrated', 'started', 'started'])
    await isWhole(app, runId, next)
  })
})
