import { formatDuration } from '../duration.ts'
import type { MessageTiming } from '../runbook.ts'
import type { RunOutcome } from '../run/events.ts'
import type { RunStatus, StepStatus } from '../run/state.ts'
import type { FollowUpReport, OverviewReport } from './model.ts'
import type { ItemReport, StepReport } from './work-model.ts'
import type { Times } from './times.ts'

/** The outcome for a heading; a run that has not ended is never called anything better. */
export function outcomeWords({ outcome, status, monitoringEndsAt }: Pick<OverviewReport, 'outcome' | 'status' | 'monitoringEndsAt'>, times: Times): string {
  if (outcome !== null) return outcomes[outcome]
  return monitoringEndsAt === null ? `Not ended (${statusWords[status]})` : `Monitoring until ${times.full(monitoringEndsAt)}`
}

const outcomes: Record<RunOutcome, string> = { succeeded: 'Succeeded', failed: 'Failed', aborted: 'Aborted', 'rolled-back': 'Rolled back' }

const statusWords: Record<RunStatus, string> = {
  planned: 'planned', running: 'running', waiting: 'waiting', monitoring: 'monitoring', paused: 'paused', failed: 'a step has failed', unknown: 'a step has an unknown outcome',
  aborting: 'aborting', 'rolling-back': 'rolling back',
  'ended-succeeded': 'succeeded', 'ended-failed': 'failed', 'ended-aborted': 'aborted', 'ended-rolled-back': 'rolled back',
}

/** How the follow-up monitoring went, after the words of its actions. */
export function followUpWords({ plannedMs, startedAt, endsAt, endedAt, endedBy, endedBecause, breaches }: FollowUpReport, times: Times): string {
  if (startedAt === null) return `planned for ${formatDuration(plannedMs)}, not begun`
  const by = endedBy === null || endedBy === 'holdpoint' ? '' : ` by ${endedBy}`
  const end = endedAt === null ? `until ${times.exact(endsAt)}` : `ended${by} ${times.exact(endedAt)}, after ${formatDuration(endedAt - startedAt)}: ${endedBecause}`
  return `planned for ${formatDuration(plannedMs)}, started ${times.exact(startedAt)}, ${end} (${breaches === 0 ? 'no breach' : breaches === 1 ? '1 breach' : `${breaches} breaches`})`
}

/** When a message was planned to go out. */
export function timingWords(timing: MessageTiming): string {
  switch (timing.when) {
    case 'before': return `${formatDuration(timing.leadMs)} before`
    case 'start': return 'at the start'
    case 'every': return `every ${formatDuration(timing.everyMs)}`
    case 'issue': return 'if there is an issue'
    case 'success': return 'on success'
    case 'report': return 'with the report'
    case 'unclear': return 'at a time the runbook leaves open'
  }
}

/** When a step was expected as its run began: `22:10 – 22:20, p90 22:24, critical path`; empty when nobody could say. */
export function forecastWords({ forecast, p90EndAt, isCritical }: Pick<StepReport, 'forecast' | 'p90EndAt' | 'isCritical'>, times: Times): string {
  if (forecast.endAt === null) return ''
  const bad = p90EndAt === null || times.clock(p90EndAt) === times.clock(forecast.endAt) ? '' : `, p90 ${times.clock(p90EndAt)}`
  return `${times.span(forecast)}${bad}${isCritical ? ', critical path' : ''}`
}

/** What a table says of a step. */
export const stepWords: Record<StepStatus, string> = {
  planned: 'not started', running: 'running', succeeded: 'succeeded', failed: 'failed', unknown: 'unknown', skipped: 'skipped',
}

export const itemWords: Record<ItemReport['state'], string> = { ticked: 'ticked', waived: 'waived', open: 'open' }

/** What a reader of a rehearsal's report has to know first. */
export const rehearsedOn = (inventory: string | null): string => (inventory === null
  ? 'No production system was touched. Hosts and metrics were simulated.'
  : `Commands ran on the real hosts of “${inventory}”, not on those of a live run. Checks, metrics and secrets were simulated.`)
