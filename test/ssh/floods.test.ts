import { PassThrough, Writable } from 'node:stream'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ServerChannel } from 'ssh2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { limitTraffic } from '#ssh/traffic.ts'
import { message, sendForEver, sendRaw, startHostileServer, type HostileOptions } from '#support/ssh-hostile.ts'
import { runOn, startPool, type RunOutcome } from '#support/ssh-pool.ts'
import { keygen, sshdMissing } from '#support/sshd.ts'
import { withTcp, writeForEver } from '#support/tcp-server.ts'

/** Asks a bad server for a command, and at the same time a good one, which must not notice. */
async function askBoth(bad: { port: number; hostKey: string | null }, { more = [], timeoutMs }: { more?: string[]; timeoutMs?: number } = {}): Promise<RunOutcome> {
  const good = await startHostileServer({ login: 'accept' })
  onTestFinished(() => good.stop())
  const block = (name: string, port: number): string[] => [`Host ${name}`, ' HostName 127.0.0.1', ` Port ${port}`, ' User someone']
  const knownHosts = [good, bad].map(({ port, hostKey }) => (hostKey === null ? '' : `[127.0.0.1]:${port} ${hostKey}\n`)).join('')
  const home = startPool({ config: [...block('web-1', bad.port), ...more, ...block('web-2', good.port), ''].join('\n'), knownHosts, graceMs: 100 })
  onTestFinished(() => home.stop())
  keygen('ed25519', join(home.home, '.ssh/id_ed25519'), '')
  const [outcome, next] = await Promise.all([runOn(home.pool, 'web-1', 'true', timeoutMs === undefined ? {} : { timeoutMs }), runOn(home.pool, 'web-2', 'true')])
  expect(next.result).toEqual({ outcome: 'succeeded', exitCode: 0 })
  return outcome
}

async function askServer(options: HostileOptions, more: { timeoutMs?: number } = {}): Promise<RunOutcome> {
  const server = await startHostileServer(options)
  onTestFinished(() => server.stop())
  return askBoth(server, more)
}

/** What the buffers of a loopback connection may hold besides what was read. */
const IN_FLIGHT = 32 * 1024 * 1024
const refused = { outcome: 'failed', reason: 'refused', code: 'ssh-protocol' }

describe.skipIf(sshdMissing)('servers that send without end', () => {
  it.each([
    ['a line', 'x'.repeat(64 * 1024)],
    ['empty lines', '\n'.repeat(64 * 1024)],
    ['lines', `${'y'.repeat(100)}\r\n`.repeat(600)],
    ['zeros', Buffer.alloc(64 * 1024)],
  ])('%s before the version', async (_, piece) => {
    const written: (() => number)[] = []
    await withTcp((socket) => written.push(writeForEver(socket, piece)), async (port) => {
      expect((await askBoth({ port, hostKey: null })).result).toMatchObject(refused)
    })
    for (const each of written) expect(each()).toBeLessThan(IN_FLIGHT)
  })

  it('a version that comes so slowly that it never ends', () =>
    withTcp(
      (socket) => {
        const timer = setInterval(() => socket.write('z'), 20)
        socket.on('close', () => clearInterval(timer))
      },
      async (port) => {
        expect((await askBoth({ port, hostKey: null }, { more: [' ConnectTimeout 1'] })).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'ssh-timeout' })
      },
    ))

  const afterVersion = (payload: (socket: Socket) => void) => (socket: Socket): void => {
    socket.write('SSH-2.0-x\r\n')
    payload(socket)
  }
  const packet = (payload: Buffer): Buffer => {
    const padding = 8 - ((5 + payload.length) % 8) + 8
    return Buffer.concat([message({ word: 1 + payload.length + padding }, padding), payload, Buffer.alloc(padding)])
  }
  const kexInit = (list: string): Buffer => packet(Buffer.concat([Buffer.from([20]), randomBytes(16), message(...Array.from({ length: 10 }, () => list), false, { word: 0 })]))

  it.each<[string, (socket: Socket) => void]>([
    ['a packet of 4 GiB', (socket) => writeForEver(socket, Buffer.alloc(64 * 1024, 0xff))],
    ['a packet of no length', (socket) => writeForEver(socket, Buffer.alloc(64 * 1024))],
    ['messages to be ignored instead of a key exchange', (socket) => writeForEver(socket, packet(message(2, 'q'.repeat(20_000))))],
    ['lists of a thousand algorithms nobody has', (socket) => socket.write(kexInit(Array.from({ length: 1000 }, () => 'a').join(',')))],
  ])('%s after the version', async (_, send) => {
    const sockets: Socket[] = []
    await withTcp((socket) => { sockets.push(socket); afterVersion(send)(socket) }, async (port) => {
      const { result } = await askBoth({ port, hostKey: null })
      expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: expect.stringMatching(/^ssh-(?:protocol|algorithms)$/) })
      expect(JSON.stringify(result).length).toBeLessThan(2000)
    })
    for (const { bytesWritten } of sockets) expect(bytesWritten).toBeLessThan(IN_FLIGHT)
  })

  it('a key exchange that never comes to its end', () =>
    withTcp(
      afterVersion((socket) => {
        socket.write(kexInit('curve25519-sha256').subarray(0, 40))
        const timer = setInterval(() => socket.write('\0'), 50)
        socket.on('close', () => clearInterval(timer))
      }),
      async (port) => {
        expect((await askBoth({ port, hostKey: null }, { more: [' ConnectTimeout 1'] })).result).toMatchObject({ code: 'ssh-timeout' })
      },
    ))

  it('banners before the login', async () => {
    const sent: (() => number)[] = []
    const { result } = await askServer({ login: 'accept', onConnection: (connection) => sent.push(sendForEver(connection, message(53, 'Welcome! '.repeat(1000), 'en'))) })
    expect(result).toMatchObject({ ...refused, message: expect.stringContaining('more than a megabyte before the login was done') })
    // The server sends 4.5 MB a turn whether it is read or not, and a few turns pass until it hears of the end.
    expect(sent[0]?.()).toBeLessThan((4 * IN_FLIGHT) / 9000)
  })

  it.each<[string, (channel: ServerChannel) => Buffer]>([
    ['requests that want an answer', () => message(80, 'keepalive@openssh.com', true)],
    ['its host keys again and again', () => message(80, 'hostkeys-00@openssh.com', true)],
    ['messages to be ignored', () => message(2, 'x'.repeat(1000))],
    ['requests for a channel it has', () => message(98, { word: 0 }, 'nonsense', true)],
    ['ways into this machine', () => message(90, 'forwarded-tcpip', { word: 7 }, { word: 9 }, { word: 9 }, 'localhost', { word: 1 }, 'localhost', { word: 1 })],
  ])('%s while a command runs: the result is unknown', async (_, made) => {
    let sent: (() => number) | null = null
    const { result } = await askServer({ login: 'accept', onExec: (channel, connection) => { sent = sendForEver(connection, made(channel)) } })
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-flood', message: expect.stringMatching(/the connection to web-1 was ended from here while the command ran \(it sent (?:a flood of messages that belong to no command|requests without reading the answers)\)/) })
    expect((sent as (() => number) | null)?.()).toBeGreaterThan(999)
  })

  it('errors of a command without end: its timeout ends it', async () => {
    const { result } = await askServer({ login: 'accept', onExec: (_, connection) => sendForEver(connection, message(95, { word: 0 }, { word: 1 }, 'e'.repeat(1000))) }, { timeoutMs: 200 })
    expect(result).toMatchObject({ outcome: 'unknown', code: 'ssh-abort-unproven' })
  })

  it('output beyond the window: what came is kept, to the byte', async () => {
    const { result, stdout } = await askServer({
      login: 'accept',
      onExec: (channel, connection) => {
        for (let n = 0; n < 400; n++) sendRaw(connection, message(94, { word: 0 }, 'w'.repeat(30_000)))
        channel.exit(0)
        channel.end()
      },
    })
    expect([result.outcome, stdout.length]).toEqual(['succeeded', 12_000_000])
  })

  it('a signal with a novel as its name and its message', async () => {
    const { result } = await askServer({
      login: 'accept',
      onExec: (channel, connection) => {
        sendRaw(connection, message(98, { word: 0 }, 'exit-signal', false, 'TERM\u001b[2J'.repeat(1500), false, 'novel '.repeat(2500), 'en'))
        channel.end()
      },
    })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'signal' })
    expect(JSON.stringify(result).length).toBeLessThan(500)
    expect(JSON.stringify(result)).not.toContain('\\u001b')
  })
})

describe('the limit of what a server may send besides output', () => {
  const watch = (sock: PassThrough | Writable) => {
    const said: string[] = []
    let at = 0
    const traffic = limitTraffic(sock as PassThrough, () => at, (what) => said.push(what))
    return { said, traffic, wait: (ms: number) => { at += ms } }
  }

  it('counts no output, and forgets what was long ago', () => {
    const { said, traffic, wait } = watch(new PassThrough())
    for (let n = 0; n < 100_000; n++) for (const line of ['CHANNEL_DATA (r:0, 10)', 'CHANNEL_WINDOW_ADJUST (r:0, 10)', 'CHANNEL_OPEN_CONFIRMATION (r:0, s:0)', 'CHANNEL_CLOSE (r:0)']) traffic.listen(`Inbound: ${line}`)
    for (let n = 0; n < 5000; n++) {
      traffic.listen('Outbound: Sending CHANNEL_OPEN (s:0, session)')
      for (const request of ['exit-status: 0', 'eow@openssh.com']) traffic.listen(`Inbound: CHANNEL_REQUEST (r:0, ${request})`)
    }
    for (let n = 0; n < 10_000; n++) {
      traffic.listen('Inbound: Received REQUEST_FAILURE')
      wait(11)
    }
    expect(said).toEqual([])
  })

  it('counts a key exchange as many messages', () => {
    const { said, traffic } = watch(new PassThrough())
    for (let n = 0; n < 21; n++) traffic.listen('Handshake: (remote) KEX method: curve25519-sha256')
    expect(said).toEqual(['a flood of messages that belong to no command'])
  })

  it('ends where the answers are not read', () => {
    const deaf = new Writable({ write: () => undefined })
    const { said, traffic } = watch(deaf)
    traffic.listen('Inbound: GLOBAL_REQUEST (x)')
    for (let n = 0; n < 65; n++) deaf.write(Buffer.alloc(1024 * 1024))
    traffic.listen('Inbound: GLOBAL_REQUEST (x)')
    expect(said).toEqual(['requests without reading the answers'])
  })
})
