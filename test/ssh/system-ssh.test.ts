import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configFor, hostNamed, runOn, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { freePort, keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

/** Of a process that may have ended meanwhile. */
const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

describe.skipIf(sshdMissing)("hosts reached with the system's ssh", () => {
  let outer: Sshd
  let sshd: Sshd

  beforeAll(async () => {
    outer = await startSshd()
    sshd = await startSshd({ keyFile: outer.keyFile })
  })
  afterAll(async () => {
    await Promise.all([outer.stop(), sshd.stop()])
  })

  const web = hostNamed('web-1', { transport: 'ssh' })
  const known = (): string => outer.knownHostsLine + sshd.knownHostsLine
  const withPool = async (options: TestPoolOptions, work: (home: TestPool) => Promise<void>): Promise<void> => {
    const home = startPool({ config: configFor(sshd, 'web-1'), knownHosts: known(), graceMs: 5000, ...options })
    try {
      await work(home)
    } finally {
      await home.stop()
    }
  }

  it('keeps exit code, stdout and stderr as they are, one login for all commands', () =>
    withPool({}, async (home) => {
      const logins = (): number => sshd.log().match(/Accepted publickey/g)?.length ?? 0
      const before = logins()
      const outcomes = await Promise.all([0, 1, 42, 254, 255].map((code) => runOn(home.pool, web, `printf out; printf 'err\\377' >&2; exit ${code}`)))
      expect(outcomes.map(({ result }) => (result.outcome === 'succeeded' ? 0 : 'exitCode' in result && result.exitCode))).toEqual([0, 1, 42, 254, 255])
      for (const { stdout, stderr } of outcomes) expect([stdout.toString(), [...stderr]]).toEqual(['out', [...Buffer.from('err'), 255]])
      expect(logins() - before).toBe(1)
    }))

  it('carries 20 MB exactly', () =>
    withPool({}, async (home) => {
      const { result, stdout } = await runOn(home.pool, web, 'head -c 20000000 /dev/zero | tr "\\0" x')
      expect([result.outcome, stdout.length]).toEqual(['succeeded', 20_000_000])
    }))

  it('shows neither script nor command in a process list, here or there', () =>
    withPool({}, async (home) => {
      const { stdout } = await runOn(home.pool, web, 'seen=canary-$((40+2)); ps -eo args')
      expect(stdout.toString()).toContain('IFS= read -r c && eval')
      expect(stdout.toString()).not.toMatch(/canary-\$|seen=/)
    }))

  it('a link that is lost in the middle of a command is unknown, never a success', () =>
    withPool({}, async (home) => {
      const { result } = await runOn(home.pool, web, 'echo begun; sleep 1000', { onStdout: () => sshd.killSessions() })
      expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost', message: expect.stringContaining('the connection to web-1 was lost while the command ran') })
      expect((await runOn(home.pool, web, 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    }))

  it('ends a command on request, also one that ignores TERM', () =>
    withPool({}, async (home) => {
      for (const script of ['echo begun; sleep 1000', 'trap "" TERM; echo begun; sleep 1000']) {
        const stop = new AbortController()
        const { result } = await runOn(home.pool, web, script, { signal: stop.signal, onStdout: () => stop.abort() })
        expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted', message: expect.stringMatching(/ended (?:with exit code 143|by KILL) on web-1/) })
      }
    }))

  it('waits its turn on a host that allows fewer sessions than we do', async () => {
    const narrow = await startSshd({ keyFile: outer.keyFile, config: ['MaxSessions 2'] })
    try {
      await withPool({ config: configFor(narrow, 'web-1'), knownHosts: narrow.knownHostsLine }, async (home) => {
        const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => runOn(home.pool, web, `echo ${n}`)))
        expect(outcomes.map(({ stdout }) => stdout.toString())).toEqual(['1\n', '2\n', '3\n', '4\n', '5\n', '6\n'])
      })
    } finally {
      await narrow.stop()
    }
  })

  it('goes through jump hosts, each with a master of its own that verifies its key', async () => {
    const config = [configFor(outer, 'outer'), configFor(sshd, 'web-1', ['ProxyJump outer'])].join('\n')
    await withPool({ config }, async (home) => {
      expect((await runOn(home.pool, web, 'echo $SSH_CONNECTION')).stdout.toString()).toMatch(new RegExp(` ${sshd.port}\n$`))
    })
    await withPool({ config, knownHosts: sshd.knownHostsLine + `[127.0.0.1]:${outer.port} ${sshd.hostKeys[0]}\n` }, async (home) => {
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ code: 'ssh-host-key-changed', message: expect.stringContaining('jump host outer') })
    })
  })

  it('asks about an unknown key before any login, once, and remembers the answer', () =>
    withPool({ knownHosts: '', acceptKeys: true }, async (home) => {
      for (let n = 0; n < 2; n++) expect((await runOn(home.pool, web, 'true')).result.outcome).toBe('succeeded')
      expect(home.questions.keys.map((key) => key.fingerprint)).toEqual([sshd.hostKeyFingerprint])
      expect(readFileSync(home.ownKnownHostsFile, 'utf8')).toBe(sshd.knownHostsLine)
    }))

  it('does not log in when a person declines, nor where the configuration would accept any key', () =>
    withPool({ knownHosts: '', config: configFor(sshd, 'web-1', ['StrictHostKeyChecking no', 'NoHostAuthenticationForLocalhost yes']) }, async (home) => {
      const before = sshd.log().match(/Accepted publickey/g)?.length ?? 0
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-host-key-unknown' })
      expect(sshd.log().match(/Accepted publickey/g)?.length ?? 0).toBe(before)
    }))

  it('trusts a host by the certificate of its authority, which ssh2 cannot', async () => {
    const home = join(sshd.home, 'ca')
    mkdirSync(home)
    keygen('ed25519', join(home, 'ca'), '')
    execFileSync('ssh-keygen', ['-q', '-s', join(home, 'ca'), '-I', 'web', '-h', '-n', '127.0.0.1', join(sshd.home, 'host_ed25519.pub')])
    const certified = await startSshd({ keyFile: outer.keyFile, config: [`HostKey ${join(sshd.home, 'host_ed25519')}`, `HostCertificate ${join(sshd.home, 'host_ed25519-cert.pub')}`] })
    try {
      const knownHosts = `@cert-authority [127.0.0.1]:* ${readFileSync(join(home, 'ca.pub'), 'utf8')}`
      await withPool({ config: configFor(certified, 'web-1'), knownHosts }, async (pool) => {
        expect((await runOn(pool.pool, web, 'true')).result).toEqual({ outcome: 'succeeded', exitCode: 0 })
        expect((await runOn(pool.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-needs-certificate', hint: expect.stringContaining('transport: ssh') })
      })
    } finally {
      await certified.stop()
    }
  })

  it('agrees on a post-quantum key exchange, which ssh2 cannot', async () => {
    const quantum = await startSshd({ keyFile: outer.keyFile, config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
    try {
      await withPool({ config: configFor(quantum, 'web-1'), knownHosts: quantum.knownHostsLine }, async (home) => {
        expect((await runOn(home.pool, web, 'true')).result.outcome).toBe('succeeded')
        expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-algorithms', hint: expect.stringContaining('transport: ssh') })
      })
    } finally {
      await quantum.stop()
    }
  })

  it('asks for the passphrase of a key, keeps it in no argument, environment or file, and asks once', async () => {
    const passphrase = 'open \\n "$(sesame)" +'
    const locked = await startSshd({ passphrase })
    try {
      await withPool({ config: configFor(locked, 'web-1', ['IdentityAgent none', 'IdentitiesOnly yes']), knownHosts: locked.knownHostsLine, passphrases: ['wrong', passphrase] }, async (home) => {
        const { stdout, result } = await runOn(home.pool, web, 'ps -eo args')
        expect(result.outcome).toBe('succeeded')
        expect(home.questions.passphrases).toEqual([{ file: locked.keyFile, attempt: 1 }, { file: locked.keyFile, attempt: 2 }])
        const masters = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(`\0${locked.port}\0`))
        expect(masters.length).toBeGreaterThan(0)
        for (const text of [stdout.toString(), ...masters.map((pid) => read(`/proc/${pid}/environ`))]) expect(text).not.toContain('sesame')
        locked.killSessions()
        await expect.poll(async () => (await runOn(home.pool, web, 'true')).result.outcome, { timeout: 20_000 }).toBe('succeeded')
        expect(home.questions.passphrases.length).toBe(2)
      })
    } finally {
      await locked.stop()
    }
  })

  it('a passphrase nobody gives is a refused login, and no second question', async () => {
    const locked = await startSshd({ passphrase: 'open sesame' })
    try {
      await withPool({ config: configFor(locked, 'web-1', ['IdentityAgent none', 'IdentitiesOnly yes']), knownHosts: locked.knownHostsLine, passphrases: [null] }, async (home) => {
        expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth' })
        expect(home.questions.passphrases.length).toBe(1)
      })
    } finally {
      await locked.stop()
    }
  })

  it('gives no name to a shell that could be more than a name', () =>
    withPool({}, async (home) => {
      const marker = join(home.home, 'marker')
      for (const host of [{ ...web, address: `x;touch\${IFS}${marker}` }, { ...web, jump: `x';touch\${IFS}${marker};'` }, { ...web, user: `$(touch\${IFS}${marker})` }]) {
        expect((await runOn(home.pool, host, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-config' })
      }
      expect(existsSync(marker)).toBe(false)
    }))

  it('says why it could not connect', async () => {
    const port = await freePort()
    await withPool({ config: configFor({ ...sshd, port }, 'web-1') }, async (home) => {
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-refused' })
    })
    await withPool({}, async (home) => {
      keygen('ed25519', join(home.home, 'wrong'), '')
      writeFileSync(join(home.home, '.ssh/config'), configFor({ ...sshd, keyFile: join(home.home, 'wrong') }, 'web-1', ['IdentitiesOnly yes', 'IdentityAgent none']), { mode: 0o600 })
      expect((await runOn(home.pool, web, 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining(`as ${sshd.user}`) })
    })
  })
})
