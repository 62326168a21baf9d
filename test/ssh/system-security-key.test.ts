import { afterEach, describe, expect, it } from 'vitest'
import { makeSecurityKey, securityKeyMissing } from '#support/security-key.ts'
import { configFor, hostNamed, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing || securityKeyMissing)("a security key, which ssh2 cannot use and the system's ssh can", () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })

  const web = hostNamed('web-1', { transport: 'ssh' })
  const start = async (pin: string | null, options: TestPoolOptions = {}): Promise<{ home: TestPool; sshd: Sshd; keyFile: string }> => {
    const key = makeSecurityKey(pin)
    closers.push(key.close)
    const sshd = await startSshd({ keyFile: key.keyFile })
    closers.push(sshd.stop)
    const home = startPool({ config: configFor(sshd, 'web-1', ['IdentityAgent none', 'IdentitiesOnly yes', `SecurityKeyProvider ${key.provider}`]), knownHosts: sshd.knownHostsLine, ...options })
    closers.push(home.stop)
    return { home, sshd, keyFile: key.keyFile }
  }

  it('logs in with its touch, once for all commands, and is offered where ssh2 is refused', async () => {
    const { home, sshd } = await start(null)
    expect((await runOn(home.pool, web, 'id -un')).stdout.toString()).toBe(`${sshd.user}\n`)
    expect((await runOn(home.pool, web, 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(sshd.log().match(/Accepted publickey for \S+ from .*: ED25519-SK /g)).toHaveLength(1)
    expect(home.questions).toEqual({ keys: [], passphrases: [], logins: [] })
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', hint: expect.stringContaining('transport: ssh') })
  })

  it('asks for its PIN, and keeps it for the next login', async () => {
    const { home, sshd, keyFile } = await start('2580', { passphrases: ['2580'] })
    expect((await runOn(home.pool, web, 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    sshd.killSessions()
    await expect.poll(async () => (await runOn(home.pool, web, 'true')).result.outcome, { timeout: 20_000 }).toBe('succeeded')
    expect(home.questions.passphrases).toEqual([{ file: keyFile, attempt: 1 }])
  })

  it('is a refused login when the PIN is wrong or nobody gives it', async () => {
    for (const passphrases of [['1111'], [null]]) {
      const { home } = await start('2580', { passphrases })
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth' })
    }
  })
})
