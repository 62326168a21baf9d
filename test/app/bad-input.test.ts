import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '#domain/run/view.ts'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { freePort, keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

/** One step on one host; a metric from a Prometheus that is not there. */
const runbook = (command: string, prometheusPort: number, attributes = ''): string => `---
hosts: [app1]
metrics:
  error rate: { source: prometheus, url: "http://127.0.0.1:${prometheusPort}", query: errors, every: 1s }
---

# Hostile night

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Only

**22:00 - 22:10**

1. Do it
   \`\`\`sh {id=deploy hosts=app1 ${attributes}}
   ${command}
   \`\`\`

## Rollback Plan

### Rollback Steps

1. Undo it by hand

### Alert Thresholds

* Error rate > 2%
`

describe.skipIf(sshdMissing)('a live run meets a bad night', () => {
  let sshd: Sshd
  let folder: string
  let home: string
  let app: App
  let nobody: number

  beforeAll(async () => {
    sshd = await startSshd()
    nobody = await freePort()
  })
  afterAll(() => sshd.stop())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-bad-'))
    home = join(folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1'), { mode: 0o600 })
  })
  afterEach(async () => {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (name: string, input: unknown) => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const begin = async (text: string): Promise<string> => {
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home })
    const { runbookId } = await call('import-runbook', { name: 'bad.md', text })
    const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
    await call('send-command', { runId, command: { type: 'start-run' } })
    await call('send-command', { runId, command: { type: 'decide-gate', gateId: Object.keys(app.engine.state(runId).gates)[0], decision: 'go' } })
    return runId
  }
  const resultOf = async (runId: string) => {
    await until(() => ['failed', 'unknown'].includes(statusOf(app.engine.state(runId))), 'the step to end')
    return app.engine.state(runId).steps['deploy']?.hosts['app1']?.result
  }

  test('output without end is kept until the timeout ends it, and memory does not grow with it', async () => {
    // Slow enough to stay under the output limit, which has its own test: here it is the timeout that ends it.
    const before = process.memoryUsage().rss
    const runId = await begin(runbook("while :; do head -c 1000000 /dev/zero | tr '\\0' x; sleep 0.05; done", nobody, 'timeout=3s'))
    expect(await resultOf(runId)).toMatchObject({ outcome: 'failed', reason: 'timeout' })
    expect(app.storage.output.size({ runId, stepId: 'deploy', host: null })).toBeGreaterThan(2_000_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  })

  test('bytes that are no text are kept exactly and shown as replacement characters', async () => {
    const runId = await begin(runbook(`printf '\\377\\376ok\\n'; exit 7`, nobody))
    expect(await resultOf(runId)).toMatchObject({ outcome: 'failed', reason: 'exit', exitCode: 7 })
    const [chunk] = (await app.dispatcher.call('read-output', { runId, stepId: 'deploy' }).then((reply) => (reply.ok ? (reply.value as { chunks: { text: string }[] }).chunks : [])))
    expect(chunk?.text).toBe('\ufffd\ufffdok\n')
    expect(Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'deploy', attempt: 1, host: 'app1', stream: 'stdout' })])).toEqual(Buffer.from([0xff, 0xfe, 0x6f, 0x6b, 0x0a]))
  })

  test('a host that is down is a refusal that names it: nothing was started', async () => {
    writeFileSync(join(home, '.ssh', 'config'), `Host app1\n  HostName 127.0.0.1\n  Port ${nobody}\n  User nobody\n  IdentityFile ${sshd.keyFile}\n`, { mode: 0o600 })
    expect(await resultOf(await begin(runbook('true', nobody)))).toMatchObject({ reason: 'refused', code: 'ssh-refused', message: expect.stringContaining('app1') as string })
  })

  test('a wrong key is refused as authentication', async () => {
    keygen('ed25519', join(folder, 'other'), '')
    writeFileSync(join(home, '.ssh', 'config'), configFor({ ...sshd, keyFile: join(folder, 'other') }, 'app1', ['IdentitiesOnly yes']), { mode: 0o600 })
    expect(await resultOf(await begin(runbook('true', nobody)))).toMatchObject({ reason: 'refused', code: 'ssh-auth' })
  })

  test('a changed host key stops the step with both fingerprints', async () => {
    keygen('ed25519', join(folder, 'host'), '')
    const { readFileSync } = await import('node:fs')
    const other = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(join(home, '.ssh', 'known_hosts'), `[127.0.0.1]:${sshd.port} ${other}\n`, { mode: 0o600 })
    const result = await resultOf(await begin(runbook('true', nobody)))
    expect(result).toMatchObject({ reason: 'refused', code: 'ssh-host-key-changed' })
    expect(JSON.stringify(result).match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2)
  })

  test('a Prometheus that is down is no data, never fine', async () => {
    const runId = await begin(runbook('sleep 40', nobody))
    await until(() => app.engine.state(runId).silent['error rate'] !== undefined, 'the silence to be noticed')
    expect(app.engine.state(runId).breaches).toEqual([])
    expect(app.storage.samples.range(runId, 'error rate', 0, Number.MAX_SAFE_INTEGER).every(({ value }) => value === null)).toBe(true)
  })
})
