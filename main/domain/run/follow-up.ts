import { formatDuration } from '../duration.ts'
import { own } from '../own.ts'
import type { RunFact } from './events.ts'
import type { Monitoring, RunState } from './state.ts'
import { statusOf } from './view.ts'

type Watch = { id: string; text: string; watchMs: number }

/** The follow-up actions that the run does itself: it is watched for so long once the release is done. */
export const watchesOf = ({ runbook }: Pick<RunState, 'runbook'>): Watch[] =>
  runbook.followUps.flatMap(({ id, text, watchMs }) => (watchMs === undefined ? [] : [{ id, text, watchMs }]))

/** Those still to come. None once it goes back, and none that a person waived. */
export const watchesAhead = (state: RunState): Watch[] =>
  state.rollback || state.followUp ? [] : watchesOf(state).filter(({ id }) => own(state.items, id)?.state === 'open')

/** What is watched now, and until when (epoch ms); null when nothing is waited for. */
export function openMonitoring(state: RunState): (Monitoring & { isFollowUp: boolean }) | null {
  if (state.stage !== 'monitoring') return null
  if (state.followUp) return { ...state.followUp, isFollowUp: true }
  return state.monitoring && { ...state.monitoring, isFollowUp: false }
}

/** Until when the run is watched, where that is all it does; null otherwise. For what is said beside its status. */
export const monitoringEndsAt = (state: RunState): number | null => (statusOf(state) === 'monitoring' ? (openMonitoring(state)?.endsAt ?? null) : null)

/** When the release was done, whatever is watched after it; null before that, and once it goes back. */
export const releasedAt = ({ rollback, followUp, outcome, finishedAt }: RunState): number | null =>
  rollback ? null : (followUp?.startedAt ?? (outcome === 'succeeded' ? finishedAt : null))

/** The release is done and goes on being watched, for as long as the longest of its follow-up actions asks. */
export function startFollowUp(state: RunState, now: number): RunFact[] {
  const watches = watchesAhead(state)
  if (watches.length === 0) return []
  return [{ type: 'monitoring-started', endsAt: now + Math.max(...watches.map(({ watchMs }) => watchMs)), followUps: watches.map(({ id }) => id) }]
}

/** Each follow-up action whose own time is over is done; the others were cut short, and the reason stands with them. */
export function endMonitoringFor(state: RunState, reason: string, now: number): RunFact[] {
  const { followUp } = state
  if (!followUp) return [{ type: 'monitoring-ended', reason }]
  const items = watchesOf(state).filter(({ id }) => followUp.itemIds.includes(id) && own(state.items, id)?.state === 'open').map(({ id, watchMs }): RunFact => (
    now - followUp.startedAt >= watchMs
      ? { type: 'item-ticked', itemId: id, note: `${formatDuration(watchMs)} of follow-up monitoring are over.` }
      : { type: 'item-waived', itemId: id, reason: `Ended after ${formatDuration(now - followUp.startedAt)}: ${reason}` }
  ))
  return [...items, { type: 'monitoring-ended', reason, followUp: true }]
}
