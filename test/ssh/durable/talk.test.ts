import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '#support/fake-world.ts'
import { createMemoryJob, type MemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool, type TestPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd, type Sshd } from '#support/sshd.ts'

describe.skipIf(sshdMissing).each(['ssh2', 'ssh'] as const)('a helper that stays on its host, over %s', (transport) => {
  const over = transport === 'ssh' ? { transport } : {}
  let sshd: Sshd
  let narrow: Sshd
  let pools: TestPool[]

  beforeAll(async () => {
    sshd = await startSshd()
    narrow = await startSshd({ config: ['MaxSessions 1'] })
  })
  afterAll(async () => {
    await sshd.stop()
    await narrow.stop()
  })
  beforeEach(() => { pools = [] })
  afterEach(async () => { for (const pool of pools) await pool.stop() })

  const open = (to: Sshd = sshd): TestPool => {
    const pool = startPool({ config: configFor(to, 'app1'), acceptKeys: true, retryMs: 20, graceMs: 1000 })
    pools.push(pool)
    return pool
  }
  const run = (pool: TestPool, script: string, job: MemoryJob | undefined = createMemoryJob(), signal = new AbortController().signal) =>
    pool.pool.run({ host: hostNamed('app1', over), script, job, timeoutMs: null, signal, onOutput: () => undefined })

  test('commands one after another share it, two at the same time do not, and it leaves with the connection', async () => {
    const pool = open()
    const jobs = Array.from({ length: 5 }, () => createMemoryJob())
    const seen = new Set<number>()
    for (const [code, job] of jobs.entries()) {
      expect(await run(pool, `exit ${code}`, job)).toMatchObject(code === 0 ? { outcome: 'succeeded' } : { exitCode: code })
      for (const pid of staying(sshd)) seen.add(pid)
    }
    for (const job of jobs) await until(() => job.isAcknowledged, 'the acknowledgement')
    // On a busy machine one may begin while the host is just told to forget another.
    expect(seen.size).toBeLessThan(5)
    await until(() => staying(sshd).length === 1, 'all but one to leave')

    const both = [createMemoryJob(), createMemoryJob()]
    const running = both.map((job) => run(pool, 'echo begun; sleep 2', job))
    await until(() => both.every((job) => job.stdout().includes('begun')), 'both commands')
    expect(staying(sshd)).toHaveLength(2)
    await pool.stop()
    await Promise.allSettled(running)
    await until(() => staying(sshd).length === 0, 'the helpers to leave')
  })

  test('nothing of one command reaches the next: variables, folder, umask, options and traps', async () => {
    const pool = open()
    const [before, after] = [createMemoryJob(), createMemoryJob()]
    const look = 'umask; pwd; set -o; trap; env | grep -v "^SSH_\\|^HOLDPOINT_JOB=\\|^_=" | sort'
    await run(pool, look, before)
    await run(pool, 'umask 0; cd /; export LEFT=behind; set -x; trap "echo trapped" EXIT TERM; ulimit -n 64')
    await run(pool, look, after)
    expect(after.stdout().toString()).toBe(before.stdout().toString())
  })

  test('one that was killed while nothing ran is not missed', async () => {
    const pool = open()
    await run(pool, 'true')
    for (const pid of staying(sshd)) process.kill(pid, 'SIGKILL')
    await until(() => staying(sshd).length === 0, 'its end')
    const job = createMemoryJob()
    expect(await run(pool, 'echo again >&2; exit 3', job)).toMatchObject({ outcome: 'failed', exitCode: 3 })
    expect(job.stderr().toString()).toBe('again\n')
  })

  test('where a connection carries one channel it makes way for whoever needs that', async () => {
    const pool = open(narrow)
    await run(pool, 'true')
    expect(staying(narrow)).toHaveLength(1)
    expect(await run(pool, 'exit 4', undefined)).toMatchObject({ exitCode: 4 })
    const results = await Promise.all(Array.from({ length: 4 }, (_, code) => run(pool, `exit ${code + 1}`)))
    expect(results.map((result) => 'exitCode' in result && result.exitCode)).toEqual([1, 2, 3, 4])
    const [job, stop] = [createMemoryJob(), new AbortController()]
    const running = run(pool, 'echo begun; sleep 600', job, stop.signal)
    await until(() => job.stdout().includes('begun'), 'the beginning')
    stop.abort()
    expect(await running).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    expect(await run(pool, 'exit 5')).toMatchObject({ exitCode: 5 })
  }, 60_000)
})

/** The shells that stay for this server's account, without what they have forked. */
function staying({ state }: Sshd): number[] {
  const all = new Map<number, { parent: number }>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!new RegExp(`${state}/holdpoint/helper-[0-9a-f]+\0stay\0$`).test(readFileSync(`/proc/${name}/cmdline`, 'latin1'))) continue
      all.set(Number(name), { parent: Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'latin1'))?.[1]) })
    } catch {
      // It has ended meanwhile.
    }
  }
  return [...all].filter(([, { parent }]) => !all.has(parent) && parent > 1).map(([pid]) => pid)
}
