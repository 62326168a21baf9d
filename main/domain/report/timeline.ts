import { describeEvent } from '../run/describe.ts'
import type { RunEvent, StoredEvent } from '../run/events.ts'
import type { Runbook } from '../runbook.ts'
import { isRehearsed } from './happenings.ts'
import type { TimelineEntry } from './model.ts'

/** The journal in words, without the smooth comings and goings of single hosts: the steps' tables have those. */
export function timelineOf(events: StoredEvent[], runbook: Runbook): TimelineEntry[] {
  const rehearsed = isRehearsed(events)
  return events.flatMap(({ seq, event }) => (isSmall(event, rehearsed) ? [] : [{ seq, at: event.at, by: event.by, words: describeEvent(event, runbook), tone: toneOf(event) }]))
}

function isSmall(event: RunEvent, rehearsed: boolean): boolean {
  return event.type === 'verdict-changed' || (event.type === 'host-started' && (event.durable !== false || rehearsed)) || (event.type === 'host-finished' && event.result.outcome === 'succeeded')
}

function toneOf(event: RunEvent): TimelineEntry['tone'] {
  switch (event.type) {
    case 'breach-opened':
    case 'rollback-started':
    case 'forward-abort-requested':
    case 'rollback-widened':
    case 'host-fence-failed':
    case 'output-lost':
    case 'abort-requested':
      return 'bad'
    case 'no-data-noticed':
    case 'return-gate-reached':
    case 'no-data-accepted':
    case 'breach-watched':
    case 'rollback-countdown-started':
    case 'undo-planned':
    case 'phase-boundary-restored':
    case 'retry-scheduled':
    case 'host-link-lost':
    case 'breach-overridden':
    case 'item-waived':
    case 'step-skipped':
    case 'step-resolved':
    case 'failure-ignored':
    case 'host-excluded':
    case 'fault-caused':
    case 'host-probed':
    case 'step-narrowed':
    case 'run-paused':
    case 'message-skipped':
    case 'lead-taken':
    case 'clock-noted':
      return 'warning'
    case 'host-fenced':
      return event.strangers.length === 0 ? 'plain' : 'bad'
    case 'gate-decided':
    case 'return-gate-decided':
      return event.decision === 'go' ? 'good' : 'bad'
    case 'step-finished':
      return event.outcome === 'succeeded' ? 'good' : 'bad'
    case 'host-checked':
      return event.durable === true ? 'good' : 'warning'
    case 'host-started':
      return event.durable === false ? 'warning' : 'plain'
    case 'host-finished':
      return event.result.outcome === 'succeeded' ? 'plain' : 'bad'
    case 'run-finished':
      return event.outcome === 'succeeded' ? 'good' : 'bad'
    case 'phase-finished':
    case 'rollback-steps-finished':
    case 'breach-closed':
    case 'data-returned':
    case 'host-link-restored':
      return 'good'
    case 'run-created': case 'outcomes-inherited': case 'run-started': case 'item-ticked': case 'item-unticked': case 'gate-reached': case 'phase-started':
    case 'host-check-asked': case 'step-started': case 'probe-started': case 'pace-changed': case 'speed-changed': case 'run-resumed': case 'note-added': case 'secret-forgotten':
    case 'value-captured': case 'host-included': case 'message-sent': case 'monitoring-started': case 'monitoring-ended':
    case 'verdict-changed': case 'baseline-chosen': case 'baseline-taken':
      return 'plain'
  }
}
