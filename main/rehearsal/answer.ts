import type { Clock, OutputStream } from '#kinds/ports.ts'
import type { PlannedOutcome } from './script.ts'

/** How a command in a rehearsal ended, or `dropped` when its connection is to be cut. */
export type AnswerEnd = { end: 'exit'; code: number } | { end: 'signal'; name: string } | { end: 'dropped' }

export interface AnswerWork {
  outcome: PlannedOutcome
  clock: Clock
  write: (stream: OutputStream, text: string) => void
  /** Aborted with the signal's name when the client asks the command to end, or when the client is gone. */
  signal: AbortSignal
}

/** Plays an outcome: its output line by line, spread over its length in rehearsal time, then its end. */
export async function playOutcome({ outcome, clock, write, signal }: AnswerWork): Promise<AnswerEnd> {
  const startedAt = clock.now()
  const isCut = outcome.fault === 'link-drop'
  const reach = async (share: number) => {
    const wait = startedAt + outcome.durationMs * share - clock.now()
    if (wait > 0) await clock.sleep(wait, signal)
  }

  try {
    for (const line of scheduledLines(outcome)) {
      if (isCut && line.share > 0.5) break
      await reach(line.share)
      signal.throwIfAborted()
      write(line.stream, line.text)
    }
    if (outcome.fault === 'hang') await clock.sleep(Infinity, signal)
    await reach(isCut ? 0.5 : 1)
    signal.throwIfAborted()
  } catch (thrown) {
    if (signal.aborted) return { end: 'signal', name: String(signal.reason) }
    throw thrown
  }
  return isCut ? { end: 'dropped' } : { end: 'exit', code: outcome.exitCode }
}

interface ScheduledLine {
  stream: OutputStream
  text: string
  /** When it appears, as a share of the outcome's length. */
  share: number
}

/** Both streams' lines in the order they appear; each stream is spread evenly over the whole length. */
function scheduledLines(outcome: PlannedOutcome): ScheduledLine[] {
  return [...spread('stdout', outcome.stdout), ...spread('stderr', outcome.stderr)].toSorted((first, second) => first.share - second.share)
}

function spread(stream: OutputStream, text: string): ScheduledLine[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  return lines.map((line, index) => ({ stream, text: line, share: (index + 1) / (lines.length + 1) }))
}
