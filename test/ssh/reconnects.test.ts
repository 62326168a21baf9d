import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { jitter } from '#ssh/connect.ts'
import { until } from '#support/fake-world.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function withSeed(seed: number): void {
  const random = vi.spyOn(Math, 'random').mockImplementation(seeded(seed))
  onTestFinished(() => random.mockRestore())
}

/** How many tenths of a range have one of the values in them. */
const tenths = (values: number[], from: number, to: number): number => new Set(values.map((value) => Math.floor((10 * (value - from)) / (to - from)))).size

describe.skipIf(sshdMissing)('many hosts that come back at the same moment', () => {
  it('wait between half a second and one, each its own time, when all their links are cut at once', async () => {
    withSeed(20261125)
    const sshd = await startSshd()
    onTestFinished(() => sshd.stop())
    const waits: number[] = []
    const home = startPool({
      config: configFor(sshd, 'web-*'), knownHosts: sshd.knownHostsLine,
      clock: {
        now: () => Date.now(),
        sleep: (ms) => {
          waits.push(ms)
          return Promise.resolve()
        },
      },
    })
    onTestFinished(() => home.stop())
    const go = join(sshd.home, 'go')
    const jobs = Array.from({ length: 24 }, () => createMemoryJob())
    const running = jobs.map((job, n) => home.pool.run({
      host: hostNamed(`web-${n}`), script: `echo begun; while [ ! -e ${go} ]; do sleep 0.2; done; exit ${n}`, job,
      timeoutMs: null, signal: new AbortController().signal, onOutput: () => undefined,
    }))
    await until(() => jobs.every((job) => job.stdout().length > 0), 'every command to begin')
    expect(waits).toEqual([])
    sshd.killSessions()
    await until(() => jobs.every((job) => job.restored > 0), 'every link to be back')
    writeFileSync(go, '')
    const results = await Promise.all(running)
    expect(results.map((result) => (result.outcome === 'succeeded' ? 0 : 'exitCode' in result && result.exitCode))).toEqual(jobs.map((_, n) => n))
    const first = waits.filter((ms) => ms <= 1000)
    expect(first.length).toBeGreaterThanOrEqual(jobs.length)
    for (const ms of first) expect(ms).toBeGreaterThanOrEqual(500)
    expect(tenths(first, 500, 1000)).toBeGreaterThan(6)
  })
})

describe('logins that a server drops', () => {
  it.each([1, 2, 3])('are tried again after a time of their own, try %i', (drops) => {
    withSeed(drops)
    const waits = Array.from({ length: 100 }, () => jitter(drops))
    const least = 200 * 2 ** (drops - 1)
    for (const ms of waits) expect(ms >= least && ms < 2 * least).toBe(true)
    expect(tenths(waits, least, 2 * least)).toBe(10)
  })
})
