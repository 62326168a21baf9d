import type { RunMode } from '../run/events.ts'
import type { Attempt } from './attempts.ts'
import { usualLengths } from './outliers.ts'

/** Why a length is not counted; the first that applies, in this order. */
export type Exclusion = 'by-hand' | 'rehearsal' | 'failed' | 'unknown' | 'only-some-hosts' | 'unclear-length' | 'outlier'

/** How long a step took once. Excluded ones are kept, so that people see what is not counted, and why. */
export interface DurationSample {
  runId: string
  attempt: number
  /** When it began, epoch ms. */
  at: number
  ms: number
  mode: RunMode
  excluded: Exclusion | null
}

/** By step id; oldest first. */
export type History = ReadonlyMap<string, readonly DurationSample[]>

export interface HistoryOptions {
  /** Count rehearsals too. */
  rehearsals?: boolean
  /** `sampleKey`s of what somebody has excluded. */
  byHand?: ReadonlySet<string>
}

/** Why a length is not counted, for people. */
export const EXCLUSION_WORDS: Readonly<Record<Exclusion, string>> = {
  'by-hand': 'excluded by hand', 'rehearsal': 'a rehearsal', 'failed': 'it failed', 'unknown': 'nobody knows how it ended',
  'only-some-hosts': 'ran on some of its hosts only', 'unclear-length': 'a lost link, sleep or a set clock blurs it', 'outlier': 'far from the others',
}

export const sampleKey = (sample: { runId: string; attempt: number }, stepId: string): string => `${sample.runId}/${stepId}/${sample.attempt}`

/**
 * How long each step took in earlier runs. A step is the same step while its id is, whatever else is edited. `runs` holds each
 * run's attempts (`attemptsOfRun`), which never change once a run is over and may be kept.
 */
export function historyOf(runs: readonly (readonly Attempt[])[], options: HistoryOptions = {}): History {
  const history = new Map<string, DurationSample[]>()
  for (const attempts of runs) {
    for (const attempt of attempts) {
      const { runId, attempt: number, at, ms, mode, stepId } = attempt
      const sample: DurationSample = { runId, attempt: number, at, ms, mode, excluded: exclusionOf(attempt, options) }
      const known = history.get(stepId)
      if (known) known.push(sample)
      else history.set(stepId, [sample])
    }
  }
  for (const samples of history.values()) {
    excludeOutliers(samples)
    samples.sort((one, other) => one.at - other.at)
  }
  return history
}

/** The lengths that count. */
export const countedLengths = (samples: readonly DurationSample[]): number[] => samples.filter((sample) => sample.excluded === null).map((sample) => sample.ms)

function exclusionOf(attempt: Attempt, { rehearsals = false, byHand }: HistoryOptions): Exclusion | null {
  if (byHand !== undefined && byHand.size > 0 && byHand.has(sampleKey(attempt, attempt.stepId))) return 'by-hand'
  if (attempt.mode === 'rehearsal' && !rehearsals) return 'rehearsal'
  if (attempt.outcome !== 'succeeded') return attempt.outcome
  if (!attempt.isWhole) return 'only-some-hosts'
  return attempt.isBlurred ? 'unclear-length' : null
}

function excludeOutliers(samples: DurationSample[]): void {
  const { least, most } = usualLengths(countedLengths(samples))
  for (const sample of samples) if (sample.excluded === null && (sample.ms < least || sample.ms > most)) sample.excluded = 'outlier'
}
