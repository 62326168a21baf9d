import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { configFor } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

/** All processes of the machine are looked at: another run of this test on it has other secrets. */
const MARK = randomBytes(4).toString('hex')
/** Three secrets, as a person would have them: in a variable, in a file with two lines, in the head. */
const CANARIES = { env: `${MARK}/Kräh+"a b"'$x`, file: `${MARK}-first-line\n${MARK}-second-line`, ask: `${MARK}-asked-99` }
const CHECKED = Object.values(CANARIES).flatMap((value) => value.split('\n'))

/** Every way in which a canary is looked for: whole, encoded, and a good part of each. */
const TRACES = CHECKED.flatMap((text) => [
  text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1),
  ...[0, 1, 2].flatMap((before) => ['base64', 'base64url'].map((encoding) => Buffer.from('u'.repeat(before) + text).toString(encoding as 'base64').slice(before === 0 ? 0 : 4, 16))),
  Buffer.from(text).subarray(1, -1).toString(), Buffer.from(text).toString('hex').replaceAll(/../g, '%$&'),
])
const tracesIn = (bytes: Buffer | string): string[] => TRACES.filter((trace) => bytes.includes(trace))

const PRINTS = `printf '%s\\n' "$TOKEN" "$KEY" "$PIN"
printf '%s' "$TOKEN:$KEY" | base64; printf 'user:%s' "$PIN" | base64 | tr '+/' '-_'
for value in "$TOKEN" "$PIN"; do printf '%s' "$value" | od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'; echo; done
i=0; while [ $i -lt \${#PIN} ]; do i=$((i+1)); printf '%s' "$PIN" | cut -c $i | tr -d '\\n'; sleep 0.02; done; echo
set -x; : "$PIN"; set +x
printf 'error: %s refused\\n' "$PIN" "$TOKEN" >&2
printf 'value=%s;\\n' "$PIN"`
const indented = (text: string): string => text.split('\n').join('\n   ')
const ENV = `TOKEN=secret:env:HOLDPOINT_TEST_CANARY KEY=secret:file:~/canary PIN=secret:ask:pin`

const runbook = (url: string): string => `---
hosts: [durable1, plain1]
metrics:
  error rate: { source: json, url: "${url}/stats", pointer: /errors, auth: "bearer secret:ask:pin", every: 1s }
---

# Canary

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Pre-Deployment Checklist

### Code Preparation

- [ ] All tests passing

## Deployment Steps

### Phase 1: Deploy

**22:00 - 22:10**

1. Print everything
   \`\`\`sh {id=prints hosts=durable1,plain1 timeout=60s capture="pin=regex:value=(.*);" env="${ENV}" undo="true"}
   ${indented(PRINTS)}
   \`\`\`
2. Hear it again
   \`\`\`http {id=echo expect=200 auth="header X-Pin secret:ask:pin"}
   GET ${url}/echo
   \`\`\`
3. Fail with everything
   \`\`\`sh {id=fails hosts=durable1,plain1 timeout=60s max-fail=2 env="${ENV}" undo="true"}
   ${indented(PRINTS)}
   printf 'last words: %s' "$PIN" >&2
   exit 3
   \`\`\`
4. Wait with it
   \`\`\`sh {id=waits hosts=durable1 timeout=60s env="${ENV}" undo="true"}
   printf '%s\\n' "$PIN"; while [ ! -e "$HOME/../flag" ] && [ ! -e FLAG ]; do sleep 0.05; done; printf '%s\\n' "$PIN"
   \`\`\`

## Rollback Plan

### Rollback Trigger Conditions

* Error rate > 50% for 30s

### Rollback Steps

1. Put the old version back
   \`\`\`sh {id=back hosts=durable1}
   true
   \`\`\`
`

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)).filter((file) => existsSync(file) && statSync(file).isFile())

/** Whether no file of a host holds a secret. It may forget a job while its files are looked at: then they are looked at again. */
function isClean(host: Sshd): boolean {
  try {
    return filesIn(host.state).every((file) => tracesIn(readFileSync(file)).length === 0)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false
    throw thrown
  }
}

/** One of the files in which the kernel shows every process of this machine, by process; those that end while they are looked at, or are not ours to look at, are left out. */
function processes(file: 'cmdline' | 'environ'): { pid: number; group: number; text: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      // The name in brackets may hold anything; after it come state, parent and group.
      const group = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[2])
      return [{ pid: Number(pid), group, text: readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ') }]
    } catch {
      return []
    }
  })
}
const processList = (): string => processes('cmdline').map(({ text }) => text).join('\n')

/**
 * The processes with a secret in their environment. Where Holdpoint runs, a person put one there under its own name, and what
 * is started there has it from them: that is what secret:env means, and not looked for here.
 */
const carriers = () => processes('environ').filter(({ text }) => !text.includes('HOLDPOINT_TEST_CANARY=') && tracesIn(text).length > 0)

/** The process group of each command that a host has on record, as `mkdir jobs/JOB` and what follows made it. */
const groupsOn = (host: Sshd): number[] => filesIn(host.state).filter((file) => file.endsWith('/cmd')).map((file) => Number(readFileSync(file, 'utf8').split(' ')[0]))

describe.skipIf(sshdMissing)('a secret pushed through every path', { timeout: 180_000 }, () => {
  let folder: string
  let durable: Sshd
  let plain: Sshd
  let server: Server
  let url: string
  let text: string
  let app: App
  let runId: string
  /** What the person does when asked for the secret; null leaves the question open. */
  let answer: string | null
  let questions: string[]
  const heard: string[] = []

  const open = () => createApp({
    door: 'cli', dataPath: join(folder, 'data'), home: folder,
    answerPrompt: (prompt, signal) => {
      if (prompt.kind === 'host-key') return Promise.resolve({ accept: true })
      questions.push(prompt.kind === 'secret' ? `${prompt.name} for ${prompt.why}` : prompt.kind)
      return answer === null ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('not needed')))) : Promise.resolve({ secret: answer })
    },
  })
  const call = async (name: string, input: unknown): Promise<unknown> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value
  }
  const send = (command: object) => call('send-command', { runId, command })
  const state = () => app.engine.state(runId)
  const step = (id: string) => state().steps[id]
  const output = (stepId: string, host: string, stream: 'stdout' | 'stderr' = 'stdout') =>
    Buffer.concat([...app.storage.output.readBytes({ runId, stepId, attempt: step(stepId)?.attempt ?? 1, host, stream })]).toString()
  const start = async () => {
    const { runbookId } = (await call('import-runbook', { name: 'canary.md', text })) as { runbookId: string }
    runId = ((await call('create-run', { runbookId, mode: 'live', automatic: true })) as { runId: string }).runId
    await send({ type: 'start-run' })
    await send({ type: 'tick', id: state().runbook.checklists[0]?.items[0]?.id })
    await send({ type: 'decide-gate', gateId: Object.keys(state().gates)[0], decision: 'go' })
  }

  beforeAll(async () => {
    durable = await startSshd()
    plain = await startSshd({ config: ['SetEnv XDG_STATE_HOME=/proc/nowhere'] })
    server = createServer((request, reply) => {
      heard.push(String(request.headers.authorization))
      reply.end(request.url === '/echo' ? `you are ${CANARIES.env} with ${String(request.headers['x-pin'])}` : '{"errors":0}')
    }).listen(0, '127.0.0.1')
    await until(() => server.listening, 'the server')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.close()
    await durable.stop()
    await plain.stop()
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-canary-'))
    mkdirSync(join(folder, '.ssh'), { mode: 0o700 })
    writeFileSync(join(folder, '.ssh', 'config'), `${configFor(durable, 'durable1')}${configFor(plain, 'plain1')}`, { mode: 0o600 })
    writeFileSync(join(folder, 'canary'), `${CANARIES.file}\n`, { mode: 0o600 })
    process.env['HOLDPOINT_TEST_CANARY'] = CANARIES.env
    text = runbook(url).replace('FLAG', join(durable.state, 'flag'))
    rmSync(join(durable.state, 'flag'), { force: true })
    answer = CANARIES.ask
    questions = []
    app = await open()
  })
  afterEach(async () => {
    delete process.env['HOLDPOINT_TEST_CANARY']
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is found nowhere: not in files, output, events, reports, problems, the log or the list of processes', async () => {
    const lists = new Set<string>()
    const sampling = setInterval(() => lists.add(processList()), 25)
    await start()
    await until(() => step('fails')?.status === 'failed', 'the failure')
    clearInterval(sampling)
    expect(step('prints')?.hosts).toMatchObject({ durable1: { state: 'succeeded', durable: true }, plain1: { state: 'succeeded', durable: false } })
    await send({ type: 'add-note', text: `the pin was ${CANARIES.ask}` })
    await send({ type: 'skip-step', stepId: 'fails', reason: `it said ${CANARIES.env}` })
    await until(() => step('waits')?.status === 'running' && output('waits', 'durable1') !== '', 'the last step')
    await send({ type: 'abort', reason: `no more ${CANARIES.ask}` })
    await until(() => state().stage === 'ended', 'the end')

    // It did go everywhere: what stands in its place is there.
    for (const id of ['prints', 'fails']) {
      for (const host of ['durable1', 'plain1']) {
        const printed = output(id, host)
        expect(printed.match(/\[secret:ask:pin\]/g)?.length, printed).toBeGreaterThanOrEqual(4)
        expect(printed).toContain('[secret:env:HOLDPOINT_TEST_CANARY]')
        expect(printed).toContain('[secret:file:~/canary]')
        expect(output(id, host, 'stderr')).toContain('error: [secret:ask:pin] refused')
      }
    }
    expect(output('echo', 'local')).toContain('you are [secret:env:HOLDPOINT_TEST_CANARY] with [secret:ask:pin]')
    expect(heard).toContain(`Bearer ${CANARIES.ask}`)
    expect(questions).toHaveLength(1)

    const shown: Record<string, string> = { events: JSON.stringify(app.storage.journal.read(runId, 0)), state: JSON.stringify(state()) }
    for (const format of ['md', 'html', 'json']) shown[`report.${format}`] = JSON.stringify(await call('make-report', { runId, format }))
    for (const id of ['prints', 'echo', 'fails', 'waits']) {
      for (const host of [...Object.keys(step(id)?.hosts ?? {}), 'local']) for (const stream of ['stdout', 'stderr'] as const) shown[`${id} ${host} ${stream}`] = output(id, host, stream)
    }
    for (const [what, said] of Object.entries(shown)) expect(tracesIn(said), what).toEqual([])
    expect(shown['events']).toContain('the pin was [secret:ask:pin]')
    const kept = filesIn(join(folder, 'data'))
    expect(kept.some((file) => file.endsWith('-wal'))).toBe(true)
    for (const file of kept) expect(tracesIn(readFileSync(file)), file).toEqual([])
    // The hosts have forgotten all of it as well, but for the step that was stopped with its output in its folder until then.
    await until(() => isClean(durable), 'clean hosts')
    expect(lists.size).toBeGreaterThan(5)
    for (const list of lists) expect(tracesIn(list)).toEqual([])
  })

  test('is in no process\'s arguments, and in the environment of the command\'s own processes alone, while it runs; after that in none', async () => {
    text = text.replace(/1\. Print everything[^]*?4\. Wait/, '1. Wait')
    await start()
    await until(() => output('waits', 'durable1') !== '', 'the first output')
    // What the command starts has its variables, as env= asks. What launched it, what watches over it, what follows it, sshd and
    // everybody else do not: any of them may live longer, write its environment somewhere, or hand it on.
    const seen: { group: number; text: string }[] = []
    await until(() => {
      expect(tracesIn(processList())).toEqual([])
      seen.push(...carriers())
      return seen.length >= 10
    }, 'the processes of the command')
    const groups = [...new Set(seen.map(({ group }) => group))]
    expect(groups).toHaveLength(1)
    expect(groupsOn(durable)).toContain(groups[0])
    for (const variable of [`TOKEN=${CANARIES.env}`, `KEY=${CANARIES.file}`, `PIN=${CANARIES.ask}`]) expect(seen.some(({ text: environment }) => environment.includes(variable)), variable).toBe(true)
    writeFileSync(join(durable.state, 'flag'), '', { mode: 0o644 })
    await until(() => step('waits')?.status === 'succeeded', 'the end')
    expect([carriers(), tracesIn(processList())]).toEqual([[], []])
  })

  test('is hidden after the program was ended in the middle: its output waits on the host until the person has given it again', async () => {
    text = text.replace(/1\. Print everything[^]*?4\. Wait/, '1. Wait')
    await start()
    await until(() => output('waits', 'durable1') !== '', 'the first output')
    await app.close()
    answer = null
    questions = []
    app = await open()
    writeFileSync(join(durable.state, 'flag'), '', { mode: 0o644 })
    await until(() => questions.length > 0, 'the question')
    await until(() => existsSync(durable.state) && filesIn(durable.state).some((file) => file.endsWith('/rc')), 'the end on the host')
    expect([output('waits', 'durable1'), step('waits')?.status]).toEqual(['[secret:ask:pin]\n', 'running'])
    app.deps.prompts.answer(app.deps.prompts.open()[0]?.id ?? '', { secret: CANARIES.ask })
    await until(() => step('waits')?.status === 'succeeded', 'the end')
    expect(output('waits', 'durable1')).toBe('[secret:ask:pin]\n[secret:ask:pin]\n')
    for (const file of filesIn(join(folder, 'data'))) expect(tracesIn(readFileSync(file)), file).toEqual([])
  })

  test('that nobody gives again leaves what runs alone: unknown, its output on the host, until a probe is given it', async () => {
    text = text.replace(/1\. Print everything[^]*?4\. Wait/, '1. Wait')
    await start()
    await until(() => output('waits', 'durable1') !== '', 'the first output')
    await app.close()
    answer = ''
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: folder, answerPrompt: (prompt) => Promise.resolve(prompt.kind === 'secret' ? { secret: answer === '' ? null : answer } : { accept: true }) })
    await until(() => step('waits')?.status === 'unknown', 'the unknown outcome')
    expect(step('waits')?.hosts['durable1']?.result).toMatchObject({ code: 'secret-not-given' })
    writeFileSync(join(durable.state, 'flag'), '', { mode: 0o644 })
    await until(() => filesIn(durable.state).some((file) => file.endsWith('/rc')), 'the end on the host')
    await send({ type: 'probe-step', stepId: 'waits' })
    await until(() => JSON.stringify(step('waits')?.hosts['durable1']?.probe ?? '').includes('Nobody gave the secret'), 'the vain probe')
    expect(output('waits', 'durable1')).toBe('[secret:ask:pin]\n')
    answer = CANARIES.ask
    await send({ type: 'probe-step', stepId: 'waits' })
    await until(() => step('waits')?.status === 'succeeded', 'the proof')
    expect(output('waits', 'durable1')).toBe('[secret:ask:pin]\n[secret:ask:pin]\n')
  })
})
