import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHostileServer } from '#support/ssh-hostile.ts'
import { configFor, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('host keys at a real OpenSSH server', () => {
  let sshd: Sshd
  let otherKey: string

  beforeAll(async () => {
    sshd = await startSshd({ hostKeyTypes: ['ed25519', 'rsa'] })
    keygen('ed25519', join(sshd.home, 'other'), '')
    otherKey = readFileSync(join(sshd.home, 'other.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  })
  afterAll(() => sshd.stop())

  const withPool = async (options: TestPoolOptions, work: (home: TestPool) => Promise<void>): Promise<void> => {
    const home = startPool({ config: configFor(sshd, 'web-1'), ...options })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }
  const name = (): string => `[127.0.0.1]:${sshd.port}`

  it('asks once about an unknown key, for all runs together, and remembers the answer', () =>
    withPool({ acceptKeys: true }, async (home) => {
      const outcomes = await Promise.all([1, 2, 3].map((n) => runOn(home.pool, 'web-1', `echo ${n}`)))
      expect(outcomes.map((outcome) => outcome.stdout.toString())).toEqual(['1\n', '2\n', '3\n'])
      expect(home.questions.keys).toEqual([{ host: 'web-1', address: name(), fingerprint: sshd.hostKeyFingerprint }])
      expect(readFileSync(home.ownKnownHostsFile, 'utf8')).toBe(sshd.knownHostsLine)
      expect(statSync(home.ownKnownHostsFile).mode & 0o777).toBe(0o600)
      sshd.killSessions()
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
      expect(home.questions.keys).toHaveLength(1)
    }))

  it('asks once about the key of one address that many hosts share, also when they dial one after the other', () =>
    withPool({ config: configFor(sshd, 'web-*'), acceptKeys: true, dialLimit: 2 }, async (home) => {
      const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => runOn(home.pool, `web-${n}`, 'true')))
      expect(outcomes.map((outcome) => outcome.result.outcome)).toEqual(Array.from({ length: 6 }, () => 'succeeded'))
      expect(home.questions.keys).toHaveLength(1)
      expect(readFileSync(home.ownKnownHostsFile, 'utf8')).toBe(sshd.knownHostsLine)
    }))

  it('what it remembers is a known_hosts line that real ssh accepts', () =>
    withPool({ acceptKeys: true }, async (home) => {
      await runOn(home.pool, 'web-1', 'true')
      const options = ['-F', 'none', '-o', `UserKnownHostsFile=${home.ownKnownHostsFile}`, '-o', 'GlobalKnownHostsFile=none', '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-i', sshd.keyFile, '-p', String(sshd.port)]
      expect(execFileSync('ssh', [...options, `${sshd.user}@127.0.0.1`, 'echo accepted'], { encoding: 'utf8' })).toBe('accepted\n')
    }))

  it('does not go on when a person declines', () =>
    withPool({}, async (home) => {
      const { result } = await runOn(home.pool, 'web-1', 'true')
      expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-host-key-unknown', message: expect.stringContaining(sshd.hostKeyFingerprint) })
    }))

  it('never asks with StrictHostKeyChecking yes, and still asks with no', async () => {
    await withPool({ config: configFor(sshd, 'web-1', ['StrictHostKeyChecking yes']), acceptKeys: true }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-host-key-unknown' })
      expect(home.questions.keys).toEqual([])
    })
    await withPool({ config: configFor(sshd, 'web-1', ['StrictHostKeyChecking no']) }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-host-key-unknown' })
      expect(home.questions.keys).toHaveLength(1)
    })
  })

  it('refuses a changed key with both fingerprints and the place of the known one', () =>
    withPool({ knownHosts: `# a comment\n${name()} ${otherKey}\n`, acceptKeys: true }, async (home) => {
      const known = execFileSync('ssh-keygen', ['-lf', join(sshd.home, 'other.pub')], { encoding: 'utf8' }).split(' ')[1] ?? ''
      const { result } = await runOn(home.pool, 'web-1', 'true')
      expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-host-key-changed' })
      const message = result.outcome === 'failed' && result.reason === 'refused' ? result.message : ''
      for (const part of [known, sshd.hostKeyFingerprint, join(home.home, '.ssh/known_hosts:2')]) expect(message).toContain(part)
      expect(home.questions.keys).toEqual([])
    }))

  it('asks the server for the key type it knows', () =>
    withPool({ knownHosts: `${name()} ${sshd.hostKeys[1]}\n` }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
    }))

  it('refuses a revoked key though another line accepts it', () =>
    withPool({ knownHosts: `${sshd.knownHostsLine}@revoked * ${sshd.hostKeys[0]}\n`, acceptKeys: true }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-host-key-revoked' })
      expect(home.questions.keys).toEqual([])
    }))

  it('says that a certificate is needed instead of asking', () =>
    withPool({ knownHosts: `@cert-authority ${name()} ${otherKey}\n`, acceptKeys: true }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-needs-certificate' })
      expect(home.questions.keys).toEqual([])
    }))

  it('reads a file that ssh-keygen -H has hashed', () =>
    withPool({ knownHosts: sshd.knownHostsLine }, async (home) => {
      execFileSync('ssh-keygen', ['-H', '-f', join(home.home, '.ssh/known_hosts')], { stdio: 'ignore' })
      expect(readFileSync(join(home.home, '.ssh/known_hosts'), 'utf8')).toMatch(/^\|1\|/)
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
    }))

  it('does not connect when a known hosts file cannot be read', () =>
    withPool({ acceptKeys: true }, async (home) => {
      const folder = join(home.home, 'a-folder')
      mkdirSync(folder)
      writeFileSync(join(home.home, '.ssh/config'), configFor(sshd, 'web-1', [`UserKnownHostsFile ${folder}`]), { mode: 0o600 })
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-known-hosts' })
    }))

  it('uses HostKeyAlias as the name', () =>
    withPool({ config: configFor(sshd, 'web-1', ['HostKeyAlias the-shop']), knownHosts: `the-shop ${sshd.hostKeys[0]}\n` }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result.outcome).toBe('succeeded')
    }))
})

describe('host keys at a hostile server', () => {
  it('sends no credential to a server with a changed key', async () => {
    const hostile = await startHostileServer({ login: 'accept' })
    const other = await startHostileServer({ login: 'accept' })
    const home = startPool({
      config: `Host web-1\n HostName 127.0.0.1\n Port ${hostile.port}\n User someone\n`,
      knownHosts: `[127.0.0.1]:${hostile.port} ${other.hostKey}\n`,
    })
    try {
      keygen('ed25519', join(home.home, '.ssh/id_ed25519'), '')
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-host-key-changed' })
      expect(hostile.attempts).toEqual([])
      // The same server with its key known does see the login: the record above can tell.
      writeFileSync(join(home.home, '.ssh/known_hosts'), `[127.0.0.1]:${hostile.port} ${hostile.hostKey}\n`, { mode: 0o600 })
      await runOn(home.pool, 'web-1', 'true')
      expect(hostile.attempts).toContain('publickey someone')
    } finally {
      await home.stop()
      await Promise.all([hostile.stop(), other.stop()])
    }
  })
})
