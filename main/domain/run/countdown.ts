import { formatDuration } from '../duration.ts'
import { touchedSteps } from './undo.ts'
import type { RunFact } from './events.ts'
import type { Breach, RunState } from './state.ts'
import { holdingTriggers } from './view.ts'

export interface Countdown {
  breach: Breach
  endsAt: number
}

/** Nobody saw a countdown that ended longer ago than this: Holdpoint was closed, or the machine slept. */
const UNSEEN_MS = 60_000

/** The announced rollback that is nearest, or null. */
export function rollbackCountdown(state: RunState): Countdown | null {
  if (state.rollback || state.aborting || state.stage === 'ended') return null
  const [first] = holdingTriggers(state)
    .flatMap((breach) => (breach.countdownEndsAt === null ? [] : [{ breach, endsAt: breach.countdownEndsAt }]))
    .toSorted((one, other) => one.endsAt - other.endsAt)
  return first ?? null
}

/** A trigger marked `auto` begins its countdown, unless nothing has been done yet that could be taken back. */
export function countdownFor(state: RunState, { breachId, triggerId }: { breachId: string; triggerId: string | null }, now: number): RunFact[] {
  const auto = autoOf(state, triggerId)
  const isForward = state.rollback === null && state.aborting === null && touchedSteps(state).size > 0
  return auto && isForward ? [{ type: 'rollback-countdown-started', breachId, endsAt: now + auto.countdownMs }] : []
}

/** What follows once a countdown is over: the rollback; or, when nobody can have seen it end, the whole countdown again. */
export function countdownOver(state: RunState, now: number): RunFact[] {
  const countdown = rollbackCountdown(state)
  if (countdown === null || now < countdown.endsAt) return []
  const { breach, endsAt } = countdown
  const auto = autoOf(state, breach.triggerId)
  if (auto && now - endsAt > UNSEEN_MS) return countdownFor(state, { breachId: breach.id, triggerId: breach.triggerId }, now)
  return [{ type: 'rollback-started', running: 'abort', reason: `“${breach.evidence.rule}” has fired, and nobody answered within ${formatDuration(auto?.countdownMs ?? 0)}.` }]
}

const autoOf = (state: RunState, triggerId: string | null) => state.runbook.rollback.triggers.find(({ id }) => id === triggerId)?.auto
