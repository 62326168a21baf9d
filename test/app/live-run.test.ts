import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { statusOf } from '#domain/run/view.ts'
import { until } from '#support/fake-world.ts'
import { liveRunbook } from '#support/live-runbook.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('a live run over real SSH', () => {
  let sshd: Sshd
  let web: Server
  let checkUrl: string
  let folder: string
  let home: string
  let marker: string
  let isHealthy: boolean

  beforeAll(async () => {
    sshd = await startSshd()
    web = createServer((_, response) => response.writeHead(isHealthy ? 200 : 500).end(isHealthy ? 'all is fine' : 'broken'))
    await new Promise<void>((resolve) => { web.listen(0, '127.0.0.1', resolve) })
    checkUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}/health`
  })
  afterAll(async () => {
    web.close()
    await sshd.stop()
  })
  beforeEach(() => {
    isHealthy = true
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-live-'))
    home = join(folder, 'home')
    marker = join(tmpdir(), `${folder.split('/').at(-1)}-marker`)
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh', 'config'), configFor(sshd, 'app1') + configFor(sshd, 'app2'), { mode: 0o600 })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const call = async (app: App, name: string, input: unknown) => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const begin = async (app: App, text: string): Promise<string> => {
    const { runbookId } = await call(app, 'import-runbook', { name: 'live.md', text })
    const { runId = '' } = await call(app, 'create-run', { runbookId, mode: 'live' })
    const { checklists, phases } = app.engine.state(runId).runbook
    await call(app, 'send-command', { runId, command: { type: 'start-run' } })
    await call(app, 'send-command', { runId, command: { type: 'tick', id: checklists[0]?.items[0]?.id } })
    await call(app, 'send-command', { runId, command: { type: 'decide-gate', gateId: `gate-before-${phases[0]?.id}`, decision: 'go' } })
    return runId
  }
  const events = (app: App, runId: string) => app.storage.journal.read(runId, 0).map(({ event }) => event)
  const open = () => createApp({ door: 'cli', dataPath: join(folder, 'data'), home, answerPrompt: () => Promise.resolve({ accept: true }) })

  test('commands run on both hosts, their bytes are kept exactly, the check passes, and the run reaches its end', async () => {
    const app = await open()
    try {
      const runId = await begin(app, liveRunbook({ checkUrl, marker }))
      await until(() => app.engine.state(runId).stage === 'closing', 'the closing stage')
      for (const host of ['app1', 'app2']) {
        const bytes = Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'deploy', attempt: 1, host, stream: 'stdout' })])
        expect(bytes.includes(Buffer.from([0x72, 0x61, 0x77, 0x20, 0xff, 0x20]))).toBe(true)
      }
      await until(() => app.storage.samples.range(runId, 'error rate', 0, Number.MAX_SAFE_INTEGER).length > 0, 'a sample')
      expect(app.storage.samples.range(runId, 'error rate', 0, Number.MAX_SAFE_INTEGER)[0]?.value).toBe(0)
      await call(app, 'send-command', { runId, command: { type: 'finish-run' } })
      expect(statusOf(app.engine.state(runId))).toBe('ended-succeeded')
      expect((await call(app, 'make-report', { runId, format: 'md' }))['text']).toContain('Live release')
      expect(app.storage.journal.verify(runId)).toMatchObject({ ok: true })
    } finally {
      await app.close()
    }
  })

  test('an unhealthy service fails the check with what was expected and what came', async () => {
    isHealthy = false
    const app = await open()
    try {
      const runId = await begin(app, liveRunbook({ checkUrl, marker }))
      await until(() => statusOf(app.engine.state(runId)) === 'failed', 'the failed check')
      const text = Buffer.from(app.storage.output.tail({ runId, stepId: 'check', attempt: 1, host: 'local', maxBytes: 10_000 }).text).toString()
      expect(text).toMatch(/200/)
      expect(text).toMatch(/500/)
    } finally {
      await app.close()
    }
  })

  test('an unknown host key is refused when the person refuses it, and nothing is sent', async () => {
    const app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home, answerPrompt: () => Promise.resolve({ accept: false }) })
    try {
      const runId = await begin(app, liveRunbook({ checkUrl, marker }))
      await until(() => statusOf(app.engine.state(runId)) === 'failed', 'the refusal')
      expect(app.engine.state(runId).steps['deploy']?.hosts['app1']?.result).toMatchObject({ reason: 'refused', code: 'ssh-host-key-unknown' })
    } finally {
      await app.close()
    }
  })

  test('abort ends the command on the host and then the run', async () => {
    const app = await open()
    try {
      const runId = await begin(app, liveRunbook({ checkUrl, marker, firstCommand: 'echo begun; sleep 600' }))
      await until(() => app.storage.output.size({ runId, stepId: 'deploy', host: null }) >= 12, 'both to begin')
      await call(app, 'send-command', { runId, command: { type: 'abort', reason: 'wrong night' } })
      await until(() => statusOf(app.engine.state(runId)) === 'ended-aborted', 'the end')
      expect(app.engine.state(runId).steps['deploy']?.hosts['app1']?.result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    } finally {
      await app.close()
    }
  })

  test('sshd dying under a running command is a lost link: the command goes on, its output has no gap, its exit code is exact', async () => {
    const app = await open()
    try {
      const runId = await begin(app, liveRunbook({ checkUrl, marker, firstCommand: `echo begun; while [ ! -e ${marker} ]; do sleep 0.05; done; echo over; exit 7` }))
      await until(() => app.storage.output.size({ runId, stepId: 'deploy', host: null }) >= 12, 'both to begin')
      sshd.killSessions()
      await until(() => events(app, runId).filter(({ type }) => type === 'host-link-lost').length === 2, 'both links to be lost')
      expect(app.engine.state(runId).steps['deploy']).toMatchObject({ status: 'running', hosts: { app1: { state: 'running', durable: true } } })
      await until(() => events(app, runId).filter(({ type }) => type === 'host-link-restored').length === 2, 'both links to be restored')
      writeFileSync(marker, '')
      await until(() => statusOf(app.engine.state(runId)) === 'failed', 'the end')
      for (const host of ['app1', 'app2']) {
        expect(app.engine.state(runId).steps['deploy']?.hosts[host]).toMatchObject({ linkLostAt: null, result: { outcome: 'failed', reason: 'exit', exitCode: 7 } })
        expect(Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'deploy', attempt: 1, host, stream: 'stdout' })]).toString()).toBe('begun\nover\n')
      }
    } finally {
      await app.close()
      rmSync(marker, { force: true })
    }
  })

  /** A program of its own with a run, and what it says is on its disk. */
  const startChild = (more: string[]) => {
    writeFileSync(join(home, '.ssh', 'known_hosts'), sshd.knownHostsLine, { mode: 0o600 })
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'support', 'live-run-child.ts'), join(folder, 'data'), home, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
    const acknowledged: { seq: number; type: string; stepId?: string | undefined }[] = []
    const told = { runId: '', outputs: 0 }
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { runId?: string; seq?: number; type?: string; stepId?: string; output?: boolean }
      if (said.runId !== undefined) told.runId = said.runId
      if (said.seq !== undefined && said.type !== undefined) acknowledged.push({ seq: said.seq, type: said.type, stepId: said.stepId })
      if (said.output === true) told.outputs += 1
    })
    return { child, acknowledged, told }
  }

  test('after kill -9 in the middle of an undo the rollback goes on: the undo is followed where it runs, nothing is undone twice, and its plan comes next', async () => {
    const counter = `${marker}-count`
    const script = `${marker}-undo.sh`
    writeFileSync(script, `echo undone >> ${counter}; while [ ! -e ${marker} ]; do sleep 0.05; done\n`, { mode: 0o644 })
    writeFileSync(counter, '')
    chmodSync(counter, 0o666)
    const { child, acknowledged, told } = startChild([liveRunbook({ checkUrl, marker: `${marker}-none`, firstCommand: 'true', undo: `sh ${script}` }), 'deploy'])
    await until(() => acknowledged.filter(({ type, stepId }) => type === 'host-started' && stepId === 'undo:deploy').length === 2, 'the undo to run on both hosts')
    await until(() => readFileSync(counter, 'utf8').split('\n').length === 3, 'both undo commands to begin')
    child.kill('SIGKILL')
    await new Promise((resolve) => { child.on('close', resolve) })

    const app = await open()
    try {
      const { runId } = told
      expect(app.engine.state(runId)).toMatchObject({ stage: 'rollback', paused: { by: 'holdpoint' }, steps: { 'undo:deploy': { status: 'running' }, back: { status: 'planned' } } })
      writeFileSync(marker, '')
      await until(() => app.engine.state(runId).steps['undo:deploy']?.status === 'succeeded', 'the undo to end')
      await call(app, 'send-command', { runId, command: { type: 'resume' } })
      await until(() => app.engine.state(runId).stage === 'rollback-validation', 'the plan to be done')
      expect(readFileSync(counter, 'utf8')).toBe('undone\nundone\n')
      expect(events(app, runId).flatMap((event) => (event.type === 'step-started' && event.stepId !== 'check' ? [event.stepId] : []))).toEqual(['deploy', 'undo:deploy', 'back'])
    } finally {
      await app.close()
      for (const file of [marker, counter, script]) rmSync(file, { force: true })
    }
  })

  test('after kill -9 in a running step everything acknowledged is there, the step is followed again, ran once, and ends with its exact exit code', async () => {
    const counter = `${marker}-count`
    writeFileSync(counter, '', { mode: 0o666 })
    const command = `echo run >> ${counter}; echo begun; while [ ! -e ${marker} ]; do sleep 0.05; done; echo over; exit 7`
    // The counter belongs to whoever starts the test; the account on the host must be able to add to it.
    chmodSync(counter, 0o666)
    const { child, acknowledged, told } = startChild([liveRunbook({ checkUrl, marker, firstCommand: command })])
    await until(() => told.outputs > 0 && acknowledged.filter(({ type }) => type === 'host-started').length === 2, 'the step to run on both hosts')
    await until(() => readFileSync(counter, 'utf8').split('\n').length === 3, 'both commands to begin')
    child.kill('SIGKILL')
    await new Promise((resolve) => { child.on('close', resolve) })

    const app = await open()
    try {
      const { runId } = told
      const journal = app.storage.journal.read(runId, 0)
      for (const { seq, type } of acknowledged) expect(journal[seq - 1]?.event.type).toBe(type)
      expect(app.storage.journal.verify(runId)).toMatchObject({ ok: true })
      expect(app.engine.state(runId).steps['deploy']?.status).toBe('running')
      writeFileSync(marker, '')
      await until(() => statusOf(app.engine.state(runId)) === 'failed', 'the end')
      for (const host of ['app1', 'app2']) {
        expect(app.engine.state(runId).steps['deploy']?.hosts[host]?.result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 7 })
        expect(Buffer.concat([...app.storage.output.readBytes({ runId, stepId: 'deploy', attempt: 1, host, stream: 'stdout' })]).toString()).toBe('begun\nover\n')
      }
      expect(readFileSync(counter, 'utf8')).toBe('run\nrun\n')
    } finally {
      await app.close()
      rmSync(marker, { force: true })
      rmSync(counter, { force: true })
    }
  })
})
