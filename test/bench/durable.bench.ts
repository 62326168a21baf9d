import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostResult } from '#domain/step.ts'
import { createJobRecord } from '#engine/job-record.ts'
import type { ShellJob } from '#kinds/ports.ts'
import { openStorage } from '#storage/storage.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { configFor, hostNamed, startPool } from '#support/ssh-pool.ts'
import { sshdMissing, startSshd } from '#support/sshd.ts'
import { expectSuccess, median, pause, timed } from './measure.ts'
import { noSecrets } from '#support/fake-world.ts'

const HOSTS = 50
const ROUNDS = 15

/**
 * `true` on 50 hosts over connections that are already open, durable against plain: once as the engine does it, where both
 * record start and end in a synced transaction each and the intent is in the same one, and once the protocol alone.
 */
async function main(): Promise<void> {
  if (sshdMissing) return
  const sshd = await startSshd({ config: ['MaxStartups 500'] })
  const names = Array.from({ length: HOSTS }, (_, index) => `web-${index + 1}`)
  const home = startPool({ config: configFor(sshd, 'web-*'), knownHosts: sshd.knownHostsLine })
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
  const storage = openStorage(folder)
  storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
  storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'bench', operator: 'bench', at: 1 })
  const run = (name: string, job?: ShellJob): Promise<HostResult> =>
    home.pool.run({ host: hostNamed(name), script: 'true', timeoutMs: null, onOutput: () => undefined, signal: new AbortController().signal, job })
  let version = 0
  const note = (also: () => void): void => storage.together(() => {
    storage.journal.append('run', version, [{ type: 'host-started', stepId: 'true', attempt: 1, host: 'web', at: 1, by: 'bench' }])
    version += 1
    also()
  })
  const recorded = (host: string, attempt: number): ShellJob => createJobRecord({
    storage, key: { runId: 'run', stepId: 'true', attempt, host }, now: Date.now, mask: noSecrets.mask, token: () => 1, wake: () => undefined, report: () => undefined,
    record: (_, also) => {
      note(also)
      return true
    },
  })
  const plainly = async (name: string): Promise<HostResult> => {
    note(() => undefined)
    const result = await run(name)
    note(() => undefined)
    return result
  }
  const onAll = (work: (name: string) => Promise<HostResult>): Promise<number> =>
    timed(async () => expectSuccess((await Promise.all(names.map(work))).every(({ outcome }) => outcome === 'succeeded')))
  // What the hosts forget afterwards is not to be paid for by the other side.
  const forgotten = async (isDone: (name: string) => boolean): Promise<void> => {
    while (!names.every(isDone)) await pause(10)
  }
  try {
    const times = { durable: [] as number[], plain: [] as number[], bareDurable: [] as number[], barePlain: [] as number[] }
    for (let round = 0; round <= ROUNDS; round += 1) {
      const durable = await onAll((name) => run(name, recorded(name, round + 1)))
      await forgotten((host) => storage.jobs.find({ runId: 'run', stepId: 'true', attempt: round + 1, host })?.state === 'acknowledged')
      const plain = await onAll(plainly)
      const jobs = new Map(names.map((name) => [name, createMemoryJob()]))
      const bareDurable = await onAll((name) => run(name, jobs.get(name)))
      await forgotten((name) => jobs.get(name)?.isAcknowledged === true)
      const barePlain = await onAll((name) => run(name))
      // The first round opens the connections.
      if (round === 0) continue
      times.durable.push(durable)
      times.plain.push(plain)
      times.bareDurable.push(bareDurable)
      times.barePlain.push(barePlain)
    }
    tell('recorded as in a run', times.durable, times.plain)
    tell('the protocol alone', times.bareDurable, times.barePlain)
  } finally {
    await home.stop()
    await sshd.stop()
    storage.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function tell(what: string, durable: number[], plain: number[]): void {
  const [one, other] = [median(durable), median(plain)]
  console.log(`durable ${HOSTS} x true, warm, ${what}   ${(one / other).toFixed(2)}x of plain (goal 2x; n=${ROUNDS}, medians ${one.toFixed(0)} ms and ${other.toFixed(0)} ms)`)
}

await main()
