import { begunCharacter } from '#domain/output/begun-character.ts'
import { Problem } from '#domain/problem.ts'
import type { SecretMask } from '#domain/secrets/mask.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { JobIntent, ShellJob } from '#kinds/ports.ts'
import type { StoredJob } from '#storage/jobs.ts'
import type { EngineStorage } from './options.ts'

export interface JobRecordOptions {
  storage: EngineStorage
  key: { runId: string; stepId: string; attempt: number; host: string }
  now(): number
  /** What hides secrets in output now. */
  mask(): SecretMask
  /** The run's at present: a takeover raises it, also for work that was made ready before. */
  token(): number
  /** Records the command's facts and does `also` in the same synced transaction. False when there was nothing to record. */
  record(command: EngineCommand, also: () => void): boolean
  /** Records in its own time, again until storage takes it. */
  report(command: EngineCommand): void
  /** Output was kept. */
  wake(): void
}

/** The local half of the durable protocol for one piece of work on one host. */
export function createJobRecord({ storage, key, now, mask, token, record, report, wake }: JobRecordOptions): ShellJob {
  const about = { stepId: key.stepId, attempt: key.attempt, host: key.host }
  const required = (): StoredJob => {
    const job = storage.jobs.find(key)
    if (!job) throw new Error(`no job was begun for step ${key.stepId} on ${key.host}`)
    return job
  }
  let id: string | null = null
  let withheld: string | null = null
  const jobId = (): string => (id ??= required().id)
  const over = (): never => {
    throw new Problem('step-over', `The step is not waiting for ${key.host} any more.`, 'Nothing was sent there.')
  }

  return {
    intent: () => {
      const job = storage.jobs.find(key)
      return job && toIntent(job, token())
    },
    begin: ({ bootId, hostKey, helper, commandSha256 }) => {
      const isNew = record({ type: 'report-host-started', ...about, durable: true }, () => {
        storage.jobs.begin(key, { bootId, hostKey, helper, commandSha256, token: token() }, now())
      })
      return isNew ? toIntent(required(), token()) : over()
    },
    beginPlain: (why) => {
      if (!record({ type: 'report-host-started', ...about, durable: false, why }, () => undefined)) over()
    },
    launched: () => storage.jobs.launched(jobId()),
    cursor: (stream) => storage.output.end(jobId(), stream),
    keep: (stream, offset, bytes, isLast) => {
      // Chunks end between characters, so that each can be shown by itself.
      const whole = isLast ? bytes : bytes.subarray(0, bytes.byteLength - begunCharacter(bytes))
      const { shown, used } = withheld === null ? mask().cut(whole, isLast) : { shown: new TextEncoder().encode(withheld), used: whole.byteLength }
      if (used === 0) return 0
      storage.output.appendAt(jobId(), offset, { ...key, stream, at: now(), bytes: shown }, used)
      wake()
      return used
    },
    finish: (result, late) => {
      const finish = (): void => storage.jobs.finish(jobId(), withheld === null ? mask().cut(late, true).shown : new Uint8Array())
      if (!record({ type: 'report-host-finished', ...about, result }, finish)) finish()
    },
    acknowledged: () => storage.jobs.acknowledged(jobId()),
    withhold: (notice) => { withheld = notice },
    linkLost: (message) => report({ type: 'report-host-link-lost', ...about, message }),
    linkRestored: () => report({ type: 'report-host-link-restored', ...about }),
  }
}

function toIntent({ id, run, bootId, hostKey, helper, state, at }: StoredJob, token: number): JobIntent {
  return { id, run, token, bootId, hostKey, helper, launched: state !== 'intended', at }
}
