import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bytesMoved, limitKept } from '#ssh/system/traffic.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { message, sendForEver, startHostileServer } from '#support/ssh-hostile.ts'
import { hostNamed, runOn, startPool, type TestPool } from '#support/ssh-pool.ts'
import { keygen, sshdMissing } from '#support/sshd.ts'

const linux = process.platform === 'linux'
const host = hostNamed('web-1', { transport: 'ssh' })

/** A server that says a command has begun, as its far shell would, and then sends this again and again. */
async function flooding(made: () => Buffer): Promise<{ home: TestPool; sent(): number }> {
  let sent = 0
  let count: (() => number) | null = null
  const server = await startHostileServer({
    login: 'accept',
    onExec: (channel, connection) => {
      let said = ''
      channel.on('data', (bytes: Buffer) => {
        const known = /(holdpoint-[0-9a-f]{24})/.exec(said)
        said += bytes.toString('latin1')
        const [, mark] = /(holdpoint-[0-9a-f]{24})/.exec(said) ?? []
        if (mark === undefined || known !== null) return
        channel.stderr.write(`\n${mark} began 4711\n`)
        count = sendForEver(connection, made())
      })
    },
  })
  onTestFinished(() => server.stop())
  const home = startPool({ knownHosts: `[127.0.0.1]:${server.port} ${server.hostKey}\n`, graceMs: 100, retryMs: 20 })
  onTestFinished(() => home.stop())
  const key = join(home.home, 'key')
  keygen('ed25519', key, '')
  writeFileSync(join(home.home, '.ssh/config'), `Host web-1\n HostName 127.0.0.1\n Port ${server.port}\n User someone\n IdentityFile ${key}\n`)
  return { home, sent: () => (count === null ? sent : (sent = count())) }
}

/** Resident, of this process, in bytes. */
const memory = (): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0) * 1024

describe.skipIf(sshdMissing || !linux)("servers that send without end over the system's ssh", () => {
  it.each<[string, () => Buffer]>([
    ['messages to be ignored', () => message(2, 'x'.repeat(20_000))],
    ['requests that want an answer', () => message(80, 'x'.repeat(20_000), true)],
    ['words for the debugger', () => message(4, false, 'y'.repeat(20_000), 'en')],
  ])('%s while a command runs: it is ended from here, and the result is unknown', async (_, made) => {
    const { home, sent } = await flooding(made)
    const before = memory()
    const { result } = await runOn(home.pool, host, 'true')
    expect(result).toMatchObject({
      outcome: 'unknown', code: 'ssh-flood',
      message: 'The command was sent to web-1, and then the connection to web-1 was ended from here while the command ran (it sent a flood of messages that belong to no command): its result is unknown.',
    })
    expect(sent()).toBeGreaterThan(800)
    expect(memory() - before).toBeLessThan(400 * 1024 * 1024)
  })

  it('a durable command begins nothing there, since the host is never heard', async () => {
    const { home } = await flooding(() => message(2, 'x'.repeat(20_000)))
    const job = createMemoryJob()
    const result = await home.pool.run({ host, script: 'true', job, timeoutMs: null, signal: new AbortController().signal, onOutput: () => undefined })
    expect(result).toEqual({
      outcome: 'failed', reason: 'refused', code: 'ssh-flood', hint: 'Check the host. No command was sent.',
      message: 'While web-1 was asked what it can, the connection to web-1 was ended from here (it sent a flood of messages that belong to no command).',
    })
    expect(job.intent()).toBeNull()
  })
})

describe('the limit of what a connection of the system\'s ssh may keep', () => {
  const MB = 1024 * 1024
  const watch = () => {
    const said: string[] = []
    let at = 0
    let moved = { read: 0, written: 0, passed: 0 }
    const limit = limitKept(() => Promise.resolve(moved), () => at, (what) => said.push(what))
    onTestFinished(limit.end)
    const go = async (read: number, written: number, passed: number, ms = 500): Promise<void> => {
      at += ms
      moved = { read: moved.read + read, written: moved.written + written, passed: moved.passed + passed }
      await limit.look()
    }
    return { said, go }
  }

  it('counts no output that is passed on, however much, nor what very short output is wrapped in', async () => {
    const { said, go } = watch()
    for (let n = 0; n < 100; n++) await go(500 * MB, 498 * MB, 498 * MB)
    for (let n = 0; n < 100; n++) await go(20 * MB, 0.5 * MB, 0.5 * MB)
    expect(said).toEqual([])
  })

  it('counts no input that is sent, and nothing that waits for its reader', async () => {
    const { said, go } = watch()
    for (let n = 0; n < 100; n++) await go(500 * MB, 500 * MB, 0)
    await go(15 * MB, 0, 0)
    expect(said).toEqual([])
  })

  it('forgets what was long ago', async () => {
    const { said, go } = watch()
    for (let n = 0; n < 100; n++) await go(10 * MB, 0, 0, 10_001)
    expect(said).toEqual([])
  })

  it('ends what reads much and passes little on, and says so once', async () => {
    const { said, go } = watch()
    for (let n = 0; n < 10; n++) await go(10 * MB, 100, 100)
    expect(said).toEqual(['a flood of messages that belong to no command'])
  })

  it.skipIf(!linux)('knows what a process has moved, and nothing of one that has ended', async () => {
    const before = await bytesMoved(process.pid)
    readFileSync(process.execPath)
    const after = await bytesMoved(process.pid)
    expect((after?.read ?? 0) - (before?.read ?? 0)).toBeGreaterThan(MB)
    expect(await bytesMoved(2 ** 30)).toBeNull()
  })
})
