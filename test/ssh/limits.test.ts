import { describe, expect, it } from 'vitest'
import { configFor, runOn, startPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe.skipIf(sshdMissing)('limits of a real OpenSSH server', () => {
  it('runs 20 commands at once on a host that allows 10 sessions', async () => {
    const sshd = await startSshd({ config: ['MaxSessions 10'] })
    const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine })
    const outcomes = await Promise.all(numbers(20).map((n) => runOn(home.pool, 'web-1', `echo ${n}`)))
    expect(outcomes.map((outcome) => outcome.stdout.toString())).toEqual(numbers(20).map((n) => `${n}\n`))
    await home.stop()
    await sshd.stop()
  })

  it('waits its turn on a host that allows fewer sessions than we do', async () => {
    const sshd = await startSshd({ config: ['MaxSessions 2'] })
    const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine })
    const outcomes = await Promise.all(numbers(12).map((n) => runOn(home.pool, 'web-1', `echo ${n}`)))
    expect(outcomes.map((outcome) => outcome.stdout.toString())).toEqual(numbers(12).map((n) => `${n}\n`))
    await home.stop()
    await sshd.stop()
  })

  it('says so on a host that allows no session at all', async () => {
    const sshd = await startSshd({ config: ['MaxSessions 0'] })
    const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-channel' })
    await home.stop()
    await sshd.stop()
  })

  it('connects 15 hosts at once to a server that drops logins from the fourth on', async () => {
    const sshd = await startSshd({ config: ['MaxStartups 3:30:10'] })
    const names = numbers(15).map((n) => `web-${n}`)
    const home = startPool({ config: configFor(sshd, 'web-*'), knownHosts: sshd.knownHostsLine })
    const outcomes = await Promise.all(names.map((name) => runOn(home.pool, name, 'true')))
    expect(outcomes.map((outcome) => outcome.result)).toEqual(names.map(() => ({ outcome: 'succeeded', exitCode: 0 })))
    await home.stop()
    await sshd.stop()
  })
})
