import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFakeClock } from '#support/fake-world.ts'
import { startHostileServer } from '#support/ssh-hostile.ts'
import { configFor, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd, type Sshd, type SshdOptions } from '#support/sshd.ts'

/** A pool on a server of this test's own. */
async function poolOn(options: SshdOptions, names: string): Promise<TestPool> {
  const sshd = await startSshd(options)
  onTestFinished(() => sshd.stop())
  const home = startPool({ config: configFor(sshd, names), knownHosts: sshd.knownHostsLine })
  onTestFinished(() => home.stop())
  return home
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe.skipIf(sshdMissing)('limits of a real OpenSSH server', () => {
  it('runs 20 commands at once on a host that allows 10 sessions', async () => {
    const home = await poolOn({ config: ['MaxSessions 10'] }, 'web-1')
    const outcomes = await Promise.all(numbers(20).map((n) => runOn(home.pool, 'web-1', `echo ${n}`)))
    expect(outcomes.map((outcome) => outcome.stdout.toString())).toEqual(numbers(20).map((n) => `${n}\n`))
  })

  it('waits its turn on a host that allows fewer sessions than we do', async () => {
    const home = await poolOn({ config: ['MaxSessions 2'] }, 'web-1')
    const outcomes = await Promise.all(numbers(12).map((n) => runOn(home.pool, 'web-1', `echo ${n}`)))
    expect(outcomes.map((outcome) => outcome.stdout.toString())).toEqual(numbers(12).map((n) => `${n}\n`))
  })

  it('says so on a host that allows no session at all', async () => {
    const home = await poolOn({ config: ['MaxSessions 0'] }, 'web-1')
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-channel' })
  })

  it('connects 15 hosts at once to a server that drops logins from the fourth on', async () => {
    const names = numbers(15).map((n) => `web-${n}`)
    const home = await poolOn({ config: ['MaxStartups 3:30:10'] }, 'web-*')
    const outcomes = await Promise.all(names.map((name) => runOn(home.pool, name, 'true')))
    expect(outcomes.map((outcome) => outcome.result)).toEqual(names.map(() => ({ outcome: 'succeeded', exitCode: 0 })))
  })

  it('dials at most eight hosts at once behind one bastion', async () => {
    const bastion = await startSshd()
    onTestFinished(() => bastion.stop())
    const behind = await startHostileServer({ login: 'accept' })
    onTestFinished(() => behind.stop())
    const names = numbers(40).map((n) => `web-${n}`)
    const home = startPool({
      config: [configFor(bastion, 'bastion'), ...names.map((name) => `Host ${name}\n HostName 127.0.0.1\n Port ${behind.port}\n User someone\n IdentityFile ${bastion.keyFile}\n ProxyJump bastion\n`)].join('\n'),
      knownHosts: `${bastion.knownHostsLine}[127.0.0.1]:${behind.port} ${behind.hostKey}\n`,
    })
    onTestFinished(() => home.stop())
    const outcomes = await Promise.all(names.map((name) => runOn(home.pool, name, 'true')))
    expect(outcomes.map((outcome) => outcome.result)).toEqual(names.map(() => ({ outcome: 'succeeded', exitCode: 0 })))
    expect(behind.mostUnauthenticated()).toBeLessThanOrEqual(8)
    expect(behind.mostUnauthenticated()).toBeGreaterThan(2)
  })

  it('lets a server refuse two logins a minute, and does not try a third before the minute is over', async () => {
    const { home, clock, refusals } = await withWrongKey('web-1')
    const codes: unknown[] = []
    for (const wait of [0, 10_000, 49_000, 1000, 0]) {
      await clock.advance(wait)
      const { result } = await runOn(home.pool, 'web-1', 'true')
      codes.push('code' in result ? result.code : result)
    }
    expect(codes).toEqual(['ssh-auth', 'ssh-auth', 'ssh-auth-paused', 'ssh-auth', 'ssh-auth-paused'])
    expect(refusals()).toBe(3)
  })

  it('lets it refuse two also when a dozen names of it are tried at once', async () => {
    const { home, refusals } = await withWrongKey('web-*')
    const outcomes = await Promise.all(numbers(12).map((n) => runOn(home.pool, `web-${n}`, 'true')))
    const codes = outcomes.map(({ result }) => ('code' in result ? result.code : '')).toSorted()
    expect(codes).toEqual([...Array.from({ length: 2 }, () => 'ssh-auth'), ...Array.from({ length: 10 }, () => 'ssh-auth-paused')])
    expect(refusals()).toBe(2)
  })
})

/** A pool with a clock of its own whose one key the server does not accept. */
async function withWrongKey(names: string): Promise<{ home: TestPool; clock: ReturnType<typeof createFakeClock>; refusals: () => number }> {
  const sshd = await startSshd()
  onTestFinished(() => sshd.stop())
  const clock = createFakeClock(Date.UTC(2026, 10, 23))
  const wrong = join(sshd.home, 'wrong_key')
  keygen('ed25519', wrong, '')
  const home = startPool({ config: configFor({ ...sshd, keyFile: wrong } satisfies Sshd, names), knownHosts: sshd.knownHostsLine, clock })
  onTestFinished(() => home.stop())
  return { home, clock, refusals: () => sshd.log().match(/Failed publickey/g)?.length ?? 0 }
}
