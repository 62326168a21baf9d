import type { StoredEvent } from '../run/events.ts'
import { watchesOf } from '../run/follow-up.ts'
import type { RunState } from '../run/state.ts'
import type { FollowUpReport } from './model.ts'

/** What the runbook asked to be watched after the release, and what came of it; null when it asks for nothing. */
export function followUpReport(state: RunState, events: StoredEvent[]): FollowUpReport | null {
  const watches = watchesOf(state)
  if (watches.length === 0) return null
  const { startedAt = null, endsAt = null, endedAt: overAt = null } = state.followUp ?? {}
  const ended = overAt === null ? null : (events.flatMap(({ event }) => (event.type === 'monitoring-ended' && event.followUp ? [event] : [])).at(-1) ?? null)
  // A rollback or an abort leaves it without an end of its own.
  const endedAt = overAt ?? (startedAt === null ? null : (state.rollback?.startedAt ?? state.aborting?.at ?? null))
  return {
    texts: watches.map(({ text }) => text),
    plannedMs: startedAt === null || endsAt === null ? Math.max(...watches.map(({ watchMs }) => watchMs)) : endsAt - startedAt,
    startedAt, endsAt, endedAt, endedBy: ended?.by ?? null,
    endedBecause: ended?.reason ?? (endedAt === null ? '' : state.rollback ? 'the rollback took its place' : 'the run was aborted'),
    breaches: startedAt === null ? 0 : state.breaches.filter(({ openedAt }) => openedAt >= startedAt && openedAt <= (endedAt ?? Infinity)).length,
  }
}
