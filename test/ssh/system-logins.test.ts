import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canHavePasswords, openPasswordAccount, type PasswordAccount } from '#support/password-account.ts'
import { message, sendForEver, startHostileServer, type HostileServer } from '#support/ssh-hostile.ts'
import { configFor, hostNamed, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { childrenOf, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const web = hostNamed('web-1', { transport: 'ssh' })

const withPool = async (options: TestPoolOptions, work: (home: TestPool) => Promise<void>): Promise<void> => {
  const home = startPool({ graceMs: 5000, ...options })
  try {
    await work(home)
  } finally {
    await home.stop()
  }
}
const login = async (home: TestPool) => (await runOn(home.pool, web, 'true')).result
const count = (sshd: Sshd, what: RegExp): number => sshd.log().match(what)?.length ?? 0

describe.skipIf(sshdMissing || !canHavePasswords)("passwords, for the system's ssh and a real OpenSSH server", () => {
  let account: PasswordAccount
  let sshd: Sshd

  beforeAll(async () => {
    account = openPasswordAccount()
    sshd = await startSshd({ config: ['PasswordAuthentication yes', 'AuthenticationMethods password'] })
  })
  afterAll(async () => {
    await sshd.stop()
    account.close()
  })

  const reach = (server: Sshd = sshd, more: string[] = []): TestPoolOptions => ({ config: configFor({ ...server, user: account.name }, 'web-1', ['IdentityAgent none', 'IdentitiesOnly yes', ...more]), knownHosts: server.knownHostsLine })

  it('asks for the password of the account, until it is right, and after a lost link not again', () =>
    withPool({ ...reach(), logins: ['wrong', account.password] }, async (home) => {
      const asked = { host: 'web-1', account: `${account.name}@127.0.0.1`, words: null }
      const { result, stdout } = await runOn(home.pool, web, 'ps -eo args')
      expect(result).toEqual({ outcome: 'succeeded', exitCode: 0 })
      expect(home.questions.logins).toEqual([{ ...asked, attempt: 1 }, { ...asked, attempt: 2 }])
      expect(stdout.toString()).not.toContain(account.password)
      sshd.killSessions()
      await expect.poll(async () => (await login(home)).outcome, { timeout: 20_000 }).toBe('succeeded')
      expect(home.questions.logins).toHaveLength(2)
    }))

  it('keeps what was typed in no environment and no file', () =>
    withPool({ ...reach(), logins: [account.password] }, async (home) => {
      expect((await login(home)).outcome).toBe('succeeded')
      const masters = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(`\0${sshd.port}\0`))
      expect(masters.length).toBeGreaterThan(0)
      const folder = /\0ControlPath=([^\0]+)\/s\0/.exec(masters.map((pid) => read(`/proc/${pid}/cmdline`)).join('\0'))?.[1] ?? ''
      const files = readdirSync(folder).filter((name) => name === 'ask' || name === 'note' || name === 'keys')
      expect(files.length).toBe(3)
      for (const text of [...masters.map((pid) => read(`/proc/${pid}/environ`)), ...files.map((name) => read(join(folder, name)))]) expect(text).not.toContain(account.password)
    }))

  it('fails twice a minute at most, and says so before a third could lock the network out', () =>
    withPool({ ...reach(), logins: ['wrong', 'wrong too', account.password] }, async (home) => {
      const before = count(sshd, /Failed password/g)
      expect(await login(home)).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: expect.stringContaining('lock this network out') })
      expect(home.questions.logins).toHaveLength(2)
      expect(count(sshd, /Failed password/g) - before).toBe(2)
      expect(await login(home)).toMatchObject({ code: 'ssh-auth-paused' })
      expect(home.questions.logins).toHaveLength(2)
    }))

  it('tries a password that has been changed since once, then asks', async () => {
    const other = await startSshd({ config: ['PasswordAuthentication yes', 'AuthenticationMethods password'] })
    try {
      await withPool({ ...reach(other), logins: [account.password] }, async (home) => {
        expect((await login(home)).outcome).toBe('succeeded')
        account.close()
        other.killSessions()
        await expect.poll(() => login(home), { timeout: 20_000 }).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('was cancelled') })
        expect(home.questions.logins.map(({ attempt }) => attempt)).toEqual([1, 2])
        expect(count(other, /Failed password/g)).toBe(1)
      })
    } finally {
      await other.stop()
      account = openPasswordAccount()
    }
  })

  it('a question nobody answers ends the login, and no empty password is tried', () =>
    withPool({ ...reach(), logins: [null] }, async (home) => {
      const before = count(sshd, /Failed password/g)
      expect(await login(home)).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: expect.stringContaining('was cancelled when it asked for the password') })
      expect(home.questions.logins).toHaveLength(1)
      await expect.poll(() => count(sshd, /Connection (?:closed|reset) by authenticating user holdpoint-word/g)).toBeGreaterThan(0)
      expect(count(sshd, /Failed password/g)).toBe(before)
    }))

  it('asks for what a server wants besides a key, and not again for the same login', async () => {
    const strict = await startSshd({ config: ['UsePAM yes', 'KbdInteractiveAuthentication yes', 'AuthenticationMethods publickey,keyboard-interactive'] })
    try {
      await withPool({ ...reach(strict), logins: ['wrong', account.password] }, async (home) => {
        expect(await login(home)).toEqual({ outcome: 'succeeded', exitCode: 0 })
        expect(await login(home)).toEqual({ outcome: 'succeeded', exitCode: 0 })
        expect(home.questions.logins).toEqual([1, 2].map((attempt) => ({ host: 'web-1', account: `${account.name}@127.0.0.1`, words: 'Password:', attempt })))
        expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', hint: expect.stringContaining('transport: ssh') })
      })
    } finally {
      await strict.stop()
    }
  })

  it('says that a server did not wait for the answer', async () => {
    const hasty = await startSshd({ config: ['PasswordAuthentication yes', 'AuthenticationMethods password', 'LoginGraceTime 5'] })
    const tooLate = async () => {
      await expect.poll(() => childrenOf(hasty.pid), { timeout: 20_000 }).toEqual([])
      return account.password
    }
    try {
      await withPool({ ...reach(hasty), login: tooLate }, async (home) => {
        expect(await login(home)).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('closed the connection before its question was answered') })
      })
    } finally {
      await hasty.stop()
    }
  })

  it('says which host of a chain asks', async () => {
    const target = await startSshd({ keyFile: sshd.keyFile })
    try {
      const config = [configFor({ ...sshd, user: account.name }, 'outer'), configFor(target, 'web-1', ['ProxyJump outer'])].join('\n')
      await withPool({ config, knownHosts: sshd.knownHostsLine + target.knownHostsLine, logins: [account.password] }, async (home) => {
        expect((await login(home)).outcome).toBe('succeeded')
        expect(home.questions.logins.map(({ host }) => host)).toEqual(['outer'])
      })
      await withPool({ config, knownHosts: sshd.knownHostsLine + target.knownHostsLine, logins: [null] }, async (home) => {
        expect(await login(home)).toMatchObject({ message: expect.stringContaining('jump host outer') })
      })
    } finally {
      await target.stop()
    }
  })
})

describe.skipIf(sshdMissing)('what a hostile server asks before the login', () => {
  const asking = async (asks: { words: string[]; right: string[] }, work: (server: HostileServer, options: TestPoolOptions) => Promise<void>): Promise<void> => {
    const server = await startHostileServer({ login: 'refuse', methods: ['keyboard-interactive'], asks })
    const config = `Host web-1\n  HostName 127.0.0.1\n  Port ${server.port}\n  User deploy\n  IdentityAgent none\n`
    try {
      await work(server, { config, knownHosts: `[127.0.0.1]:${server.port} ${server.hostKey}\n` })
    } finally {
      await server.stop()
    }
  }

  it('is shown short, on one line and without control characters, under the name of the host', () =>
    asking({ words: ['\u001b]0;title\u0007Code\r\nfor\u202e you ' + 'x'.repeat(5000), 'and the second\u009b2J:'], right: ['one', 'two'] }, async (server, options) => {
      await withPool({ ...options, logins: ['one', 'two'] }, async (home) => {
        // It lets in, and then has no shell.
        await login(home)
        expect(server.answers).toEqual([['one', 'two']])
        const [first, second] = home.questions.logins
        expect(first).toMatchObject({ host: 'web-1', account: 'deploy@127.0.0.1', attempt: 1 })
        expect(first?.words).toMatch(/Code.*for.*you/)
        for (const asked of [first, second]) {
          expect(asked?.words).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
          expect(asked?.words?.length).toBeLessThanOrEqual(300)
        }
      })
    }))

  it('cannot pass for a question about a key file, or another account', async () => {
    const locked = await startSshd({ passphrase: 'open sesame' })
    try {
      await asking({ words: [`Enter passphrase for key '${locked.keyFile}': `, "root@web-2's password: "], right: ['-', '-'] }, async (server, options) => {
        await withPool({ ...options, config: `${options.config ?? ''}${configFor(locked, 'web-2', ['IdentityAgent none', 'IdentitiesOnly yes'])}\nHost *\n  IdentityFile ${locked.keyFile}\n`, knownHosts: (options.knownHosts ?? '') + locked.knownHostsLine, passphrases: ['open sesame'], logins: [null] }, async (home) => {
          expect((await runOn(home.pool, hostNamed('web-2', { transport: 'ssh' }), 'true')).result.outcome).toBe('succeeded')
          expect(await login(home)).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('was cancelled') })
          expect(home.questions.logins).toEqual([{ host: 'web-1', account: 'deploy@127.0.0.1', words: `Enter passphrase for key '${locked.keyFile}':`, attempt: 1 }])
          expect(server.answers).toEqual([])
        })
      })
    } finally {
      await locked.stop()
    }
  })

  it('ends after a dozen questions, or when it asks the same for the third time', async () => {
    await asking({ words: Array.from({ length: 40 }, (_, n) => `Question ${n}:`), right: ['-'] }, async (server, options) => {
      await withPool({ ...options, logins: Array.from({ length: 40 }, () => 'x') }, async (home) => {
        expect(await login(home)).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('asks on and on') })
        expect([home.questions.logins.length, server.answers]).toEqual([12, []])
      })
    })
    await asking({ words: ['Code:'], right: ['never'] }, async (server, options) => {
      await withPool({ ...options, logins: ['1', '2', '3', '4'] }, async (home) => {
        expect(await login(home)).toMatchObject({ code: 'ssh-auth' })
        expect(server.answers).toEqual([['1'], ['2']])
        expect(await login(home)).toMatchObject({ code: 'ssh-auth-paused' })
      })
    })
  })
})

it.skipIf(sshdMissing)('a server that neither lets in nor refuses is given up, also while it sends without end', async () => {
  const server = await startHostileServer({ login: 'never', onConnection: (connection) => sendForEver(connection, message(2, 'x'.repeat(1000))) })
  try {
    const config = `Host web-1\n  HostName 127.0.0.1\n  Port ${server.port}\n  User deploy\n  IdentityAgent none\n  ConnectTimeout 1\n`
    await withPool({ config, knownHosts: `[127.0.0.1]:${server.port} ${server.hostKey}\n` }, async (home) => {
      expect(await login(home)).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-timeout' })
      expect(server.attempts).toEqual(['none deploy'])
    })
  } finally {
    await server.stop()
  }
})

/** Of a process that may have ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
