import { Problem, toProblem } from '#domain/problem.ts'
import { DETACHED, type HostResult } from '#domain/step.ts'
import type { JobIntent, ShellJob } from '#kinds/ports.ts'
import { lossWords, type Link } from '../link.ts'
import { attach, type AttachEnd } from './attach.ts'
import { doneResult, lostResult, notFollowed, saidResult, stoppedResult, unreachable, type StopAsked } from './outcome.ts'
import { forgetJob } from './forget.ts'
import { stopJob, type Stopped } from './stop.ts'
import { callAck, callFollow, callGo, callStop, type Cursors, type HelperPlace } from './verbs.ts'

export interface DurableWork {
  script: string
  secrets: Readonly<Record<string, string>>
  job: ShellJob
  /** What was committed before anything was sent. */
  intent: JobIntent
  /** True when the intent is older than this program: then a launch is not repeated after `RELAUNCH_WITHIN_MS`. */
  isFound: boolean
  /** The connection there is already, or null. */
  link: Link | null
  timeoutMs: number | null
  /** Says when the time is over, instead of the clock. */
  timeUp?: AbortSignal
  signal: AbortSignal
}

export interface DurableWorld {
  /** For messages. */
  place: string
  /** A connection to the host, made anew when the last one is gone. Throws Problem. */
  reach(signal: AbortSignal): Promise<Link>
  /** Puts the helper back when the host has lost it. */
  mend(link: Link): Promise<void>
  now(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
  isClosed(): boolean
  /** How long a command gets after TERM, and how long a host that cannot be reached is tried for a stop. */
  graceMs: number
  /** The first wait before another try; doubled up to thirty times, with jitter. */
  retryMs: number
  /** Does what no step has to wait for, once this connection has a moment. */
  later(link: Link, work: () => Promise<void>): void
  /** Where the helper is, as far as this connection has been asked. */
  placeOf(link: Link): HelperPlace
}

/** How long the rest of the output is fetched for once a command has been stopped: it may be gigabytes. */
const DRAIN_MS = 5000
/** After this a command that never began is not begun by itself any more: a person has moved on. */
const RELAUNCH_WITHIN_MS = 10 * 60_000

/**
 * Sees a job through to its end over as many connections as it takes: launch (any number of times, the host's gate lets
 * one through), keep output by offset, and at the end commit, then acknowledge. Rejects only when this program closes;
 * the work then goes on and is found again at the next start.
 */
export async function runDurable(work: DurableWork, world: DurableWorld): Promise<HostResult> {
  try {
    return await follow(work, world)
  } catch (thrown) {
    const { code, message } = toProblem(thrown)
    if (code === DETACHED) throw thrown
    // Storage may have been closed under it.
    if (world.isClosed()) throw detached()
    // Whatever went wrong here, the command may have been sent: that is never "refused" or "stopped before".
    return notFollowed(message, world.place, work.intent.id)
  }
}

async function follow(work: DurableWork, world: DurableWorld): Promise<HostResult> {
  const { job, intent } = work
  const { place } = world
  const script = Buffer.from(work.script.endsWith('\n') ? work.script : `${work.script}\n`)
  const stop = watchStop(work, world)
  let link = work.link
  let launched = intent.launched || job.cursor('stdout') + job.cursor('stderr') > 0
  let sends = work.isFound ? 1 : 0
  let stopped: Stopped | null = null
  let lost: string | null = null
  let tries = 0
  let unheard = 0

  const lose = async (message: string): Promise<void> => {
    if (world.isClosed()) throw detached()
    if (lost === null) job.linkLost(launched ? message : `${message}; it is not known yet whether it began`)
    lost = message
    await world.sleep(backoff(tries++, world.retryMs), stop.asked() === null ? stop.signal : stop.deadline()).catch(() => undefined)
  }
  const onHello = (): void => {
    unheard = 0
    tries = 0
    if (lost !== null) job.linkRestored()
    lost = null
  }
  const onStarted = (): void => {
    if (!launched) job.launched()
    launched = true
  }
  const cursors = (): Cursors => ({ stdout: job.cursor('stdout'), stderr: job.cursor('stderr') })
  const mayLaunch = (at: Link): boolean =>
    !launched && stopped === null && at.hostKey === intent.hostKey && (!work.isFound || world.now() - intent.at < RELAUNCH_WITHIN_MS)

  try {
    for (;;) {
      if (world.isClosed()) throw detached()
      const asked = stop.asked()
      if (asked !== null && lost !== null && stop.deadline().aborted) return await commit(work, world, unreachable(asked, place, lost), Buffer.alloc(0))
      if (link === null || !link.isAlive()) {
        try {
          link = await world.reach(asked === null ? stop.signal : stop.deadline())
        } catch (thrown) {
          link = null
          await lose(toProblem(thrown).message)
          continue
        }
      }
      if (asked !== null && stopped === null) {
        stopped = await stopJob(link, callStop(intent, world.graceMs, world.placeOf(link)), world.graceMs + 30_000)
        if (stopped === null) {
          await lose(lossWords(link.loss()))
          continue
        }
      }
      const call = mayLaunch(link) ? callGo(intent, script, cursors(), world.placeOf(link), work.secrets) : callFollow(intent, cursors(), world.placeOf(link))
      if (call.input !== null) sends++
      const end = await attach({ link, call, job, place, onHello, onStarted, signal: stopped === null ? stop.signal : AbortSignal.timeout(DRAIN_MS) })
      if (end.end === 'stopped' && stopped === null) continue
      if (end.end === 'cut') {
        if (!end.heard && link.isAlive() && ++unheard % 2 === 0) await world.mend(link)
        await lose(end.message)
        continue
      }
      const result = resultOf(end, stopped === null ? null : { asked: asked ?? { why: 'aborted', timeoutMs: null }, stopped }, launched, sends <= 1, place, intent.id)
      await commit(work, world, result, end.end === 'done' ? end.late : Buffer.alloc(0))
      // Only after the local commit may the host forget it. The step does not wait for that.
      const told = link
      if (end.end === 'done' && !end.isShort) world.later(told, () => forget(work, world, told))
      return result
    }
  } finally {
    stop.end()
  }
}

function resultOf(end: Exclude<AttachEnd, { end: 'cut' }>, stop: { asked: StopAsked; stopped: Stopped } | null, launched: boolean, isOnlyTry: boolean, place: string, id: string): HostResult {
  if (stop !== null && !(launched && stop.stopped.was === 'never')) return stoppedResult(stop.asked, stop.stopped, end, place, id)
  switch (end.end) {
    case 'done': return launched && end.how === 'never' ? saidResult({ end: 'said', word: 'absent', more: '' }, true, isOnlyTry, place) : doneResult(end, place)
    case 'stopped':
    case 'lost': return lostResult(end.end === 'lost' ? end.why : '', place)
    case 'said': return saidResult(end, launched, isOnlyTry, place)
  }
}

const FORGET_TRIES = 5

/** Where a host never hears it, the folder stays and does no harm. */
async function forget({ job, intent }: DurableWork, world: DurableWorld, told: Link): Promise<void> {
  try {
    let isForgotten = await forgetJob(told, callAck(intent, world.placeOf(told)))
    for (let tries = 0; !isForgotten && !world.isClosed() && tries < FORGET_TRIES; tries++) {
      await world.sleep(backoff(tries, world.retryMs), NEVER)
      const link = world.isClosed() ? null : await world.reach(AbortSignal.timeout(30_000)).catch(() => null)
      if (link !== null && link.hostKey === intent.hostKey) isForgotten = await forgetJob(link, callAck(intent, world.placeOf(link)))
    }
    if (isForgotten) job.acknowledged()
  } catch {
    // The outcome is kept; what stays on the host is only a folder.
  }
}

/** Offers the outcome to storage until it is taken: what ended on a host is never dropped for a full disk here. */
async function commit({ job }: DurableWork, world: DurableWorld, result: HostResult, late: Buffer): Promise<HostResult> {
  for (;;) {
    try {
      job.finish(result, late)
      return result
    } catch (thrown) {
      if (world.isClosed()) throw detached()
      if (!toProblem(thrown).code.startsWith('storage-')) throw thrown
      await world.sleep(1000, NEVER)
    }
  }
}

function detached(): Problem {
  return new Problem(DETACHED, 'Holdpoint is closing; the command goes on on its host.', 'It is found again at the next start.')
}

const NEVER = new AbortController().signal

/** Half to the whole of retryMs, doubled with each try up to thirty times. */
function backoff(tries: number, retryMs: number): number {
  return Math.min(2 ** tries, 30) * retryMs * (0.5 + Math.random() / 2)
}

interface StopWatch {
  /** Aborts when the work is to be stopped, for whatever reason. */
  signal: AbortSignal
  asked(): StopAsked | null
  /** Aborts some time after the stop was asked for: until then a host that cannot be reached is tried. */
  deadline(): AbortSignal
  end(): void
}

function watchStop({ signal, timeoutMs, timeUp: told, intent }: DurableWork, world: DurableWorld): StopWatch {
  const over = new AbortController()
  const counted = new AbortController()
  const timeUp = told ?? counted.signal
  let deadline: AbortSignal | null = null
  const both = AbortSignal.any([signal, timeUp])
  if (timeoutMs !== null && told === undefined) world.sleep(Math.max(intent.at + timeoutMs - world.now(), 0), over.signal).then(() => counted.abort(), () => undefined)
  return {
    signal: both,
    asked: () => (signal.aborted ? { why: 'aborted', timeoutMs } : timeUp.aborted ? { why: 'timeout', timeoutMs } : null),
    deadline: () => (deadline ??= AbortSignal.timeout(world.graceMs)),
    end: () => over.abort(),
  }
}

