import type { HostResult } from '#domain/step.ts'
import type { JobAnswer, JobIntent, ShellJob } from '#kinds/ports.ts'
import type { Link } from '../link.ts'
import { attach, type AttachEnd } from './attach.ts'
import { forgetJob } from './forget.ts'
import { doneResult } from './outcome.ts'
import { callAck, callFollow, type HelperPlace } from './verbs.ts'

export interface Question {
  link: Link
  job: ShellJob
  intent: JobIntent
  at: HelperPlace
  /** For messages. */
  place: string
  /** How long the answer, with the output that has not been fetched yet, is waited for. */
  signal: AbortSignal
}

/** Asks a host once what it knows of a job: follows it without launching or stopping anything, and leaves it when it still runs. */
export async function askAboutJob({ link, job, intent, at, place, signal }: Question): Promise<JobAnswer> {
  if (link.hostKey !== intent.hostKey) {
    return nothingProved([`${place} shows another host key (${link.hostKey}) than when the command was sent (${intent.hostKey}): it was not asked, for it may be another machine.`])
  }
  const enough = new AbortController()
  let boot: string | null = null
  let alive: string | null = null
  const end = await attach({
    link, job, place, call: callFollow(intent, { stdout: job.cursor('stdout'), stderr: job.cursor('stderr') }, at),
    signal: AbortSignal.any([signal, enough.signal]),
    onHello: (bootId) => { boot = bootId },
    onStarted: (as) => {
      if (as === undefined) return
      alive = as
      enough.abort()
    },
  })
  const hasOutput = job.cursor('stdout') + job.cursor('stderr') > 0
  const forget = (): Promise<boolean> => forgetJob(link, callAck(intent, at))
  return answerOf(end, { forget, folder: `jobs/${intent.id}`, place, alive, isSameBoot: boot === null ? null : boot === intent.bootId, hasOutput, job })
}

interface Heard {
  forget(): Promise<boolean>
  folder: string
  place: string
  alive: string | null
  /** Null when the host did not even greet. */
  isSameBoot: boolean | null
  /** Some of what the command printed has been kept here: it did run. */
  hasOutput: boolean
  job: ShellJob
}

function answerOf(end: AttachEnd, heard: Heard): JobAnswer {
  const { folder, place, alive, isSameBoot } = heard
  const boot = isSameBoot === null ? [] : [isSameBoot ? `${place} is on the boot the command was sent on.` : `${place} has been started anew since the command was sent.`]
  if (end.end === 'stopped' && alive !== null) {
    return nothingProved([...boot, alive === 'orphan'
      ? `Its folder ${folder} is there and no end is recorded: what watched over the command is dead, the command itself is still running.`
      : `Its folder ${folder} is there and no end is recorded: the command is still running, watched over by its supervisor.`])
  }
  switch (end.end) {
    case 'done': return ended(end, boot, heard)
    case 'lost': return nothingProved([...boot, `Its folder ${folder} is there and no end is recorded. ${end.why === 'rebooted' ? 'It is from before the host was started anew.' : 'Neither the command nor what watched over it is alive.'}`])
    case 'said': return nothingProved([...boot, end.word === 'absent'
      ? `It has no folder ${folder}: the command has not begun there, or its records have been removed.`
      : `It says "${end.word}" of ${folder}.`])
    case 'stopped': return nothingProved([...boot, `${place} did not answer in time. What arrived of the output is kept.`])
    case 'cut': return nothingProved([...boot, `The answer did not arrive: ${end.message}.`])
  }
}

function ended(end: Extract<AttachEnd, { end: 'done' }>, boot: string[], { forget, folder, place, hasOutput, job }: Heard): JobAnswer {
  const kept = 'Its output is kept here.'
  const isBegun = end.how !== 'never' && end.how !== 'fenced'
  // What printed something did run, whatever its folder says.
  const result: HostResult | null = !isBegun && hasOutput ? null : doneResult({ ...end, late: Buffer.alloc(0) }, place)
  const proof = isBegun ? `Its folder ${folder} is there with the recorded end: exit code ${end.code}. ${end.isShort ? 'A part of its output is gone from the host.' : kept}` : `Its folder ${folder} is there and says that the command was kept from beginning.`
  const isProved = result !== null && result.outcome !== 'unknown'
  return {
    findings: [...boot, proof], result: isProved ? result : null,
    settle: (isCommitted) => {
      if (!isCommitted || !isProved) return
      void forget().then((isForgotten) => {
        if (isForgotten) job.acknowledged()
      }).catch(() => {
        // The outcome is kept; the storage may have been closed since, and what stays on the host is only a folder.
      })
    },
  }
}

/** Where the host proves nothing. */
export const nothingProved = (findings: string[]): JobAnswer => ({ findings, result: null, settle: () => undefined })
