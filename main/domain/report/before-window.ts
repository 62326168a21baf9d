import type { RunMode } from '../run/events.ts'
import type { PhaseReport } from './work-model.ts'

/** How long before its change window opened a live run's first step began, as every attempt tells it; null when none did. A rehearsal's clock is not kept to a window. */
export function beforeWindowMs(mode: RunMode, phases: readonly PhaseReport[], opensAt: number | null): number | null {
  const begun = phases.flatMap(({ steps }) => steps.flatMap(({ attempts }) => attempts.map(({ startedAt }) => startedAt)))
  if (mode !== 'live' || opensAt === null || begun.length === 0) return null
  const earlyMs = opensAt - Math.min(...begun)
  return earlyMs >= 1000 ? earlyMs : null
}
