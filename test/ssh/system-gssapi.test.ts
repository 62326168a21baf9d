import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { kerberosMissing, startKerberos, type Kerberos } from '#support/kerberos.ts'
import { hostNamed, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { loginUser, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing || kerberosMissing)("a Kerberos ticket, which ssh2 cannot show and the system's ssh can", () => {
  let kerberos: Kerberos
  let sshd: Sshd

  beforeAll(async () => {
    kerberos = await startKerberos(loginUser())
    sshd = await startSshd({ config: ['GSSAPIAuthentication yes', 'GSSAPIStrictAcceptorCheck no', 'AuthenticationMethods gssapi-with-mic'], environment: kerberos.serverEnvironment })
    for (const [name, value] of Object.entries(kerberos.clientEnvironment)) vi.stubEnv(name, value)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await sshd.stop()
    await kerberos.stop()
  })

  const web = hostNamed('web-1', { transport: 'ssh' })
  const withPool = async (work: (home: TestPool) => Promise<void>): Promise<void> => {
    const home = startPool({ config: `Host web-1\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityAgent none\n  GSSAPIAuthentication yes\n`, knownHosts: sshd.knownHostsLine })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }

  it('logs in without a key and without a question', () =>
    withPool(async (home) => {
      expect((await runOn(home.pool, web, 'id -un')).stdout.toString()).toBe(`${sshd.user}\n`)
      expect(sshd.log()).toContain(`Accepted gssapi-with-mic for ${sshd.user}`)
      expect(home.questions).toEqual({ keys: [], passphrases: [], logins: [] })
    }))

  it('is offered where ssh2 is refused', () =>
    withPool(async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('gssapi-with-mic'), hint: expect.stringContaining('transport: ssh') })
    }))

  it('is a refused login once there is none any more', () =>
    withPool(async (home) => {
      rmSync(kerberos.clientEnvironment['KRB5CCNAME']?.replace('FILE:', '') ?? '')
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: expect.stringContaining('gssapi-with-mic') })
    }))
})
