import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { createClient, type Client } from '#preload/client.ts'
import { calls, feeds, type CallInput, type CallName, type CallOutput, type FeedName } from '#preload/contract.ts'
import { doors, type OpenBridge } from '#support/doors.ts'
import { until } from '#support/fake-world.ts'

const RUNBOOK = `# Small release

## Overview

* **Environment:** Staging

## Deployment Steps

### Phase 1: Preparation

**22:00 - 22:15**

1. Look at the dashboard
2. Stop the shop
   \`\`\`sh {hosts=app1 undo="systemctl start shop"}
   systemctl stop shop
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Start the shop again
`

describe.each(Object.keys(doors) as (keyof typeof doors)[])('every call and feed of the contract over the %s door', (name) => {
  let folder: string
  let app: App
  let door: OpenBridge
  let client: Client
  const called = new Set<CallName>()
  const followed = new Set<FeedName>()
  let runbookId = ''
  let runId = ''

  const call = async <N extends CallName>(callName: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    called.add(callName)
    const reply = await client.call(callName, input)
    if (!reply.ok) throw new Error(`${callName}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value
  }
  const refusal = async <N extends CallName>(callName: N, input: CallInput<N>): Promise<string> => {
    const reply = await client.call(callName, input)
    return reply.ok ? 'not refused' : reply.problem.code
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-api-'))
    app = await createApp({ door: name, dataPath: folder, home: folder })
    door = await doors[name](app.dispatcher)
    client = createClient(door.bridge)
  })

  afterAll(async () => {
    await door.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the app says what it is', async () => {
    expect(await call('app-info', {})).toMatchObject({ door: name, dataPath: folder })
  })

  test('the example is in the library from the first start, without errors', async () => {
    const [example] = await call('list-runbooks', {})
    expect(example).toMatchObject({ example: true, errors: 0 })
  })

  test('a runbook is imported, opened, saved and kept from a stale save', async () => {
    runbookId = (await call('import-runbook', { name: 'small.md', text: RUNBOOK })).runbookId
    const opened = await call('open-runbook', { runbookId })
    expect(opened).toMatchObject({ text: RUNBOOK, revision: 1, runbook: { title: 'Small release' } })
    const saved = await call('save-runbook', { runbookId, revision: 1, text: RUNBOOK.replace('Small', 'Smaller') })
    expect(saved).toMatchObject({ revision: 2, runbook: { title: 'Smaller release' } })
    expect(await refusal('save-runbook', { runbookId, revision: 1, text: RUNBOOK })).toBe('runbook-changed')
  })

  test('a new runbook is the template, refused for its placeholders until they are filled in', async () => {
    const { runbookId: fresh } = await call('new-runbook', {})
    const opened = await call('open-runbook', { runbookId: fresh })
    expect(opened).toMatchObject({ name: 'deployment-task.md', revision: 1, runbook: { title: 'Deployment Task' } })
    expect(opened.text).toBe(readFileSync(new URL('../../resources/template/deployment-task.md', import.meta.url), 'utf8'))
    expect(opened.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toContain('placeholder-left')
    await call('remove-runbook', { runbookId: fresh })
  })

  test('a text is checked with line and column', async () => {
    const findings = await call('check-text', { text: RUNBOOK })
    expect(findings.find((finding) => finding.code === 'host-unknown')).toMatchObject({ severity: 'error', line: 15 })
  })

  test('the source of a metric is asked once, and one the runbook does not have is refused', async () => {
    const { runbookId: watched } = await call('import-runbook', { name: 'watched.md', text: `---\nmetrics:\n  errors: { source: synthetic }\n---\n${RUNBOOK}` })
    expect(await call('try-source', { runbookId: watched, metric: 'errors' })).toMatchObject({ kind: 'synthetic', query: "the rehearsal script's errors", value: null, fault: '' })
    expect(await refusal('try-source', { runbookId: watched, metric: 'sessions' })).toBe('source-unknown')
    await call('remove-runbook', { runbookId: watched })
  })

  test('a live run refuses a runbook with errors; a rehearsal goes on', async () => {
    expect(await refusal('create-run', { runbookId, mode: 'live' })).toBe('runbook-errors')
    runId = (await call('create-run', { runbookId, mode: 'rehearsal', speed: 300, automatic: false })).runId
    expect((await call('list-runs', {}))[0]).toMatchObject({ id: runId, mode: 'rehearsal', status: 'planned' })
  })

  const LIVE = `---
hosts: { app1: { address: 127.0.0.1, port: 1, jump: none } }
---

${RUNBOOK.replace('* **Environment:** Staging', '* **Environment:** Staging\n* **Deployment Date:** 2026-12-05\n* **Deployment Window:** 22:00 - 23:00 UTC')}`

  test('what hosts still keep of commands is asked of them, and a run is handed over: for live runs alone', async () => {
    const { runbookId: ofLive } = await call('import-runbook', { name: 'live.md', text: LIVE })
    const { runId: live } = await call('create-run', { runbookId: ofLive, mode: 'live' })
    expect(await call('list-leftovers', { runId: live })).toEqual([{ host: 'app1', jobs: [], problem: expect.objectContaining({ code: 'ssh-refused' }) }])
    expect(await call('remove-leftovers', { runId: live, host: 'app1', jobs: [] })).toEqual({ removed: [], kept: [] })
    expect(await refusal('remove-leftovers', { runId: live, host: 'app2', jobs: ['r1'] })).toBe('host-unknown')
    const copy = join(folder, 'copy of it')
    expect(await refusal('hand-over', { runId: live, folder: 'copy', pause: false })).toBe('folder-relative')
    expect(await call('hand-over', { runId: live, folder: copy, pause: false })).toEqual({ folder: copy, copy: join(copy, 'holdpoint.db') })
    expect(await refusal('hand-over', { runId: live, folder: copy, pause: false })).toBe('storage-exists')
    const { runId: rehearsal } = await call('create-run', { runbookId: ofLive, mode: 'rehearsal' })
    expect(await refusal('hand-over', { runId: rehearsal, folder: copy })).toBe('hand-over-impossible')
    expect(await refusal('list-leftovers', { runId: rehearsal })).toBe('leftovers-rehearsal')
  })

  test('the run feed delivers every event once and in order, and the clock', async () => {
    const versions: number[] = []
    let clocks = 0
    followed.add('run')
    const stop = client.follow('run', { runId, after: 0 }, (item) => {
      if (item.kind === 'event') versions.push(item.stored.seq)
      else clocks += 1
    }, () => undefined)
    const started = await call('send-command', { runId, command: { type: 'start-run' } })
    await until(() => versions.length === started.version)
    expect(versions).toEqual(versions.map((_, index) => index + 1))
    expect(clocks).toBeGreaterThan(0)
    stop()
  })

  test('a command the run cannot take is refused in words and changes nothing', async () => {
    expect(await refusal('send-command', { runId, command: { type: 'resume' } })).toBe('run-not-paused')
    expect(await refusal('send-command', { runId, command: { type: 'report-step-lost', stepId: 'x', attempt: 1 } as never })).toBe('input-refused')
  })

  test('a run goes on as a new one with what was done, when what was looked at is the newest', async () => {
    const dashboard = app.engine.state(runId).runbook.phases[0]?.steps[0]?.id ?? ''
    await call('send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${app.engine.state(runId).runbook.phases[0]?.id}`, decision: 'go' } })
    await call('send-command', { runId, command: { type: 'tick', id: dashboard } })
    const plan = await call('plan-resume', { runId })
    expect(plan).toMatchObject({ revision: 2, runRevision: 2, isRemoved: false, steps: [{ id: dashboard, fate: 'kept' }, { fate: 'runs' }] })
    expect(await refusal('resume-run', { runId, revision: 1 })).toBe('runbook-changed')
    const resumed = await call('resume-run', { runId, revision: 2 })
    expect(app.engine.state(runId).outcome).toBe('aborted')
    expect(app.engine.state(resumed.runId)).toMatchObject({ resumes: { runId, from: plan.from }, steps: { [dashboard]: { status: 'succeeded' } } })
    expect(await refusal('plan-resume', { runId: resumed.runId })).toBe('resume-not-begun')
  })

  test('a runbook learns from a rehearsal that has ended only when rehearsals count, and a proposal there is not is refused', async () => {
    expect(await refusal('plan-learning', { runId })).toBe('learn-rehearsal')
    expect(await call('plan-learning', { runId, rehearsals: true })).toMatchObject({ runbookId, revision: 2, runRevision: 2, runs: 1, proposals: [] })
    expect(await refusal('learn', { runId, revision: 2, rehearsals: true, accept: ['planned:x'] })).toBe('learn-unknown')
    expect(await refusal('learn', { runId, revision: 1, rehearsals: true, accept: ['planned:x'] })).toBe('runbook-changed')
    expect(await call('learn', { runId, revision: 2, rehearsals: true, accept: [] })).toEqual({ runbookId, revision: 2 })
  })

  test('output, series, report and hosts can be read', async () => {
    expect(await call('read-output', { runId, stepId: 'any' })).toEqual({ chunks: [], bytes: 0, before: false, after: false })
    expect(await call('find-error', { runId, stepId: 'any', from: 0, direction: 'later' })).toEqual({ seq: null })
    expect((await call('read-series', { runId, metric: 'error rate', from: 0, to: 1000, buckets: 10 })).buckets).toHaveLength(10)
    expect(await call('make-report', { runId, format: 'md' })).toMatchObject({ mime: 'text/markdown', fileName: expect.stringContaining('smaller-release') as string })
    expect((await call('list-hosts', {})).map((host) => host.name)).toContain('app1')
  })

  test('the lengths of earlier runs can be read, and of a run nobody knows the refusal says so', async () => {
    expect(await call('read-history', { runId })).toEqual({ samples: {}, runs: 0 })
    expect(await refusal('exclude-sample', { runId, sample: { runId, stepId: 'any', attempt: 1 }, excluded: true })).toBe('sample-unknown')
    const { runId: again } = await call('create-run', { runbookId, mode: 'rehearsal' })
    const [first] = Object.entries((await call('read-history', { runId: again })).samples)
    if (first === undefined) throw new Error('the run before took no time at all')
    const [stepId, [sample]] = first
    expect((await call('exclude-sample', { runId: again, sample: { runId, stepId, attempt: sample?.attempt ?? 0 }, excluded: true })).samples[stepId]?.[0]?.excluded).toBe('by-hand')
    expect(await call('read-verdicts', { runId })).toEqual([])
    expect(await refusal('read-verdicts', { runId: 'nobody' })).toBe('run-unknown')
    expect(await refusal('read-history', { runId: 'nobody' })).toBe('run-unknown')
  })

  test('settings are kept', async () => {
    expect((await call('read-settings', {})).theme).toBe('system')
    expect(await call('save-settings', { operator: 'Dana', theme: 'light' })).toEqual({ operator: 'Dana', theme: 'light' })
  })

  test('a question reaches the person and the answer reaches who asked', async () => {
    const open: string[][] = []
    followed.add('prompts')
    const stop = client.follow('prompts', { after: 0 }, (item) => open.push(item.open.map((prompt) => prompt.id)), () => undefined)
    const answer = app.deps.prompts.ask({ kind: 'host-key', host: 'app1', address: '127.0.0.1', keyType: 'ssh-ed25519', fingerprint: 'SHA256:x' }, new AbortController().signal)
    await until(() => (open.at(-1)?.length ?? 0) === 1)
    const promptId = open.at(-1)?.[0] ?? ''
    expect(await refusal('answer-prompt', { promptId, answer: { passphrase: 'x' } })).toBe('prompt-answer')
    await call('answer-prompt', { promptId, answer: { accept: true } })
    expect(await answer).toEqual({ accept: true })
    await until(() => open.at(-1)?.length === 0)
    const login = app.deps.prompts.ask({ kind: 'login', host: 'app1', account: 'deploy@10.0.0.5', words: 'Verification code:', attempt: 1 }, new AbortController().signal)
    await until(() => open.at(-1)?.length === 1)
    await call('answer-prompt', { promptId: open.at(-1)?.[0] ?? '', answer: { login: '123456' } })
    expect(await login).toEqual({ login: '123456' })
    await until(() => open.at(-1)?.length === 0)
    const secret = app.deps.prompts.ask({ kind: 'secret', name: 'shop-pin', why: 'the step "Stop the shop"' }, new AbortController().signal)
    await until(() => open.at(-1)?.length === 1)
    const secretId = open.at(-1)?.[0] ?? ''
    expect(await refusal('answer-prompt', { promptId: secretId, answer: { accept: true } })).toBe('prompt-answer')
    await call('answer-prompt', { promptId: secretId, answer: { secret: 'four five' } })
    expect(await secret).toEqual({ secret: 'four five' })
    stop()
  })

  test('output, samples and library feeds deliver what comes', async () => {
    const seen = { output: [] as string[], samples: [] as number[], library: 0 }
    for (const feed of ['output', 'samples', 'library'] as const) followed.add(feed)
    const stops = [
      client.follow('output', { runId, stepId: 'deploy', after: 0 }, (batch) => seen.output.push(...batch.chunks.map((chunk) => chunk.text)), () => undefined),
      client.follow('samples', { runId, after: 0 }, (sample) => seen.samples.push(sample.at), () => undefined),
      client.follow('library', { after: 0 }, () => { seen.library += 1 }, () => undefined),
    ]
    app.storage.output.appendMany([{ runId, stepId: 'deploy', attempt: 1, host: 'app1', stream: 'stdout', at: 1, bytes: Buffer.from('hällo') }])
    app.engine.live(runId)?.output.emit()
    await until(() => seen.output.join('') === 'hällo')
    followed.add('search')
    const found: string[] = []
    stops.push(client.follow('search', { runId, text: 'HÄL', after: 0 }, (batch) => found.push(...batch.hits.map((hit) => `${hit.stepId} ${hit.host}:${hit.line} ${hit.text}`)), () => undefined))
    await until(() => found.join('') === 'deploy app1:1 hällo')
    app.storage.samples.append(runId, 'made up', [{ at: 1, value: 1 }, { at: 2, value: null }])
    app.engine.live(runId)?.samples.emit()
    await until(() => seen.samples.includes(2))
    await call('remove-runbook', { runbookId })
    await until(() => seen.library >= 2)
    for (const stop of stops) stop()
  })

  test('nothing of the contract was left out', () => {
    expect([...called].toSorted()).toEqual(Object.keys(calls).toSorted())
    expect([...followed].toSorted()).toEqual(Object.keys(feeds).toSorted())
  })
})
