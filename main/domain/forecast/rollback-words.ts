import { formatDuration } from '../duration.ts'
import type { Outlook } from './outlook.ts'
import { countsOf, describeCounts } from './standing.ts'

/** `Expected to take 15 min, p90 18 min (n=4)`: what a rollback would take now. */
export function rollbackWords({ rollback }: Pick<Outlook, 'rollback'>): string {
  const counts = countsOf(rollback.steps.map((step) => step.forecast.n))
  const basis = counts.most === 0 ? 'planned, n=0' : describeCounts(counts)
  const unknown = rollback.unknownLengths.length
  const known = rollback.steps.length - unknown
  if (rollback.steps.length === 0) return 'The runbook does not say how any of this is taken back.'
  if (known === 0) return 'Nobody knows how long it takes: no step says so, and none was ever done.'
  return `Expected to take ${formatDuration(rollback.p50)}, p90 ${formatDuration(rollback.p90)} (${basis})${unknown === 0 ? '.' : `, and ${unknown} ${unknown === 1 ? 'step' : 'steps'} of unknown length.`}`
}
