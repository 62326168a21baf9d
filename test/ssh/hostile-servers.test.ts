import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { message, startHostileServer, type HostileOptions, type HostileServer } from '#support/ssh-hostile.ts'
import { hostNamed, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { freePort, keygen, sshdMissing } from '#support/sshd.ts'
import { withTcp } from '#support/tcp-server.ts'

/** A pool that knows a server at 127.0.0.1 and has a key to offer. */
function poolFor(port: number, hostKey: string | null, more: string[] = []): TestPool {
  const home = startPool({
    config: [`Host web-1`, ' HostName 127.0.0.1', ` Port ${port}`, ' User someone', ...more, ''].join('\n'),
    knownHosts: hostKey === null ? '' : `[127.0.0.1]:${port} ${hostKey}\n`,
    graceMs: 100,
  })
  onTestFinished(() => home.stop())
  keygen('ed25519', join(home.home, '.ssh/id_ed25519'), '')
  return home
}

async function withServer(options: HostileOptions, work: (home: TestPool, server: HostileServer) => Promise<void>): Promise<void> {
  const server = await startHostileServer(options)
  onTestFinished(() => server.stop())
  const home = poolFor(server.port, server.hostKey)
  await work(home, server)
}

/** As ssh-keygen -t ed25519-sk leaves it (PROTOCOL.key, PROTOCOL.u2f); what is in the device is not in the file. */
function securityKeyFile(): string {
  const publicKey = message('sk-ssh-ed25519@openssh.com', 'k'.repeat(32), 'ssh:')
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), message('none', 'none', '', { word: 1 }, publicKey.toString('latin1'), 'x'.repeat(96))])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

// The keys are made by ssh-keygen, which comes with the server.
describe.skipIf(sshdMissing)('servers that misbehave', () => {
  it('a channel closed without an exit status is unknown', () =>
    withServer({ login: 'accept', onExec: (channel) => channel.close() }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost' })
    }))

  it('output and a lost connection without an exit status are unknown, and the output is kept', () =>
    withServer(
      {
        login: 'accept',
        onExec: (channel, connection) => {
          channel.write('partial')
          setImmediate(() => connection.end())
        },
      },
      async (home) => {
        const { result, stdout } = await runOn(home.pool, 'web-1', 'true')
        expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-link-lost' })
        expect(stdout.toString()).toBe('partial')
      },
    ))

  it('an exit status before the last output does not cut the output', () =>
    withServer(
      {
        login: 'accept',
        onExec: (channel) => {
          channel.exit(0)
          channel.write('late words')
          channel.stderr.write('late errors')
          setImmediate(() => channel.end())
        },
      },
      async (home) => {
        const { result, stdout, stderr } = await runOn(home.pool, 'web-1', 'true')
        expect([result.outcome, stdout.toString(), stderr.toString()]).toEqual(['succeeded', 'late words', 'late errors'])
      },
    ))

  it('a server that ignores signals makes an abort and a timeout unknown', () =>
    withServer({ login: 'accept', onExec: (channel) => channel.write('begun') }, async (home) => {
      const stop = new AbortController()
      const { result } = await runOn(home.pool, 'web-1', 'true', { signal: stop.signal, onStdout: () => stop.abort() })
      expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-abort-unproven' })
      expect((await runOn(home.pool, 'web-1', 'true', { timeoutMs: 50 })).result).toMatchObject({ outcome: 'unknown', code: 'ssh-abort-unproven' })
    }))

  it('a login that is refused names the user and what was offered', () =>
    withServer({ login: 'refuse' }, async (home, server) => {
      const { result } = await runOn(home.pool, 'web-1', 'true')
      expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-auth', message: expect.stringContaining('someone') })
      expect(server.attempts).not.toContain('password someone')
    }))

  it('a login that only the system\'s ssh could make offers it', () =>
    withServer({ login: 'refuse', methods: ['gssapi-with-mic', 'password'] }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining('only gssapi-with-mic or password'), hint: expect.stringContaining('transport: ssh') })
    }))

  it('a key on a security key is named, and the transport that can use it', () =>
    withServer({ login: 'refuse' }, async (home) => {
      const file = join(home.home, '.ssh/id_ed25519_sk')
      writeFileSync(file, securityKeyFile(), { mode: 0o600 })
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-auth', message: expect.stringContaining(`${file} is on a security key`), hint: expect.stringContaining('transport: ssh') })
      expect((await home.pool.describe(hostNamed('web-1', { transport: 'ssh' }))).transport).toBe('ssh')
    }))

  it('a server that hangs up during the login is no refusal of a key', () =>
    withServer({ login: 'hang-up' }, async (home) => {
      expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-protocol', message: expect.stringContaining('during the login') })
    }))

  it('a server that accepts and never speaks is a timeout', () =>
    withTcp(
      () => undefined,
      async (port) => {
        const home = poolFor(port, null, [' ConnectTimeout 1'])
        expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-timeout' })
      },
    ))

  it('a stop while a server does not answer is heard at once', () =>
    withTcp(
      (socket) => socket.resume(),
      async (port) => {
        const home = poolFor(port, null)
        const stop = new AbortController()
        const running = runOn(home.pool, 'web-1', 'true', { signal: stop.signal })
        setImmediate(() => stop.abort())
        expect((await running).result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
      },
    ))

  it('a server that speaks something else is a protocol problem, without its control characters', () =>
    withTcp(
      (socket) => socket.end(`SSH-2.0-x\r\n${'\u001b]0;owned\u0007'.repeat(200)}\r\n`),
      async (port) => {
        const home = poolFor(port, null, [' ConnectTimeout 2'])
        const { result } = await runOn(home.pool, 'web-1', 'true')
        expect(result).toMatchObject({ outcome: 'failed', reason: 'refused' })
        expect(JSON.stringify(result)).not.toMatch(/\\u001b|\\u0007/)
      },
    ))

  it('a closed port is refused, and a name that does not exist says so', async () => {
    const port = await freePort()
    const home = poolFor(port, null)
    expect((await runOn(home.pool, 'web-1', 'true')).result).toMatchObject({ code: 'ssh-refused', message: `web-1 at 127.0.0.1:${port} refused the connection.` })
    expect((await runOn(home.pool, 'no-such-host.invalid', 'true')).result).toMatchObject({ code: 'ssh-name' })
  })
})
