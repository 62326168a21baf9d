import { randomBytes } from 'node:crypto'
import type { HostResult } from '#domain/step.ts'
import type { JobIntent, OutputStream, ShellJob } from '#kinds/ports.ts'

/** The local half of the durable protocol in memory, which refuses gaps and repeats like the real one. */
export interface MemoryJob extends ShellJob {
  stdout(): Buffer
  stderr(): Buffer
  results: HostResult[]
  late: Uint8Array
  plain: string | null
  losses: string[]
  restored: number
  isAcknowledged: boolean
  withheld: string | null
}

export function createMemoryJob(id = `rtest-sstep-a1-${randomBytes(6).toString('hex')}`): MemoryJob {
  const kept: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] }
  const length = { stdout: 0, stderr: 0 }
  let intent: JobIntent | null = null
  const job: MemoryJob = {
    results: [], late: new Uint8Array(), plain: null, losses: [], restored: 0, isAcknowledged: false, withheld: null,
    stdout: () => Buffer.concat(kept.stdout),
    stderr: () => Buffer.concat(kept.stderr),
    intent: () => intent,
    begin: ({ bootId, hostKey, helper }) => (intent = { id, run: 'test', token: 1, launched: false, at: Date.now(), bootId, hostKey, helper }),
    beginPlain: (why) => { job.plain = why },
    launched: () => { if (intent) intent = { ...intent, launched: true } },
    cursor: (stream) => length[stream],
    keep: (stream, offset, bytes) => {
      if (offset !== length[stream]) throw new Error(`output at ${offset} instead of ${length[stream]}`)
      kept[stream].push(Buffer.from(bytes))
      length[stream] += bytes.byteLength
      return bytes.byteLength
    },
    finish: (result, late) => {
      job.results.push(result)
      job.late = late
    },
    acknowledged: () => { job.isAcknowledged = true },
    withhold: (notice) => { job.withheld = notice },
    linkLost: (message) => void job.losses.push(message),
    linkRestored: () => { job.restored += 1 },
  }
  return job
}
