import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HELPER_SHA } from '#ssh/durable/helper.ts'
import { until } from '#support/fake-world.ts'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const notRoot = process.getuid?.() !== 0
if (notRoot) console.warn('Not root: the tests with folders of another account are SKIPPED.')

describe.skipIf(sshdMissing)('durable commands on hosts that are odd or hostile', () => {
  let sshd: Sshd
  let pools: TestPool[]

  beforeAll(async () => { sshd = await startSshd() })
  afterAll(async () => { await sshd.stop() })
  beforeEach(() => { pools = [] })
  afterEach(async () => { for (const pool of pools) await pool.stop() })

  const open = (to: Sshd = sshd, graceMs = 1000): TestPool => {
    const pool = startPool({ config: configFor(to, 'app1'), acceptKeys: true, retryMs: 20, graceMs })
    pools.push(pool)
    return pool
  }
  const run = (pool: TestPool, job: MemoryJob | undefined, script: string, signal = new AbortController().signal, onOutput: (stream: string, bytes: Uint8Array) => void = () => undefined) =>
    pool.pool.run({ host: hostNamed('app1'), script, job, timeoutMs: null, signal, onOutput })
  const withServer = async (config: string[], work: (own: Sshd) => Promise<void>): Promise<void> => {
    const own = await startSshd({ config })
    try {
      await work(own)
    } finally {
      await own.stop()
    }
  }

  test('an end that is not said exactly is never an outcome: no code, one out of range, no lengths, another word', async () => {
    const helper = join(sshd.state, 'holdpoint', `helper-${HELPER_SHA}`)
    const pool = open(sshd, 100)
    await pool.pool.fence({ host: hostNamed('app1'), run: 'nobodys', token: 1, signal: new AbortController().signal })
    const honest = readFileSync(helper)
    try {
      for (const line of ['done exit  0 0', 'done exit', 'done exit 0', 'done exit -0 0 0', 'done exit 0x0 0 0', 'done exit 300 0 0', 'done exit 1.5 0 0', 'done exit 0 -1 0', 'done whatever 0 0 0']) {
        writeFileSync(helper, `nonce=\${2-}; if [ $1 = stay ]; then read -r verb nonce rest; fi; echo "holdpoint $nonce boot"; echo "${line}"; sleep 0.1`)
        const stop = new AbortController()
        const job = createMemoryJob()
        const running = run(pool, job, 'true', stop.signal)
        await until(() => job.losses.length > 0 || job.results.length > 0, line)
        stop.abort()
        expect(await running, line).toMatchObject({ outcome: 'unknown' })
      }
    } finally {
      writeFileSync(helper, honest)
    }
  }, 60_000)

  test('a login that greets without ending its line, changes folder and stops at the first error is as good as any', async () => {
    await withServer(['ForceCommand printf "Welcome to \\033[1mapp1\\033[0m"; cd /usr; exec /bin/bash -e -c "$SSH_ORIGINAL_COMMAND"'], async (own) => {
      const job = createMemoryJob()
      expect(await run(open(own), job, 'echo out; pwd; false; exit 7')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 7 })
      expect([job.plain, job.stdout().toString()]).toEqual([null, 'out\n/usr\n'])
    })
  })

  test('a command sees the same folder, umask, limits and environment as over an ordinary channel', async () => {
    const pool = open()
    const script = 'pwd; umask; ulimit -a; nice; readlink /proc/self/fd/0; ls /proc/self/fd; env | grep -v "^SSH_\\|^HOLDPOINT_JOB=\\|^_=" | sort; tty'
    const plain: Uint8Array[] = []
    await run(pool, undefined, script, undefined, (_, bytes) => void plain.push(bytes))
    const job = createMemoryJob()
    await run(pool, job, script)
    expect(job.stdout().toString()).toBe(Buffer.concat(plain).toString())
  })

  test('what is left on the host can be read by its account only', async () => {
    const pool = open()
    const job = createMemoryJob()
    const flag = join(sshd.state, 'flag-modes')
    const running = run(pool, job, `echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    const root = join(sshd.state, 'holdpoint')
    for (const name of ['.', 'stage', 'jobs', 'gone', join('jobs', job.intent()?.id ?? '')]) expect([name, (statSync(join(root, name)).mode & 0o777).toString(8)]).toEqual([name, '700'])
    writeFileSync(flag, '')
    await running
    await until(() => job.isAcknowledged, 'the acknowledgement')
    expect(readdirSync(join(root, 'stage')).filter((name) => name.startsWith(job.intent()?.id ?? ''))).toEqual([])
  })

  test('a host that did not hear the acknowledgement is told again over the next connection', async () => {
    const pool = open()
    const job = createMemoryJob()
    const { finish } = job
    job.finish = (...about) => {
      finish(...about)
      sshd.killSessions()
    }
    expect(await run(pool, job, 'exit 3')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 3 })
    await until(() => job.isAcknowledged, 'the acknowledgement')
    expect(existsSync(join(sshd.state, 'holdpoint', 'jobs', job.intent()?.id ?? ''))).toBe(false)
  })

  test.skipIf(notRoot)('folders of somebody else in the way are not used: the command runs the plain way, and that is said', async () => {
    await withServer([], async (own) => {
      await run(open(own), createMemoryJob(), 'true')
      const stage = join(own.state, 'holdpoint', 'stage')
      chownSync(stage, 0, 0)
      chmodSync(stage, 0o777)
      const job = createMemoryJob()
      expect(await run(open(own), job, 'exit 4')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 4 })
      expect(job.plain).toContain('somebody else')
    })
  })

  test.skipIf(notRoot)('a helper of somebody else is replaced before it is used', async () => {
    await withServer([], async (own) => {
      const job = createMemoryJob()
      await run(open(own), job, 'true')
      const helper = join(own.state, 'holdpoint', `helper-${HELPER_SHA}`)
      const mine = statSync(helper).uid
      chownSync(helper, 0, 0)
      chmodSync(helper, 0o666)
      expect(await run(open(own), createMemoryJob(), 'exit 4')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 4 })
      expect(statSync(helper).uid).toBe(mine)
    })
  })

  test('output that was kept proves that the command began: with its records gone it is not sent again', async () => {
    const pool = open()
    const probe = createMemoryJob()
    await run(pool, probe, 'true')
    const seen = probe.intent()
    if (!seen) throw new Error('no intent')
    const counter = join(sshd.state, 'count-kept')
    const job = createMemoryJob()
    job.begin({ ...seen, commandSha256: '' })
    job.keep('stdout', 0, Buffer.from('begun\n'), true)
    expect(await run(pool, job, `echo run >> ${counter}`)).toMatchObject({ outcome: 'unknown', code: 'step-absent' })
    expect(existsSync(counter)).toBe(false)
  })

  test('a fault of this program after the command was sent makes the outcome unknown, never "refused", aborted or not', async () => {
    const pool = open()
    for (const isAborted of [false, true]) {
      const stop = new AbortController()
      const job = createMemoryJob()
      job.finish = () => {
        if (isAborted) stop.abort()
        throw new Error('a fault of our own')
      }
      expect(await run(pool, job, 'true', stop.signal)).toMatchObject({ outcome: 'unknown', code: 'step-not-followed', message: expect.stringContaining('a fault of our own') })
    }
  })

  test('a command that may be running is unknown when the way to its host cannot be read any more', async () => {
    const probe = createMemoryJob()
    await run(open(), probe, 'true')
    const seen = probe.intent()
    if (!seen) throw new Error('no intent')
    const job = createMemoryJob()
    job.begin({ ...seen, commandSha256: '' })
    const pool = startPool({ config: 'Host app1\n  ProxyCommand nc %h %p\n', acceptKeys: true })
    pools.push(pool)
    expect(await run(pool, job, 'true')).toMatchObject({ outcome: 'unknown', code: 'step-not-followed' })
  })

  test('output without end is stopped with everything that makes it, and the result says so', async () => {
    const state = join(sshd.home, 'limited')
    mkdirSync(state)
    chmodSync(state, 0o777)
    await withServer([`SetEnv XDG_STATE_HOME=${state} HOLDPOINT_OUTPUT_LIMIT=1000000`], async (own) => {
      const job = createMemoryJob()
      const result = await run(open(own), job, `echo $$; (trap '' TERM; while :; do head -c 900000 /dev/zero; sleep 0.5; done) & while :; do head -c 300000 /dev/zero >&2; sleep 0.5; done`)
      expect(result).toMatchObject({ outcome: 'failed', reason: 'output-limit', message: expect.stringContaining('app1') })
      expect(job.stdout().length + job.stderr().length).toBeGreaterThan(1_000_000)
      const group = job.stdout().toString('latin1').split('\n')[0] ?? ''
      expect(execFileSync('ps', ['-e', '-o', 'pgid=,stat='], { encoding: 'utf8' }).split('\n').filter((row) => row.trim().startsWith(`${group} `) && !row.includes('Z'))).toEqual([])
    })
    rmSync(state, { recursive: true, force: true })
  })
})
