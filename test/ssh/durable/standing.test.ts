import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMemoryJob } from '#support/shell-job.ts'
import { startHostileServer } from '#support/ssh-hostile.ts'
import { configFor, hostNamed, startPool, type TestPool } from '#support/ssh-pool.ts'
import { keygen, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const never = new AbortController().signal
const host = hostNamed('app1')

describe.skipIf(sshdMissing)('what is known of a host before a command is sent there', () => {
  let pools: TestPool[]
  beforeEach(() => { pools = [] })
  afterEach(async () => { for (const pool of pools) await pool.stop() })

  const open = (config: string): TestPool => {
    const pool = startPool({ config, acceptKeys: true, retryMs: 20, graceMs: 100 })
    pools.push(pool)
    return pool
  }
  const withServer = async (config: string[], work: (own: Sshd) => Promise<void>): Promise<void> => {
    const own = await startSshd({ config })
    try {
      await work(own)
    } finally {
      await own.stop()
    }
  }

  test('a host that can is durable, and nothing is said', () => withServer([], async (own) => {
    expect(await open(configFor(own, 'app1')).pool.check({ host, signal: never })).toEqual({ durable: true, why: '' })
  }))

  test('a home that cannot be written is not durable', () => withServer(['SetEnv XDG_STATE_HOME=/proc/nowhere'], async (own) => {
    expect(await open(configFor(own, 'app1')).pool.check({ host, signal: never })).toEqual({ durable: false, why: 'its home folder is not writable' })
  }))

  const forced = 'it does not run /bin/sh as asked: a forced command, or a login shell that is none, ran instead'

  test('a forced command is not durable, and what it said is told; a command then goes the plain way', () => withServer(['ForceCommand echo only backups are taken here'], async (own) => {
    const { pool } = open(configFor(own, 'app1'))
    expect(await pool.check({ host, signal: never })).toEqual({ durable: false, why: `${forced}, and said “only backups are taken here”` })
    const job = createMemoryJob()
    const out: Uint8Array[] = []
    const result = await pool.run({ host, script: 'exit 3', job, timeoutMs: null, signal: never, onOutput: (_, bytes) => void out.push(bytes) })
    expect([job.plain, result, Buffer.concat(out).toString()]).toEqual([`${forced}, and said “only backups are taken here”`, { outcome: 'succeeded', exitCode: 0 }, 'only backups are taken here\n'])
  }))

  test('a key that may run one command alone is not durable', () => withServer([], async (own) => {
    const file = join(own.home, 'authorized_keys')
    writeFileSync(file, `command="exit 0",restrict ${readFileSync(file, 'utf8')}`)
    expect(await open(configFor(own, 'app1')).pool.check({ host, signal: never })).toEqual({ durable: false, why: forced })
  }))

  test('a host that cannot be reached is not called anything, and why is said', () => withServer([], async (own) => {
    const config = configFor(own, 'app1')
    await own.stop()
    expect(await open(config).pool.check({ host, signal: never })).toEqual({ durable: null, why: `app1 at 127.0.0.1:${own.port} refused the connection.` })
  }))

  // As sshd of Windows answers, whose default shell may be either.
  const shells: [string, string, number][] = [
    ['cmd.exe', "'exec' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n", 1],
    ['cmd.exe in a batch file', "'exec' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n", 9009],
    ['PowerShell 5', "exec : The term 'exec' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or \r\nif a path was included, verify that the path is correct and try again.\r\nAt line:1 char:1\r\n+ exec /bin/sh -c\r\n+ ~~~~\r\n    + CategoryInfo          : ObjectNotFound: (exec:String) [], CommandNotFoundException\r\n    + FullyQualifiedErrorId : CommandNotFoundException\r\n", 1],
    ['PowerShell 7', "\u001b[31;1mexec: \u001b[0mThe term 'exec' is not recognized as a name of a cmdlet, function, script file, or executable program.\r\n", 1],
  ]
  test.for(shells)('a Windows host with %s is not durable, and a command goes the plain way and fails by its own words', async ([, words, code]) => {
    const asked: string[] = []
    const server = await startHostileServer({
      login: 'accept',
      onExec: (channel) => {
        asked.push('exec')
        channel.stderr.write(words)
        channel.exit(code)
        channel.end()
      },
    })
    const pool = open('')
    const key = join(pool.home, 'key')
    keygen('ed25519', key, '')
    writeFileSync(join(pool.home, '.ssh', 'config'), `Host app1\n  HostName 127.0.0.1\n  Port ${server.port}\n  User admin\n  IdentityFile ${key}\n`)
    try {
      const why = 'it is a Windows host, which has no /bin/sh'
      expect(await pool.pool.check({ host, signal: never })).toEqual({ durable: false, why })
      const job = createMemoryJob()
      const err: Uint8Array[] = []
      const result = await pool.pool.run({ host, script: 'true', job, timeoutMs: null, signal: never, onOutput: (_, bytes) => void err.push(bytes) })
      expect([job.plain, job.intent(), result, Buffer.concat(err).toString()]).toEqual([why, null, { outcome: 'failed', reason: 'exit', exitCode: code }, words])
      // Asked once, and the step's command once: what is known is not asked again.
      expect(asked).toHaveLength(2)
    } finally {
      await server.stop()
    }
  })
})
