import { formatDuration } from '#domain/duration.ts'
import type { HostResult } from '#domain/step.ts'
import type { AttachEnd } from './attach.ts'
import type { Stopped } from './stop.ts'

export interface StopAsked {
  why: 'aborted' | 'timeout'
  timeoutMs: number | null
}

type Done = Extract<AttachEnd, { end: 'done' }>

const ASK = 'Look at the host: did it do its work? Then retry, or mark the step done and say how you know.'

/** How the command ended, as the supervisor wrote it down. */
export function doneResult({ how, code, isShort, late }: Done, place: string): HostResult {
  if (how === 'fenced') return fencedResult(place)
  if (how === 'never') return refused('step-never-begun', `The command was kept from beginning on ${place}.`, 'Nothing was run there. Retry the step if it is still wanted.')
  if (how === 'limit' || how === 'room') return { outcome: 'failed', reason: 'output-limit', message: limitMessage(how, code, place) }
  if (isShort) return unknown('step-output-lost', `The command on ${place} ended with exit code ${code}, but a part of its output is gone from the host.`, ASK)
  const notes = [code > 128 && code <= 192 ? `128 + ${code - 128}: ended by signal ${SIGNALS[code - 128] ?? code - 128}, or by its own choice of exit code` : '', lateNote(late)].filter((note) => note !== '')
  const note = notes.length === 0 ? {} : { note: notes.join('; ') }
  return code === 0 ? { outcome: 'succeeded', exitCode: 0, ...note } : { outcome: 'failed', reason: 'exit', exitCode: code, ...note }
}

/** The result of an abort or a timeout: stopped only when nothing of the command is left on the host. */
export function stoppedResult(asked: StopAsked, stopped: Stopped, end: AttachEnd, place: string, id: string): HostResult {
  const why = asked.why === 'timeout' ? `It was stopped after ${formatDuration(asked.timeoutMs ?? 0)}` : 'It was stopped on request'
  if (stopped.left > 0) {
    const those = `${stopped.left === 1 ? 'process is' : 'processes are'} still alive on ${place}${stopped.pids === '' ? '' : ` (${stopped.pids})`}`
    return unknown('abort-incomplete', `abort incomplete (${stopped.left}): ${why.toLowerCase()}, and after TERM and KILL ${stopped.left} ${those}.`, 'End them by hand, look at what was done, then retry or skip.')
  }
  if (stopped.was === 'fenced') return unknown('run-elsewhere', `Another machine has taken this run over, so the command on ${place} was not stopped from here.`, 'It is followed there: stop it there, or see there how it ended.')
  if (stopped.was === 'never') return { outcome: 'failed', reason: asked.why, message: `${why} before it began on ${place}, and cannot begin there any more.` }
  // It had ended by itself before anything was done to it.
  if (stopped.was === 'ended') {
    return end.end === 'done'
      ? doneResult(end, place)
      : unknown('step-end-unheard', `It had ended by itself on ${place} before it could be stopped, but its exit code did not arrive in time: it and the output are on ${place}, in the folder jobs/${id} of ~/.local/state/holdpoint.`, ASK)
  }
  const how = end.end === 'done' ? ` and ended with exit code ${end.code}` : ''
  const rest = end.end === 'stopped' ? ` Its output was too long to be fetched whole: the rest is on ${place}, in the folder jobs/${id} of ~/.local/state/holdpoint.` : ''
  return { outcome: 'failed', reason: asked.why, message: `${why}${how} on ${place}. None of its processes is left.${rest}` }
}

/** The host says the job is lost; the command was sent, and nobody can say how it ended. */
export function lostResult(why: string, place: string): HostResult {
  if (why === 'rebooted') return unknown('step-rebooted', `${place} was started anew while the command ran there: nobody saw how it ended.`, ASK)
  return unknown('step-supervisor-lost', `What watched over the command on ${place} was killed (out of memory, or by hand), so its exit code is not known. The command itself is not running any more.`, ASK)
}

export function saidResult({ word, more }: Extract<AttachEnd, { end: 'said' }>, launched: boolean, isOnlyTry: boolean, place: string): HostResult {
  switch (word) {
    case 'fenced': return fencedResult(place)
    case 'unstaged': return !isOnlyTry
      ? unknown('step-not-staged', `The command could not be put on ${place}: ${more}. It was sent before as well, and nobody heard what became of that.`, ASK)
      : refused('step-not-staged', `The command could not be put on ${place}: ${more}.`, 'Nothing was run there. Free some space, then retry.')
    case 'absent': return launched
      ? unknown('step-absent', `The command had begun on ${place}, but its records there are gone: somebody removed them.`, ASK)
      : unknown('step-not-begun', `The command did not reach ${place} before Holdpoint ended, and that is too long ago to send it by itself now.`, 'Look at the host, then retry.')
  }
}

export const unreachable = (asked: StopAsked, place: string, last: string): HostResult =>
  unknown('step-unreachable', `${asked.why === 'timeout' ? `It ran longer than ${formatDuration(asked.timeoutMs ?? 0)}` : 'It was to be stopped'}, and ${place} cannot be reached to stop it: ${last}.`, 'It may still be running. Check the host, then retry or skip.')

export const notFollowed = (why: string, place: string, id: string): HostResult =>
  unknown('step-not-followed', `The command was made ready for ${place}, and then it could not be followed to its end here: ${why}. If it ran, its output and exit code are on ${place}, in the folder jobs/${id} of ~/.local/state/holdpoint.`, ASK)

function fencedResult(place: string): HostResult {
  return refused('step-fenced', `Another machine has taken this run over: ${place} refused the command.`, 'Nothing was run there. Go on at the other machine.')
}

function limitMessage(how: 'limit' | 'room', code: number, place: string): string {
  const why = how === 'limit' ? `It printed more than may be kept on ${place} (1 GiB, or HOLDPOINT_OUTPUT_LIMIT bytes where the login sets that)` : `Its long output left less than 256 MiB free on the disk of ${place}`
  return `${why}, so it was told to end (TERM, then KILL); its exit code was ${code}. It may have done a part of its work. Let it print less, or print into a file.`
}

function lateNote(late: Buffer): string {
  if (late.length === 0) return ''
  return `${late.length} more ${late.length === 1 ? 'byte was' : 'bytes were'} written after it had ended, by something it left running; kept apart from its output`
}

const refused = (code: string, message: string, hint: string): HostResult => ({ outcome: 'failed', reason: 'refused', code, message, hint })
const unknown = (code: string, message: string, hint: string): HostResult => ({ outcome: 'unknown', code, message, hint })

const SIGNALS: Record<number, string> = { 1: 'HUP', 2: 'INT', 3: 'QUIT', 4: 'ILL', 6: 'ABRT', 7: 'BUS', 8: 'FPE', 9: 'KILL', 11: 'SEGV', 13: 'PIPE', 14: 'ALRM', 15: 'TERM' }
