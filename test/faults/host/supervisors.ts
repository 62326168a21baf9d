import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createMemoryJob } from '#support/shell-job.ts'
import { sharedBy, type Place, type Row } from './place.ts'

/**
 * The supervisor on the host is killed at a random moment and the job is launched twice more: it never runs twice, and its
 * end is exact or unknown, never anything else.
 */
export async function killedSupervisors(place: Place, jobs: number, random: () => number): Promise<Row> {
  let broken = 0
  let exact = 0
  for (let index = 0; index < jobs; index += 1) {
    const job = createMemoryJob()
    const code = 1 + (index % 100)
    const script = `echo "$HOLDPOINT_JOB" >> ${place.ledger}; sleep 0.3; exit ${code}`
    const running = place.run(0, job, script)
    await wait(random() * 600)
    const pid = Number(readRecord(join(place.folder(job.intent()?.id ?? 'none'), 'sup')).split(' ')[0])
    if (pid > 1) kill(pid)
    const again = [1, 2].map((program) => place.run(program, sharedBy(job, createMemoryJob()), script))
    const results = await Promise.all([running, ...again])
    const isHonest = results.every((result) => result.outcome === 'unknown' || ('exitCode' in result && result.exitCode === code))
    if (results[0]?.outcome === 'failed') exact += 1
    const starts = place.starts(job.intent()?.id ?? '')
    // Killed before it began the command, it began none: then nobody may say how that ended.
    const isClear = starts === 1 || (starts === 0 && results.every(({ outcome }) => outcome === 'unknown'))
    if (!isClear || !isHonest) broken += 1
  }
  return { what: 'supervisors killed, each job launched twice more', count: jobs, broken, notes: `${exact} exact, ${jobs - exact} unknown` }
}

function readRecord(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Not begun yet, or forgotten already.
    return ''
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
}
