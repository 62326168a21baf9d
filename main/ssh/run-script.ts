import type { HostResult } from '#domain/step.ts'
import type { OnOutput, OutputStream } from '#kinds/ports.ts'
import type { Channel, Ended } from './channel.ts'
import { lossWords, type Link } from './link.ts'

export interface ScriptRun {
  channel: Channel
  ended: () => Ended
  input: string
  /** For messages. */
  place: string
  timeoutMs: number | null
  /** Says when the time is over, instead of a timer. */
  timeUp?: AbortSignal
  onOutput: OnOutput
  signal: AbortSignal
  link: Pick<Link, 'isAlive' | 'loss'>
  /** How long the remote process gets after TERM, and again after KILL. */
  graceMs: number
}

type Stop = 'aborted' | 'timeout'

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Feeds the script to an open channel and waits for its end, which is `close`: an exit status may come before the last output, or never. */
export function runScript(run: ScriptRun): Promise<HostResult> {
  const { channel, onOutput, signal } = run
  return new Promise((resolve) => {
    let stop: Stop | null = null
    const timers = new Set<NodeJS.Timeout>()
    const after = (ms: number, action: () => void): void => {
      timers.add(setTimeout(action, Math.min(ms, LONGEST_TIMER_MS)))
    }
    const finish = (result: HostResult): void => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      signal.removeEventListener('abort', onAbort)
      run.timeUp?.removeEventListener('abort', onTimeUp)
      resolve(result)
    }
    /** TERM, then KILL, then give up: every stage only if the end has not been seen. */
    const ask = (why: Stop): void => {
      if (stop !== null) return
      stop = why
      channel.signal('TERM')
      after(run.graceMs, () => {
        channel.signal('KILL')
        after(run.graceMs, () => {
          channel.close()
          finish(unproven(run, why, run.ended()))
        })
      })
    }
    const onAbort = (): void => ask('aborted')
    const onTimeUp = (): void => ask('timeout')

    let outputLost: Error | null = null
    const pass = (stream: OutputStream) => (bytes: Buffer): void => {
      if (outputLost !== null) return
      try {
        // A slice of a larger buffer: a copy is what the listener may keep.
        onOutput(stream, new Uint8Array(bytes))
      } catch (thrown) {
        // Thrown into ssh2 it would end the connection, and with it the command; the command is let to its end instead.
        outputLost = thrown instanceof Error ? thrown : new Error(String(thrown))
      }
    }
    channel.on('data', pass('stdout'))
    channel.stderr.on('data', pass('stderr'))
    const onEnd = (): void => {
      const ended = run.ended()
      if (outputLost !== null) finish(withoutOutput(run, outputLost, ended))
      else if (stop !== null) finish(ended === null ? unproven(run, stop, null) : stopped(run, stop, ended))
      else finish(ended === null ? lost(run) : toResult(ended))
    }
    channel.on('close', () => {
      if (channel.stderr.readableEnded) onEnd()
      else channel.stderr.once('end', onEnd)
    })
    // A write after the far end closed; `close` follows and decides.
    channel.on('error', () => undefined)

    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    if (run.timeUp !== undefined) run.timeUp.addEventListener('abort', onTimeUp, { once: true })
    else if (run.timeoutMs !== null) after(run.timeoutMs, onTimeUp)
    channel.write(run.input)
  })
}

function toResult(ended: NonNullable<Ended>): HostResult {
  if ('signal' in ended) return { outcome: 'failed', reason: 'signal', signal: ended.signal }
  return ended.exitCode === 0 ? { outcome: 'succeeded', exitCode: 0 } : { outcome: 'failed', reason: 'exit', exitCode: ended.exitCode }
}

function stopped(run: ScriptRun, why: Stop, ended: NonNullable<Ended>): HostResult {
  const reason = why === 'timeout' ? `It was stopped after ${seconds(run.timeoutMs ?? 0)}` : 'It was stopped on request'
  return { outcome: 'failed', reason: why, message: `${reason} and ${howEnded(ended)} on ${run.place}.` }
}

function howEnded(ended: NonNullable<Ended>): string {
  return 'signal' in ended ? `ended by ${ended.signal}` : `ended with exit code ${ended.exitCode}`
}

function unproven(run: ScriptRun, why: Stop, ended: Ended): HostResult {
  if (!run.link.isAlive()) return lost(run)
  const reason = why === 'timeout' ? `ran longer than ${seconds(run.timeoutMs ?? 0)}` : 'was to be stopped'
  const seen = ended === null ? 'Its end was not seen.' : `It ${howEnded(ended)}, but something it started is still running and holds its output open.`
  return {
    outcome: 'unknown',
    code: 'ssh-abort-unproven',
    message: `The command on ${run.place} ${reason} and was sent TERM and KILL. ${seen}`,
    hint: 'It may still be running. Check the host, then retry or skip.',
  }
}

function withoutOutput(run: ScriptRun, reason: Error, ended: Ended): HostResult {
  return {
    outcome: 'unknown',
    code: 'ssh-output-lost',
    message: `The output of the command on ${run.place} could not be kept: ${reason.message}. ${ended === null ? 'Its end was not seen.' : `It ${howEnded(ended)}.`}`,
    hint: 'Mend what stopped the output (often a full disk), check the host, then retry or skip.',
  }
}

/** What is known when the link is gone after the command was sent: nothing. */
export function lost({ place, link }: Pick<ScriptRun, 'place' | 'link'>): HostResult {
  const loss = link.isAlive() ? null : link.loss()
  const what = loss === null ? 'the host closed the command without saying how it ended' : lossWords(loss, ' while the command ran')
  return {
    outcome: 'unknown',
    code: loss?.isFlood === true ? 'ssh-flood' : 'ssh-link-lost',
    message: `The command was sent to ${place}, and then ${what}: its result is unknown.`,
    hint: 'It may have finished, failed, or still be running. Check the host, then retry or skip.',
    ...((loss?.hop ?? null) !== null && { hop: loss?.hop ?? '' }),
  }
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}
