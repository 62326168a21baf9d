import { own } from '../own.ts'
import type { RunEvent, RunFact, RunMode, StoredEvent } from '../run/events.ts'
import type { StepOutcome } from '../step.ts'
import { isBlind, type ClockEntry } from './clock-ledger.ts'

/** A run as storage holds it. */
export interface PastRun {
  /** Its journal, or what of it `ATTEMPT_EVENTS` and, in a run that was paused, `HOST_EVENTS` name; then with `run`. */
  events: readonly Pick<StoredEvent, 'event'>[]
  /** Where the first event is left out, which holds the whole runbook. */
  run?: { runId: string; mode: RunMode }
  /** What its clocks did, where the events do not say. */
  ledger?: readonly ClockEntry[]
}

/** What the clocks did during a run, as it was recorded. */
export const clockEntriesOf = (events: readonly Pick<StoredEvent, 'event'>[]): ClockEntry[] => events.flatMap(({ event }) => (event.type === 'clock-noted' ? [event.entry] : []))

/** One attempt of one step that has ended, in one run. */
export interface Attempt {
  runId: string
  mode: RunMode
  stepId: string
  attempt: number
  /** When it began, epoch ms. */
  at: number
  /** How long it took, without what it stood still for a pause. */
  ms: number
  outcome: StepOutcome
  /** Whether it ran on all the step's hosts: a retry runs only where it has not succeeded. */
  isWhole: boolean
  /** The clock jumped, the link was lost or nobody was watching while it ran: when it really ended is not known. */
  isBlurred: boolean
}

/**
 * The attempts of a run that ended, in one pass over its journal. Gates lie between steps, so waiting at one is in no attempt.
 * A pause counts as standing still only while no host is at work: a command on a host goes on through it.
 */
export function attemptsOfRun({ events, run, ledger = clockEntriesOf(events) }: PastRun): Attempt[] {
  const walk: Walk = {
    run: run ?? null, paused: false, open: new Map(), fullHosts: new Map(), attempts: [],
    disturbances: ledger.filter((entry) => isBlind(entry) || entry.kind === 'wall-jump'),
  }
  for (const { event } of events) {
    const read = own(readers as Record<string, (walk: Walk, event: RunEvent) => void>, event.type)
    read?.(walk, event)
  }
  return walk.attempts
}

interface OpenAttempt {
  attempt: number
  at: number
  hosts: number
  busy: Set<string>
  /** Since when it has stood still; null while it does not. */
  heldSince: number | null
  heldMs: number
  linkLost: boolean
}

interface Walk {
  run: { runId: string; mode: RunMode } | null
  paused: boolean
  open: Map<string, OpenAttempt>
  /** The most hosts a step was started on. */
  fullHosts: Map<string, number>
  attempts: Attempt[]
  disturbances: ClockEntry[]
}

type EventOf<T extends RunFact['type']> = Extract<RunEvent, { type: T }>

const readers: { [T in RunFact['type']]?: (walk: Walk, event: EventOf<T>) => void } = {
  'run-created': (walk, { runId, mode }) => { walk.run = { runId, mode } },
  // A retry of what failed in the run before leaves out the hosts where it had succeeded.
  'outcomes-inherited': (walk, { steps }) => { for (const [stepId, { hosts }] of Object.entries(steps)) walk.fullHosts.set(stepId, Object.keys(hosts).length) },
  'step-started': (walk, { stepId, attempt, hosts, at }) => {
    walk.fullHosts.set(stepId, Math.max(hosts.length, walk.fullHosts.get(stepId) ?? 0))
    walk.open.set(stepId, { attempt, at, hosts: hosts.length, busy: new Set(), heldSince: walk.paused ? at : null, heldMs: 0, linkLost: false })
  },
  'host-started': (walk, event) => work(walk, event, (step) => step.busy.add(event.host)),
  'host-link-lost': (walk, event) => work(walk, event, (step) => { step.linkLost = true }),
  'host-finished': (walk, event) => work(walk, event, (step) => step.busy.delete(event.host)),
  'run-paused': (walk, { at }) => pause(walk, true, at),
  'run-resumed': (walk, { at }) => pause(walk, false, at),
  'rollback-started': (walk, { at }) => pause(walk, false, at),
  'step-finished': finish,
  // A person closed it: nobody knows how long the work itself would have taken.
  'step-skipped': (walk, { stepId }) => { walk.open.delete(stepId) },
  'step-resolved': (walk, { stepId }) => { walk.open.delete(stepId) },
}

/** What says how long steps took. */
export const ATTEMPT_EVENTS: readonly RunFact['type'][] = [...(Object.keys(readers) as RunFact['type'][]), 'clock-noted' as const].filter((type) => type !== 'run-created' && type !== 'host-started' && type !== 'host-finished')
/** What a pause was to a step: it goes on while a host is at work. */
export const HOST_EVENTS: readonly RunFact['type'][] = ['host-started', 'host-finished']

function work(walk: Walk, { stepId, attempt, at }: { stepId: string; attempt: number; at: number }, change: (step: OpenAttempt) => void): void {
  const step = walk.open.get(stepId)
  if (step?.attempt !== attempt) return
  change(step)
  hold(step, walk.paused && step.busy.size === 0, at)
}

function pause(walk: Walk, paused: boolean, at: number): void {
  walk.paused = paused
  for (const step of walk.open.values()) hold(step, paused && step.busy.size === 0, at)
}

function hold(step: OpenAttempt, isHeld: boolean, at: number): void {
  if (isHeld) step.heldSince ??= at
  else if (step.heldSince !== null) {
    step.heldMs += at - step.heldSince
    step.heldSince = null
  }
}

function finish({ run, open, fullHosts, attempts, disturbances }: Walk, event: EventOf<'step-finished'>): void {
  const step = open.get(event.stepId)
  if (run === null || step?.attempt !== event.attempt) return
  hold(step, false, event.at)
  open.delete(event.stepId)
  attempts.push({
    ...run, stepId: event.stepId, attempt: step.attempt, at: step.at, ms: Math.max(0, event.at - step.at - step.heldMs), outcome: event.outcome,
    isWhole: step.hosts === fullHosts.get(event.stepId),
    isBlurred: step.linkLost || disturbances.some((entry) => Math.min(entry.from, entry.to) < event.at && Math.max(entry.from, entry.to) > step.at),
  })
}
