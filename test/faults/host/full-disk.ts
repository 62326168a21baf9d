import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing } from '#support/needs.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { until } from '#support/fake-world.ts'
import type { Place, Row } from './place.ts'

/** True where a small disk cannot be had: mounting one needs root. */
export const noSmallDisk = isMissing('A small disk (mount -t tmpfs)', canMount(), 'run the tests as root')

/**
 * The host's disk fills up under the command's own output. Its end cannot be written down then, so it counts as running
 * until there is room, and is exact afterwards; on a disk that is full beforehand nothing is run.
 */
export async function fullDisks(place: Place, jobs: number): Promise<Row> {
  let broken = 0
  const disk = join(place.sshd.state, 'holdpoint')
  // Work is kept only in a folder of the account that logs in.
  mkdirSync(disk, { recursive: true })
  const owner = execFileSync('id', ['-u', place.sshd.user], { encoding: 'utf8' }).trim()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=1m,mode=0700,uid=${owner}`, 'tmpfs', disk])
  try {
    const first = createMemoryJob()
    await place.run(100, first, 'true')
    // What it took of the disk comes back a moment later.
    await until(() => first.isAcknowledged, 'the host to forget it')
    const ballast = join(disk, 'ballast')
    for (let index = 0; index < jobs; index += 1) {
      writeFileSync(ballast, Buffer.alloc(200_000, 1))
      const job = createMemoryJob()
      const running = place.run(100, job, `echo "$HOLDPOINT_JOB" >> ${place.ledger}; head -c 2600000 /dev/zero 2>/dev/null || exit ${7 + index}`)
      let isOver = false
      void running.then(() => { isOver = true })
      // Everything that fits has arrived, so the command has met the full disk.
      await until(() => isOver || (job.cursor('stdout') > 500_000 && isFull(disk)), 'a full disk')
      const wasOverEarly = isOver
      const refused = await place.run(100, createMemoryJob(), `echo late >> ${place.ledger}`)
      rmSync(ballast)
      const result = await running
      const isExact = 'exitCode' in result && result.exitCode === 7 + index
      if (wasOverEarly || !isExact || place.starts(job.intent()?.id ?? '') !== 1) broken += 1
      if (refused.outcome !== 'failed' || refused.reason !== 'refused') broken += 1
      await until(() => !existsSync(place.folder(job.intent()?.id ?? '')), 'the end of the job')
    }
    if (place.starts('late') > 0) broken += 1
  } finally {
    execFileSync('umount', ['-l', disk])
  }
  return { what: 'disks of the host filled, then freed', count: jobs, broken }
}

function isFull(disk: string): boolean {
  return execFileSync('df', ['--output=avail', disk], { encoding: 'utf8' }).trim().split('\n')[1]?.trim() === '0'
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('sh', ['-c', 'd=$(mktemp -d); mount -t tmpfs -o size=1m tmpfs "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s'], { stdio: 'ignore' })
    return true
  } catch {
    // A container without the right to mount.
    return false
  }
}
