import { own } from '../own.ts'
import type { RunState } from './state.ts'

/** From the beginning of the run to its first phase: production as it always is. Null before that is over, or when it took no time. */
export function beforeRelease({ startedAt, runbook, phases }: Pick<RunState, 'startedAt' | 'runbook' | 'phases'>): { from: number; to: number } | null {
  const to = own(phases, runbook.phases[0]?.id ?? '')?.startedAt ?? null
  return startedAt === null || to === null || to <= startedAt ? null : { from: startedAt, to }
}
