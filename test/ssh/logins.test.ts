import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent, type TestAgent } from '#support/ssh-agent.ts'
import { configFor, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing)('logging in to a real OpenSSH server', () => {
  let sshd: Sshd
  let agent: TestAgent
  let lockedFile: string

  beforeAll(async () => {
    sshd = await startSshd()
    agent = await startAgent(join(sshd.home, 'agent'))
    agent.add(sshd.keyFile)
    // The same key again, with a passphrase and without its public half beside it.
    lockedFile = join(sshd.home, 'locked')
    copyFileSync(sshd.keyFile, lockedFile)
    chmodSync(lockedFile, 0o600)
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-P', '', '-f', lockedFile], { stdio: 'ignore' })
  })
  afterAll(async () => {
    await agent.stop()
    await sshd.stop()
  })

  const base = (more: string[]): string => ['Host web-*', ' HostName 127.0.0.1', ` Port ${sshd.port}`, ` User ${sshd.user}`, ...more, ''].join('\n')
  const withPool = async (options: TestPoolOptions, work: (home: TestPool) => Promise<void>): Promise<void> => {
    const home = startPool({ knownHosts: sshd.knownHostsLine, ...options })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }
  const login = async (home: TestPool, host = 'web-1') => (await runOn(home.pool, host, 'true')).result

  it('uses a default key file without being told', () =>
    withPool({ config: base([]) }, async (home) => {
      writeFileSync(join(home.home, '.ssh/id_ed25519'), readFileSync(sshd.keyFile), { mode: 0o600 })
      expect((await login(home)).outcome).toBe('succeeded')
    }))

  it('names what was refused when the key is the wrong one', () =>
    withPool({ config: base([]) }, async (home) => {
      keygen('ed25519', join(home.home, '.ssh/id_ed25519'), '')
      expect(await login(home)).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: expect.stringContaining(`as ${sshd.user}`) })
    }))

  it('tries the next key file after a wrong one', () =>
    withPool({ config: base(['IdentityFile ~/.ssh/wrong', `IdentityFile ${sshd.keyFile}`]) }, async (home) => {
      keygen('rsa', join(home.home, '.ssh/wrong'), '')
      expect((await login(home)).outcome).toBe('succeeded')
    }))

  it('says when there is no key, a missing one, or one that others can read', async () => {
    await withPool({ config: base([]) }, async (home) => expect(await login(home)).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('no key to offer') }))
    await withPool({ config: base(['IdentityFile ~/.ssh/absent']) }, async (home) => expect(await login(home)).toMatchObject({ code: 'ssh-key-unreadable', message: expect.stringContaining('absent does not exist') }))
    await withPool({ config: base(['IdentityFile ~/.ssh/open']) }, async (home) => {
      writeFileSync(join(home.home, '.ssh/open'), readFileSync(sshd.keyFile))
      chmodSync(join(home.home, '.ssh/open'), 0o644)
      expect(await login(home)).toMatchObject({ code: 'ssh-key-unreadable', message: expect.stringContaining('other users') })
    })
  })

  it('asks for a passphrase until it is right, and once for all hosts', () =>
    withPool({ config: base([`IdentityFile ${lockedFile}`]), passphrases: ['wrong', 'open sesame'] }, async (home) => {
      const results = await Promise.all([login(home, 'web-1'), login(home, 'web-2'), login(home, 'web-3')])
      expect(results.map((result) => result.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded'])
      expect(home.questions.passphrases).toEqual([{ file: lockedFile, attempt: 1 }, { file: lockedFile, attempt: 2 }])
    }))

  it('gives up after three wrong passphrases, or at once when the person does', async () => {
    await withPool({ config: base([`IdentityFile ${lockedFile}`]), passphrases: ['a', 'b', 'c', 'open sesame'] }, async (home) => {
      expect(await login(home)).toMatchObject({ code: 'ssh-auth' })
      expect(home.questions.passphrases).toHaveLength(3)
    })
    await withPool({ config: base([`IdentityFile ${lockedFile}`]), passphrases: [null] }, async (home) => {
      expect(await login(home)).toMatchObject({ code: 'ssh-auth' })
      expect(home.questions.passphrases).toHaveLength(1)
    })
  })

  it('uses the agent, and asks nothing for an encrypted file whose key the agent holds', () =>
    withPool({ config: base([`IdentityFile ${lockedFile}`]), agentSocket: agent.socket }, async (home) => {
      expect((await login(home)).outcome).toBe('succeeded')
      expect(home.questions.passphrases).toEqual([])
    }))

  it('with IdentitiesOnly leaves the agent out, unless the key is named', async () => {
    await withPool({ config: base(['IdentitiesOnly yes']), agentSocket: agent.socket }, async (home) => expect(await login(home)).toMatchObject({ code: 'ssh-auth' }))
    await withPool({ config: base(['IdentitiesOnly yes', `IdentityFile ${sshd.keyFile}.pub`]), agentSocket: agent.socket }, async (home) => expect((await login(home)).outcome).toBe('succeeded'))
  })

  it('takes the agent from IdentityAgent, and says when it does not answer', async () => {
    await withPool({ config: base([`IdentityAgent ${agent.socket}`]) }, async (home) => expect((await login(home)).outcome).toBe('succeeded'))
    await withPool({ config: base(['IdentityAgent ~/no-agent']) }, async (home) => expect(await login(home)).toMatchObject({ code: 'ssh-agent', message: expect.stringContaining('no-agent') }))
  })

  it('says when the server wants a second factor', async () => {
    const strict = await startSshd({ keyFile: sshd.keyFile, config: ['KbdInteractiveAuthentication yes', 'AuthenticationMethods publickey,keyboard-interactive'] })
    const home = startPool({ config: configFor(strict, 'web-1'), knownHosts: strict.knownHostsLine })
    expect(await login(home)).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('keyboard-interactive as well') })
    await home.stop()
    await strict.stop()
  })

  it('never tries a password', () => {
    expect(sshd.log()).not.toMatch(/password/i)
  })

  it('lets the inventory override address, port and user of the config', () =>
    withPool({ config: `Host web-1\n HostName 192.0.2.1\n Port 1\n User nobody\n IdentityFile ${sshd.keyFile}\n` }, async (home) => {
      const { result } = await runOn(home.pool, { name: 'web-1', address: '127.0.0.1', port: sshd.port, user: sshd.user, jump: null }, 'true')
      expect(result.outcome).toBe('succeeded')
    }))

  it('a config that cannot be read is a problem with its line, not silence', () =>
    withPool({ config: `${configFor(sshd, 'web-1')}\nHost "broken\n` }, async (home) => {
      expect(await login(home)).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-config', message: expect.stringMatching(/config:\d+: a quote is not closed/) })
    }))
})
