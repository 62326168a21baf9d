import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRunbook } from '#document/parse.ts'
import type { MetricSource } from '#domain/inventory.ts'
import { checkSource } from '#kinds/sources/index.ts'
import { ssh } from '#kinds/sources/ssh.ts'
import type { HostResult } from '#domain/step.ts'
import type { Shell } from '#kinds/ports.ts'
import { trySource } from '#kinds/sources/try-source.ts'
import { createFakeClock } from '#support/fake-world.ts'
import { configFor, hostNamed, startPool, type TestPool } from '#support/ssh-pool.ts'
import { giveTo, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'
import { realPorts } from '../fixture.ts'

const NAMES = ['app1', 'app2', 'app3']
const source = (settings: MetricSource['settings'], names = NAMES): MetricSource =>
  ({ metric: 'cpu', kind: 'ssh', settings: { hosts: 'app', ...settings }, everyMs: 5000, hosts: names.map((name) => hostNamed(name)) })

describe.skipIf(sshdMissing)('the number a command prints on real hosts', () => {
  let sshd: Sshd
  let own: TestPool
  beforeAll(async () => {
    sshd = await startSshd()
    own = startPool({ config: configFor(sshd, 'app*') + configFor({ ...sshd, port: 1 }, 'gone1'), knownHosts: sshd.knownHostsLine })
  })
  afterAll(async () => {
    await own.stop()
    await sshd.stop()
  })
  const read = async (settings: MetricSource['settings'], names?: string[]) =>
    (await ssh.open(source(settings, names), realPorts({ shell: own.pool })).read(0, new AbortController().signal))[0]?.value

  it('is the highest of all hosts, or the lowest, the sum, or the average, as is asked', async () => {
    // One server stands for all three: each reading takes the next number.
    const script = join(sshd.state, 'next')
    const counter = async (): Promise<string> => {
      writeFileSync(join(sshd.state, 'turn'), '')
      giveTo(sshd.user, join(sshd.state, 'turn'))
      writeFileSync(script, `cd ${sshd.state}; n=1; while ! mkdir turn-$$-$n 2>/dev/null; do n=$((n+1)); done; echo x >> turn; wc -l < turn`)
      return `. ${script}`
    }
    const one = await counter()
    for (const [take, value] of [['highest', 3], ['lowest', 1], ['sum', 6], ['average', 2]] as const) {
      await counter()
      const values = [await read({ command: one, take }, ['app1']), await read({ command: one, take }, ['app1']), await read({ command: one, take }, ['app1'])]
      expect(values).toEqual([1, 2, 3])
      writeFileSync(join(sshd.state, 'turn'), '')
      expect(await read({ command: `flock ${sshd.state}/lock sh ${script}`, take }), take).toBe(value)
    }
  })

  it('is no data when one host fails, prints something else or too much, or does not answer in time', async () => {
    for (const command of ['echo 1; exit 3', 'echo much', 'echo', 'echo 1 2', 'echo NaN', 'yes | head -c 100000', 'echo 5 >&2']) expect(await read({ command }, ['app1']), command).toBeNull()
    expect(await read({ command: 'echo 5', timeout: '5s' }, ['app1', 'gone1'])).toBeNull()
    expect(await read({ command: 'echo 5; sleep 30', timeout: '300ms' }, ['app1'])).toBeNull()
    expect(await read({ command: 'echo 5' }, [])).toBeNull()
    expect(await read({ command: 'echo "  7.5  "' }, ['app1'])).toBe(7.5)
  })

  it('can be tried once: what was asked, resolved, and its value', async () => {
    const trial = await trySource(source({ command: 'echo 12', take: 'sum' }), realPorts({ shell: own.pool }), new AbortController().signal)
    expect(trial).toMatchObject({ metric: 'cpu', kind: 'ssh', query: 'the sum of `echo 12` on app1, app2, app3, every 5 s', value: 36, fault: '' })
    const why = async (command: string, names = ['app1']): Promise<string> => (await trySource(source({ command }, names), realPorts({ shell: own.pool }), new AbortController().signal)).fault
    expect(await why('exit 3')).toMatch(/^The command on app1 failed with exit code 3\./)
    expect(await why('echo 5%')).toMatch(/^What the command on app1 prints is "5%", which is no number\./)
    expect(await why('true', ['app1', 'app2'])).toMatch(/^What the command on app1 prints is empty, which is no number\. \(and 1 more of 2 hosts\)/)
    expect(await why('echo 5', ['app1', 'gone1'])).toMatch(/^gone1 at 127\.0\.0\.1:1 refused the connection\./)
    expect(await trySource(source({ command: '' }), realPorts({ shell: own.pool }), new AbortController().signal)).toMatchObject({ value: null, fault: expect.stringContaining('command') })
  })
})

describe('a host that only a person can open up', () => {
  it.each([['ssh-host-key-unknown', 2], ['ssh-auth', 2], ['ssh-refused', 7]])('is left alone for half a minute after %s, and the reading is no data', async (code, asked) => {
    const clock = createFakeClock(0)
    let runs = 0
    const shell: Shell = { run: () => { runs += 1; return Promise.resolve({ outcome: 'failed', reason: 'refused', code, message: '', hint: '' }) } }
    const opened = ssh.open(source({ command: 'echo 1' }, ['app1']), realPorts({ shell, clock }))
    for (let reading = 0; reading < 7; reading += 1) {
      expect((await opened.read(0, new AbortController().signal))[0]?.value).toBeNull()
      await clock.advance(5000)
    }
    expect(runs).toBe(asked)
  })

  it('is left alone four times as long after each refusal in a row, half an hour at most', async () => {
    const clock = createFakeClock(0)
    const asked: number[] = []
    const shell: Shell = { run: () => { asked.push(clock.now()); return Promise.resolve({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: 'app1 did not accept the login.', hint: 'Check the user name.' }) } }
    const opened = ssh.open(source({ command: 'echo 1' }, ['app1']), realPorts({ shell, clock }))
    for (let minute = 0; minute < 120; minute += 1) {
      await opened.read(0, new AbortController().signal)
      expect(opened.fault?.()).toMatchObject({ code: 'ssh-auth', message: 'app1 did not accept the login.' })
      await clock.advance(60_000)
    }
    expect(asked.map((at) => at / 60_000)).toEqual([0, 1, 3, 11, 41, 71, 101])
  })

  it('has its question asked once, which stays open while readings go by without data and say so; the answer is used', async () => {
    const clock = createFakeClock(0)
    const open: { signal: AbortSignal; settle(result: HostResult, printed: string): void }[] = []
    const shell: Shell = { run: ({ signal, onOutput }) => new Promise((resolve) => open.push({ signal, settle: (result, printed) => { onOutput('stdout', Buffer.from(printed)); resolve(result) } })) }
    const opened = ssh.open(source({ command: 'echo 1' }, ['app1']), realPorts({ shell, clock }))
    for (let reading = 0; reading < 5; reading += 1) {
      const samples = opened.read(0, new AbortController().signal)
      await clock.advance(10_000)
      expect((await samples)[0]?.value).toBeNull()
      expect(opened.fault?.()?.message).toBe('app1 did not answer within 10 s.')
      expect(opened.fault?.()?.hint).toContain('stays open')
    }
    expect(open.map(({ signal }) => signal.aborted)).toEqual([false])
    const samples = opened.read(0, new AbortController().signal)
    open[0]?.settle({ outcome: 'succeeded', exitCode: 0 }, '17\n')
    expect((await samples)[0]?.value).toBe(17)
    expect(opened.fault?.()).toBeNull()
    void opened.read(0, new AbortController().signal)
    expect(open).toHaveLength(2)
    opened.close?.()
    expect(open[1]?.signal.aborted).toBe(true)
  })
})

describe('a metric that asks hosts, in the front matter', () => {
  const parse = (hosts: string) => parseRunbook(`---\nhosts: [app1, app2, db1]\ngroups: { app: [app1, app2] }\nmetrics:\n  CPU: { source: ssh, hosts: "${hosts}", command: cat /proc/loadavg, take: average }\n---\n# Release\n`)

  it('means hosts, groups and patterns, like a step', () => {
    const { runbook } = parse('app !app2')
    expect(runbook.inventory.sources[0]?.hosts?.map(({ name }) => name)).toEqual(['app1'])
    expect(runbook.inventory.sources.flatMap(checkSource)).toEqual([])
  })

  it('says where a host is not known, and which setting is missing', () => {
    expect(parse('app !app').findings).toContainEqual(expect.objectContaining({ severity: 'error', line: 5, message: expect.stringContaining('no host') }))
    expect(parse('web').findings).toContainEqual(expect.objectContaining({ severity: 'error', line: 5, message: expect.stringContaining('"web"') }))
    expect(checkSource({ metric: 'cpu', kind: 'ssh', settings: { hosts: 'app' }, everyMs: 5000 })[0]?.message).toContain('command')
  })
})
