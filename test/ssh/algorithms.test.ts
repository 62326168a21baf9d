import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHostileServer, type HostileOptions } from '#support/ssh-hostile.ts'
import { configFor, runOn, startPool } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd } from '#support/sshd.ts'

async function resultOn(config: string[]): Promise<unknown> {
  const sshd = await startSshd({ config })
  onTestFinished(() => sshd.stop())
  const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine })
  onTestFinished(() => home.stop())
  return (await runOn(home.pool, 'web-1', 'true')).result
}

async function withOnly(only: HostileOptions['only']): Promise<{ result: unknown; attempts: string[] }> {
  const server = await startHostileServer({ login: 'accept', only })
  onTestFinished(() => server.stop())
  const home = startPool({ config: `Host web-1\n HostName 127.0.0.1\n Port ${server.port}\n User someone\n`, knownHosts: `[127.0.0.1]:${server.port} ${server.hostKey}\n` })
  onTestFinished(() => home.stop())
  keygen('ed25519', join(home.home, '.ssh/id_ed25519'), '')
  return { result: (await runOn(home.pool, 'web-1', 'true')).result, attempts: server.attempts }
}

const CHACHA = 'chacha20-poly1305@openssh.com'
const ETM = 'hmac-sha2-256-etm@openssh.com'

describe.skipIf(sshdMissing)('algorithms', () => {
  it.each([
    { lacks: 'key exchange', config: 'KexAlgorithms sntrup761x25519-sha512@openssh.com', offers: 'sntrup761x25519-sha512@openssh.com' },
    { lacks: 'cipher', config: 'Ciphers aes128-cbc,aes256-cbc', offers: 'aes128-cbc, aes256-cbc' },
    { lacks: 'MAC', config: 'Ciphers aes128-ctr\nMACs hmac-sha1,umac-64@openssh.com', offers: 'hmac-sha1, umac-64@openssh.com' },
  ])('without a common $lacks the problem says what the server offers', async ({ lacks, config, offers }) => {
    const result = await resultOn(config.split('\n'))
    expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-algorithms', message: expect.stringContaining(`no ${lacks} in common with Holdpoint; it offers ${offers}.`) })
    expect(JSON.stringify(result)).not.toMatch(/kex-strict|ext-info/)
  })

  it('a server that shows RSA keys with SHA-1 only is told apart from one with a wrong key', async () => {
    const sshd = await startSshd({ hostKeyTypes: ['rsa'], config: ['HostKeyAlgorithms ssh-rsa'] })
    onTestFinished(() => sshd.stop())
    const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: sshd.knownHostsLine })
    onTestFinished(() => home.stop())
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-algorithms', message: expect.stringContaining('no kind of host key in common with Holdpoint; it offers ssh-rsa.') })
  })

  it.each([{ cipher: CHACHA, mac: ETM }, { cipher: 'aes128-ctr', mac: ETM }])('$cipher with $mac and no strict key exchange is refused before the login', async (algorithms) => {
    const { result, attempts } = await withOnly({ ...algorithms, isStrict: false })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-algorithms', message: expect.stringContaining('Terrapin') })
    expect(attempts).toEqual([])
  })

  it.each([
    { cipher: CHACHA, mac: ETM, isStrict: true },
    { cipher: 'aes128-ctr', mac: ETM, isStrict: true },
    { cipher: 'aes128-ctr', mac: 'hmac-sha2-256', isStrict: false },
    { cipher: 'aes256-gcm@openssh.com', mac: ETM, isStrict: false },
  ])('$cipher with $mac is used where strict key exchange is $isStrict', async (only) => {
    expect((await withOnly(only)).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
  })

  it.each([
    [`Ciphers ${CHACHA}`],
    ['Ciphers aes256-ctr', 'MACs hmac-sha2-256-etm@openssh.com'],
    ['Ciphers aes256-ctr', 'MACs hmac-sha2-512'],
    ['Ciphers aes128-gcm@openssh.com'],
  ])('works with a real server that has only %s %s', async (...config) => {
    expect(await resultOn(config)).toEqual({ outcome: 'succeeded', exitCode: 0 })
  })
})
