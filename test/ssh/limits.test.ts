import { describe, expect, it, onTestFinished } from 'vitest'
import { configFor, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type SshdOptions } from '#support/sshd.ts'

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
})
