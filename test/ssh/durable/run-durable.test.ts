import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#support/fake-world.ts'
import { startFaultProxy, type FaultProxy, type ProxyFault } from '#support/fault-proxy.ts'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool, type TestPool, type TestPoolOptions } from '#support/ssh-pool.ts'
import { childrenOf, sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

const notRoot = process.getuid?.() !== 0
if (notRoot) console.warn('Not root: the tests with a small disk and with processes of another account are SKIPPED.')

describe.skipIf(sshdMissing).each(['ssh2', 'ssh'] as const)('a durable command over real SSH, carried by %s', (transport) => {
  const over = transport === 'ssh' ? { transport } : {}
  let sshd: Sshd
  let proxy: FaultProxy
  let state: string
  let pools: TestPool[]

  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'holdpoint-state-'))
    chmodSync(state, 0o777)
    sshd = await startSshd({ config: [`SetEnv XDG_STATE_HOME=${state}`] })
    proxy = await startFaultProxy({ host: sshd.host, port: sshd.port })
  })
  afterAll(async () => {
    await proxy.close()
    await sshd.stop()
    rmSync(state, { recursive: true, force: true })
  })
  beforeEach(() => {
    pools = []
    proxy.setFault({ kind: 'none' })
  })
  afterEach(async () => {
    for (const pool of pools) await pool.stop()
  })

  const open = (options: TestPoolOptions = {}): TestPool => {
    const pool = startPool({ config: configFor({ ...sshd, port: proxy.port }, 'app1'), acceptKeys: true, retryMs: 20, graceMs: 1000, ...options })
    pools.push(pool)
    return pool
  }
  const run = (pool: TestPool, job: MemoryJob, script: string, options: { signal?: AbortSignal; timeoutMs?: number; secrets?: Record<string, string> } = {}) =>
    pool.pool.run({ host: hostNamed('app1', over), script, job, secrets: options.secrets, timeoutMs: options.timeoutMs ?? null, signal: options.signal ?? new AbortController().signal, onOutput: () => undefined })
  const folder = (job: MemoryJob) => join(state, 'holdpoint', 'jobs', job.intent()?.id ?? 'none')
  const pidOf = (job: MemoryJob, which: 'sup' | 'cmd') => Number(readFileSync(join(folder(job), which), 'utf8').split(' ')[0])
  const sessions = () => childrenOf(sshd.pid).filter((pid) => nameOf(pid).startsWith('sshd'))

  test('exit codes are exact, streams are kept apart, and the host forgets the job after the local commit', async () => {
    const pool = open()
    for (const code of [0, 1, 42, 255]) {
      const job = createMemoryJob()
      const result = await run(pool, job, `echo out; echo err >&2; exit ${code}`)
      expect(result).toMatchObject(code === 0 ? { outcome: 'succeeded' } : { outcome: 'failed', reason: 'exit', exitCode: code })
      expect([job.stdout().toString(), job.stderr().toString()]).toEqual(['out\n', 'err\n'])
      expect(job.results).toEqual([result])
      await until(() => job.isAcknowledged, 'the acknowledgement')
      expect(existsSync(folder(job))).toBe(false)
    }
  })

  test('a signal is 128 + n and noted', async () => {
    expect(await run(open(), createMemoryJob(), 'kill -KILL $$')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 137, note: '128 + 9: ended by signal KILL, or by its own choice of exit code' })
  })

  test('64 MiB of random bytes arrive exactly over links that are reset, silent, half closed and slow', async () => {
    const file = join(state, 'random')
    execFileSync('sh', ['-c', `head -c ${64 * 1024 * 1024} /dev/urandom > ${file}`])
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    const pool = open({ keepaliveMs: 300 })
    const job = createMemoryJob()
    const running = run(pool, job, `cat ${file}; echo over >&2; exit 9`)
    const faults: ProxyFault[] = [
      { kind: 'reset', afterBytes: 3_000_000 }, { kind: 'half-close', afterBytes: 4_000_000 }, { kind: 'silence', afterBytes: 5_000_000 },
      { kind: 'trickle', bytes: 65_536, everyMs: 1 }, { kind: 'reset', afterBytes: 6_000_000 },
    ]
    for (let cut = 0; cut < 12; cut += 1) {
      const before = job.losses.length
      const fault = faults[cut % faults.length] ?? { kind: 'none' }
      proxy.setFault(fault)
      const from = job.cursor('stdout')
      // A trickle is no cut by itself: it is followed by one.
      if (fault.kind === 'trickle') await until(() => job.cursor('stdout') > from + 300_000 || job.results.length > 0, 'a trickle')
      if (fault.kind === 'trickle') proxy.resetAll()
      await until(() => job.losses.length > before || job.results.length > 0, `cut ${cut} (${fault.kind})`)
    }
    expect(job.results).toEqual([])
    proxy.setFault({ kind: 'none' })
    expect(await running).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 9 })
    expect(createHash('sha256').update(job.stdout()).digest('hex')).toBe(digest)
    expect(job.stderr().toString()).toBe('over\n')
    expect(job.losses.length).toBeGreaterThanOrEqual(10)
    rmSync(file)
  }, 120_000)

  test('killed session processes are only a lost link', async () => {
    const flag = join(state, 'flag-sessions')
    const counter = join(state, 'count-sessions')
    const pool = open()
    const job = createMemoryJob()
    const running = run(pool, job, `echo run >> ${counter}; echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done; echo over; exit 5`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    for (const pid of sessions()) process.kill(pid, 'SIGKILL')
    await until(() => job.restored === 1, 'the link')
    expect(job.losses).toHaveLength(1)
    writeFileSync(flag, '')
    expect(await running).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 5 })
    expect(job.stdout().toString()).toBe('begun\nover\n')
    expect(readFileSync(counter, 'utf8')).toBe('run\n')
  })

  test('a server that is killed with all its sessions and started again finds the command still running', async () => {
    const own = await startSshd()
    try {
      const flag = join(own.state, 'flag')
      const job = createMemoryJob()
      const running = run(open({ config: configFor(own, 'app1') }), job, `echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done; echo over; exit 8`)
      await until(() => job.stdout().includes('begun'), 'the beginning')
      await own.restart()
      await until(() => job.restored === 1, 'the link')
      writeFileSync(flag, '')
      expect(await running).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 8 })
      expect(job.stdout().toString()).toBe('begun\nover\n')
    } finally {
      await own.stop()
    }
  })

  test('a killed supervisor makes the outcome unknown, after the output has been kept to its end', async () => {
    const flag = join(state, 'flag-supervisor')
    const job = createMemoryJob()
    const running = run(open(), job, `echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done; echo over`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    process.kill(pidOf(job, 'sup'), 'SIGKILL')
    writeFileSync(flag, '')
    expect(await running).toMatchObject({ outcome: 'unknown', code: 'step-supervisor-lost' })
    expect(job.stdout().toString()).toBe('begun\nover\n')
    expect(existsSync(folder(job))).toBe(true)
  })

  test('a reboot makes the outcome unknown, and nothing is sent again', async () => {
    const bootIdFile = join(state, 'boot')
    writeFileSync(bootIdFile, 'first-boot\n', { mode: 0o644 })
    const counter = join(state, 'count-reboot')
    const pool = open({ bootIdFile })
    const job = createMemoryJob()
    const running = run(pool, job, `echo run >> ${counter}; echo begun; sleep 60`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    writeFileSync(bootIdFile, 'second-boot\n')
    proxy.resetAll()
    expect(await running).toMatchObject({ outcome: 'unknown', code: 'step-rebooted' })
    expect(readFileSync(counter, 'utf8')).toBe('run\n')
    process.kill(-pidOf(job, 'cmd'), 'SIGKILL')
  })

  test('records that were removed are unknown, never a reason to run again', async () => {
    const counter = join(state, 'count-removed')
    const job = createMemoryJob()
    const running = run(open(), job, `echo run >> ${counter}; echo begun; sleep 60`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    process.kill(-pidOf(job, 'cmd'), 'SIGKILL')
    process.kill(pidOf(job, 'sup'), 'SIGKILL')
    rmSync(folder(job), { recursive: true })
    proxy.resetAll()
    expect(await running).toMatchObject({ outcome: 'unknown', code: expect.stringMatching(/step-(absent|supervisor-lost)/) })
    expect(readFileSync(counter, 'utf8')).toBe('run\n')
  })

  test('abort leaves nothing alive, children of another session included, and says so', async () => {
    const stop = new AbortController()
    const job = createMemoryJob()
    const running = run(open(), job, `setsid sh -c 'trap "" TERM; while :; do sleep 1; done' & echo $!; echo begun; sleep 600`, { signal: stop.signal })
    await until(() => job.stdout().includes('begun'), 'the beginning')
    const child = Number(job.stdout().toString().split('\n')[0])
    stop.abort()
    const result = await running
    expect(result).toMatchObject({ outcome: 'failed', reason: 'aborted', message: expect.stringContaining('None of its processes is left') })
    expect(existsSync(`/proc/${child}`) && !readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z ')).toBe(false)
  })

  test.skipIf(notRoot)('what abort cannot end is counted, and the outcome is unknown', async () => {
    // A process of root's in the command's session is beyond the account that runs the command.
    const asRoot = join(state, 'as-root')
    copyFileSync('/usr/bin/setpriv', asRoot)
    chmodSync(asRoot, 0o4755)
    const stop = new AbortController()
    const job = createMemoryJob()
    const running = run(open(), job, `${asRoot} --reuid=0 --clear-groups sleep 600 & echo $!; echo begun; sleep 600`, { signal: stop.signal })
    await until(() => job.stdout().includes('begun'), 'the beginning')
    const alien = Number(job.stdout().toString().split('\n')[0])
    await until(() => readFileSync(`/proc/${alien}/comm`, 'utf8') === 'sleep\n', 'the process of root')
    stop.abort()
    expect(await running).toMatchObject({ outcome: 'unknown', code: 'abort-incomplete', message: expect.stringMatching(`^abort incomplete \\(1\\): .*${alien}`) })
    process.kill(alien, 'SIGKILL')
  })

  test('a timeout stops the command with the same proof', async () => {
    const job = createMemoryJob()
    expect(await run(open(), job, 'echo begun; sleep 600', { timeoutMs: 700 })).toMatchObject({ outcome: 'failed', reason: 'timeout' })
    expect(job.stdout().toString()).toBe('begun\n')
  })

  test('a host that cannot be reached when the time is over is unknown', async () => {
    const stop = new AbortController()
    const pool = open()
    const job = createMemoryJob()
    const own = await startFaultProxy({ host: sshd.host, port: sshd.port })
    writeFileSync(join(pool.home, '.ssh', 'config'), configFor({ ...sshd, port: own.port }, 'app1'))
    const running = run(pool, job, 'echo begun; sleep 600', { signal: stop.signal })
    await until(() => job.stdout().includes('begun'), 'the beginning')
    await own.close()
    await until(() => job.losses.length === 1, 'the lost link')
    stop.abort()
    expect(await running).toMatchObject({ outcome: 'unknown', code: 'step-unreachable' })
    process.kill(-pidOf(job, 'cmd'), 'SIGKILL')
  })

  test('another pool takes an unfinished job up by its intent, and a finished one is found with its exit code', async () => {
    const flag = join(state, 'flag-again')
    const counter = join(state, 'count-again')
    const script = `echo run >> ${counter}; echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done; echo over; exit 6`
    const job = createMemoryJob()
    const first = open()
    const left = run(first, job, script)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    await first.stop()
    await expect(left).rejects.toMatchObject({ code: 'step-detached' })
    writeFileSync(flag, '')
    expect(await run(open(), job, script)).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 6 })
    expect(job.stdout().toString()).toBe('begun\nover\n')
    expect(readFileSync(counter, 'utf8')).toBe('run\n')
  })

  test('an intent whose launch never left is launched, once; and not any more when it is old', async () => {
    const job = createMemoryJob()
    const probe = createMemoryJob()
    const pool = open()
    await run(pool, probe, 'true')
    const seen = probe.intent()
    if (!seen) throw new Error('no intent')
    job.begin({ ...seen, commandSha256: '' })
    expect(await run(pool, job, 'echo yes')).toEqual({ outcome: 'succeeded', exitCode: 0 })
    const old = createMemoryJob()
    old.begin({ ...seen, commandSha256: '' })
    const intent = old.intent
    old.intent = () => ({ ...(intent() ?? seen), at: Date.now() - 3_600_000 })
    expect(await run(pool, old, 'echo no')).toMatchObject({ outcome: 'unknown', code: 'step-not-begun' })
    expect(old.stdout().toString()).toBe('')
  })

  test('a host with no writable home runs the command the plain way, and that is said beforehand', async () => {
    const bare = await startSshd({ config: ['SetEnv XDG_STATE_HOME=/proc/nowhere'] })
    try {
      const pool = open({ config: configFor(bare, 'app1') })
      const job = createMemoryJob()
      expect(await run(pool, job, 'exit 4')).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 4 })
      expect(job.plain).toContain('not writable')
      expect(job.intent()).toBeNull()
    } finally {
      await bare.stop()
    }
  })

  test('storage that refuses for a while loses nothing: the host keeps the output until it is taken', async () => {
    const job = createMemoryJob()
    const { keep } = job
    let refusals = 0
    job.keep = (...about) => {
      if (refusals++ < 3) throw new Error('disk full')
      return keep(...about)
    }
    expect(await run(open(), job, 'echo all of it')).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(job.stdout().toString()).toBe('all of it\n')
  })

  test.skipIf(notRoot)('a full disk on the host holds the end back until there is room, and then the exit code is exact', async () => {
    const small = mkdtempSync(join(tmpdir(), 'holdpoint-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', small])
    const full = await startSshd({ config: [`SetEnv XDG_STATE_HOME=${small}`] })
    try {
      const ballast = join(small, 'ballast')
      const pool = open({ config: configFor(full, 'app1') })
      const first = createMemoryJob()
      await run(pool, first, 'true')
      // What it took of the disk comes back a moment later.
      await until(() => first.isAcknowledged, 'the host to forget it')
      const job = createMemoryJob()
      const running = run(pool, job, `head -c 400000 /dev/zero; head -c 2000000 /dev/zero > ${ballast} 2>/dev/null; exit 3`)
      await until(() => existsSync(ballast) && Number(execFileSync('df', ['--output=avail', small], { encoding: 'utf8' }).split('\n')[1]) === 0, 'the disk to be full')
      const second = createMemoryJob()
      const refused = await run(pool, second, 'echo never')
      expect(refused).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'step-not-staged' })
      expect(job.results).toEqual([])
      rmSync(ballast)
      expect(await running).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 3 })
      expect(job.stdout().length).toBe(400_000)
    } finally {
      await full.stop()
      execFileSync('umount', ['-l', small])
      rmSync(small, { recursive: true, force: true })
    }
  })

  test('secrets reach the command, are in no process list and in no file while it runs, also when the launch is sent twice', async () => {
    const flag = join(state, 'flag-secrets')
    const token = `can'ary-${'s'.repeat(9)}\nsecond "line" $HOME`
    const job = createMemoryJob()
    const running = run(open(), job, `printf '%s' "$TOKEN"; env | grep -c ^TOKEN= >&2; while [ ! -e ${flag} ]; do sleep 0.05; done`, { secrets: { TOKEN: token } })
    const seen: string[] = []
    await until(() => {
      seen.push(execFileSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' }))
      return job.stdout().length === token.length
    }, 'the output')
    expect(job.stdout().toString()).toBe(token)
    for (const list of seen) expect(list).not.toContain('ary-sss')
    // Nothing but what the command itself has printed.
    expect(execFileSync('grep', ['-rl', 'ary-sss', join(state, 'holdpoint')], { encoding: 'utf8' }).trim()).toBe(join(folder(job), 'out'))
    writeFileSync(flag, '')
    expect(await running).toMatchObject({ outcome: 'succeeded' })
    expect(job.stderr().toString()).toBe('1\n')
  })

  test('nothing of a command is visible in the process list', async () => {
    const flag = join(state, 'flag-list')
    const job = createMemoryJob()
    const running = run(open(), job, `secret=canary-${'x'.repeat(8)}; echo begun; while [ ! -e ${flag} ]; do sleep 0.05; done`)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    expect(execFileSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' })).not.toContain('canary-xxxxxxxx')
    writeFileSync(flag, '')
    await running
  })
})

/** '' for a process that has just ended. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8')
  } catch {
    return ''
  }
}
