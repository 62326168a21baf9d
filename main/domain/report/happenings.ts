import { formatDuration } from '../duration.ts'
import { clockEntriesOf } from '../forecast/attempts.ts'
import type { ClockEntry } from '../forecast/clock-ledger.ts'
import type { RunEvent, StoredEvent } from '../run/events.ts'
import { LOCAL_HOST } from '../step.ts'
import type { BefallenReport } from './work-model.ts'

/** What befell each step besides its attempts, as the journal tells it; and how often, over the whole run. */
export interface Befallen {
  steps: Map<string, BefallenReport[]>
  linksLost: number
  linksRestored: number
  retriesByThemselves: number
  notDurableSteps: number
  notCaptured: number
  /** What the clocks did, in order. */
  clocks: ClockEntry[]
}

interface Tale {
  told: Befallen
  /** Since when a link is lost, by step, attempt and host. */
  lostAt: Map<string, number>
  /** When the retry that may begin by itself was planned, by step. */
  scheduledAt: Map<string, number>
  notDurable: Set<string>
}

export function befallenOf(events: StoredEvent[]): Befallen {
  const told: Befallen = { steps: new Map(), linksLost: 0, linksRestored: 0, retriesByThemselves: 0, notDurableSteps: 0, notCaptured: 0, clocks: clockEntriesOf(events) }
  const tale: Tale = { told, lostAt: new Map(), scheduledAt: new Map(), notDurable: new Set() }
  const isRehearsal = isRehearsed(events)
  for (const { event } of events) {
    // A rehearsal's hosts are stand-ins: that they are not durable says nothing of the real ones.
    if (isRehearsal && event.type === 'host-started') continue
    const words = wordsOf(event, tale)
    if (words === null || !('stepId' in event)) continue
    told.steps.set(event.stepId, [...(told.steps.get(event.stepId) ?? []), { at: event.at, words }])
  }
  told.notDurableSteps = tale.notDurable.size
  return told
}

/** Whether its hosts were stand-ins. */
export const isRehearsed = (events: StoredEvent[]): boolean => events.some(({ event }) => event.type === 'run-created' && event.mode === 'rehearsal' && event.inventory === undefined)

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>
type Tellers = { [T in RunEvent['type']]?: (event: EventOf<T>, tale: Tale) => string | null }

const tellers: Tellers = {
  'host-started': notDurable, 'host-link-lost': linkLost, 'host-link-restored': linkRestored,
  'retry-scheduled': scheduled, 'step-started': retried, 'value-captured': captured, 'host-probed': probed, 'output-lost': outputLost,
}

function wordsOf(event: RunEvent, tale: Tale): string | null {
  const teller = tellers[event.type] as ((event: RunEvent, tale: Tale) => string | null) | undefined
  return teller === undefined ? null : teller(event, tale)
}

function scheduled({ stepId, at }: EventOf<'retry-scheduled'>, { scheduledAt }: Tale): null {
  scheduledAt.set(stepId, at)
  return null
}

function notDurable({ stepId, host, attempt, durable, why = '' }: EventOf<'host-started'>, { notDurable: steps }: Tale): string | null {
  if (durable !== false) return null
  steps.add(stepId)
  return `${onHost(host)}not durable, a lost link would have left its outcome unknown${later(attempt)}${because(why)}`
}

function linkLost(event: EventOf<'host-link-lost'>, { told, lostAt }: Tale): string {
  told.linksLost += 1
  lostAt.set(linkOf(event), event.at)
  return `${onHost(event.host)}link lost while the work went on there${later(event.attempt)}${because(event.message)}`
}

function linkRestored(event: EventOf<'host-link-restored'>, { told, lostAt }: Tale): string {
  told.linksRestored += 1
  const since = lostAt.get(linkOf(event))
  return `${onHost(event.host)}link restored${since === undefined ? '' : ` after ${formatDuration(event.at - since)}`}, followed again without a gap${later(event.attempt)}`
}

/** A person may be faster than the time it was planned for. */
function retried({ stepId, attempt, at, by }: EventOf<'step-started'>, { told, scheduledAt }: Tale): string | null {
  const since = scheduledAt.get(stepId)
  scheduledAt.delete(stepId)
  if (since === undefined || by !== 'holdpoint') return null
  told.retriesByThemselves += 1
  return `Attempt ${attempt} began by itself after ${formatDuration(at - since)}`
}

function captured({ host, name, value, why }: EventOf<'value-captured'>, { told }: Tale): string {
  if (value !== null) return `${onHost(host)}captured ${name} = ${value}`
  told.notCaptured += 1
  return `${onHost(host)}no value captured for ${name}${because(why)}`
}

function outputLost({ host, bytes, attempt }: EventOf<'output-lost'>): string {
  return `${onHost(host)}${bytes} bytes of its output could not be stored and are lost${later(attempt)}`
}

function probed({ host, findings, attempt, proved }: EventOf<'host-probed'>): string {
  return `${onHost(host)}asked what became of it${later(attempt)}: ${findings.join(' ')}${proved ? '' : ' That proves no outcome.'}`
}

const linkOf = ({ stepId, attempt, host }: { stepId: string; attempt: number; host: string }): string => JSON.stringify([stepId, attempt, host])
const onHost = (host: string): string => (host === LOCAL_HOST ? '' : `${host}: `)
const later = (attempt: number): string => (attempt > 1 ? `, attempt ${attempt}` : '')
const because = (text: string): string => (text === '' ? '' : `: ${text}`)
