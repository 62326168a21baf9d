import { formatDuration } from './duration.ts'
import { own } from './own.ts'
import { releasedAt } from './run/follow-up.ts'
import type { RunState } from './run/state.ts'
import type { Message } from './runbook.ts'

/** When the plan wants a message sent, in words. */
export function whenOf(message: Message): string {
  const { timing } = message
  switch (timing.when) {
    case 'before': return `${formatDuration(timing.leadMs)} before`
    case 'start': return 'at the start'
    case 'every': return `every ${formatDuration(timing.everyMs)}`
    case 'issue': return 'when there is an issue'
    case 'success': return 'on success'
    case 'report': return 'with the report'
    case 'unclear': return { before: 'before the deployment', during: 'during the deployment', after: 'after the deployment' }[message.stage]
  }
}

/** When it is due, epoch ms on the run's clock; null for those that wait for something to happen or are done. */
export function dueAt(message: Message, state: RunState, windowStartAt: number | null): number | null {
  const known = own(state.messages, message.id)
  const { timing } = message
  if (known?.state === 'skipped') return null
  if (timing.when === 'every') return state.startedAt === null || state.finishedAt !== null || releasedAt(state) !== null ? null : (known?.sentAt.at(-1) ?? state.startedAt) + timing.everyMs
  if (known?.state === 'sent') return null
  if (timing.when === 'before') return windowStartAt === null ? null : windowStartAt - timing.leadMs
  if (timing.when === 'start') return state.startedAt
  return timing.when === 'success' ? releasedAt(state) : null
}
