import { flowOf } from '../flow/attributes.ts'
import { ordersOf } from '../forecast/lane.ts'
import { own } from '../own.ts'
import { FIRST_TOKEN } from './lead.ts'
import type { Undo } from './undo.ts'
import { withSteps } from './undo-step.ts'
import { hasRunOn, tickableItems } from './view.ts'
import { gateBefore, type Breach, type GateState, type HostState, type ReturnGate, type RunState, type StepState } from './state.ts'
import type { RunEvent, RunFact, StoredEvent } from './events.ts'

type FactOf<T extends RunFact['type']> = Extract<RunEvent, { type: T }>
type Evolvers = { [T in Exclude<RunFact['type'], 'run-created'>]: (state: RunState, event: FactOf<T>) => Partial<RunState> }

/** Folds one event into the state; the first must be `run-created`. Main and the renderer both use this. */
export function evolve(state: RunState | null, stored: Pick<StoredEvent, 'seq' | 'event'>): RunState {
  const { event, seq } = stored
  if (event.type === 'run-created') return { ...created(event), version: seq }
  if (!state) throw new Error(`run log starts with ${event.type} instead of run-created`)
  const change = evolvers[event.type] as (state: RunState, event: RunEvent) => Partial<RunState>
  return { ...state, ...change(state, event), version: seq, lastEventAt: event.at, control: event.by === 'holdpoint' ? state.control : event.by }
}

const CLOSED: GateState = { state: 'closed', reachedAt: null, at: null, by: null, reason: '' }
const PLANNED: StepState = { status: 'planned', attempt: 0, startedAt: null, finishedAt: null, by: null, message: '', retryAt: null, ignored: false, autoRetries: 0, inherited: null, hosts: {} }

function created(event: FactOf<'run-created'>): RunState {
  const { runbook } = event
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
  return {
    id: event.runId, version: 0, mode: event.mode, speed: event.speed, automatic: event.automatic,
    runbookId: event.runbookId, revision: event.revision, runbook, orders: ordersOf(runbook), inventory: event.inventory ?? null, resumes: null, firstPlan: null,
    stage: 'planned', outcome: null, paused: null,
    createdAt: event.at, createdBy: event.by, startedAt: null, finishedAt: null, lastEventAt: event.at,
    items: Object.fromEntries(tickableItems(runbook).map((item) => [item.id, { state: 'open' as const, at: null, by: null, note: '' }])),
    steps: Object.fromEntries(steps.map((step) => [step.id, PLANNED])),
    gates: Object.fromEntries(runbook.phases.map((phase) => [gateBefore(phase.id), CLOSED])),
    phases: Object.fromEntries(runbook.phases.map((phase) => [phase.id, { startedAt: null, finishedAt: null }])),
    excluded: {}, returnGates: {}, returnPassed: null, breaches: [], silent: {}, silentWhy: {}, unwatched: {}, forgotten: {}, verdicts: {}, baseline: null, control: event.by, captured: {}, notes: [],
    messages: Object.fromEntries(runbook.messages.map((message) => [message.id, { state: 'pending' as const, sentAt: [], by: null, note: '' }])),
    monitoring: null, followUp: null, rollback: null, partialRollbacks: [], aborting: null,
    lead: { machine: event.machine ?? null, token: FIRST_TOKEN, since: event.at, by: event.by }, fences: {}, hostChecks: {},
  }
}

const withStep = (state: RunState, stepId: string, change: (step: StepState) => Partial<StepState>): Partial<RunState> => {
  const step = own(state.steps, stepId)
  return step ? { steps: { ...state.steps, [stepId]: { ...step, ...change(step) } } } : {}
}

const QUEUED: HostState = { state: 'queued', startedAt: null, finishedAt: null, result: null, ranBefore: false, durable: null, linkLostAt: null, probe: null }

const withHost = (state: RunState, event: { stepId: string; host: string }, change: (host: HostState) => HostState): Partial<RunState> =>
  withStep(state, event.stepId, (step) => ({
    hosts: { ...step.hosts, [event.host]: change(own(step.hosts, event.host) ?? QUEUED) },
  }))

const withBreach = (state: RunState, event: { breachId: string }, change: Partial<Breach>): Partial<RunState> =>
  ({ breaches: state.breaches.map((breach) => (breach.id === event.breachId ? { ...breach, ...change } : breach)) })

const withReturnGate = (state: RunState, { stepId }: { stepId: string }, gate: ReturnGate): Partial<RunState> => ({ returnGates: { ...state.returnGates, [stepId]: gate } })

const withoutHosts = (excluded: string[]): string => `Succeeded on every host that is left; excluded: ${excluded.join(', ')}.`

const without = <T>(record: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))

/** Times of another run would stretch this one's: only that a step was done then is kept, beside it. */
function inherit(state: RunState, event: FactOf<'outcomes-inherited'>): Partial<RunState> {
  const steps = Object.entries(event.steps).flatMap(([id, { at, hosts, ...kept }]): [string, StepState][] => {
    const step = own(state.steps, id)
    return step ? [[id, { ...step, ...kept, inherited: { at }, hosts: Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, { ...QUEUED, ...host }])) }]] : []
  })
  const passed: GateState = { state: 'go', reachedAt: null, at: event.at, by: event.by, reason: 'Passed in the run before.' }
  return {
    resumes: { runId: event.fromRunId, from: event.from }, firstPlan: event.firstPlan ?? null, steps: { ...state.steps, ...Object.fromEntries(steps) },
    items: { ...state.items, ...event.items }, captured: event.captured, excluded: event.excluded,
    phases: { ...state.phases, ...Object.fromEntries(event.phases.map((id) => [id, { startedAt: event.at, finishedAt: event.at }])) },
    gates: { ...state.gates, ...Object.fromEntries(event.phases.map((id) => [gateBefore(id), passed])) },
  }
}

/** An attempt of an earlier undo of the same step is never numbered again. */
function planUndo(state: RunState, { undo }: { undo: Undo[] }): Partial<RunState> {
  const planned = withSteps(state.runbook, undo)
  const fresh = planned.map(({ step: { id } }): [string, StepState] => [id, { ...PLANNED, attempt: own(state.steps, id)?.attempt ?? 0 }])
  return { rollback: state.rollback && { ...state.rollback, undo: [...(state.rollback.undo ?? []), ...planned] }, steps: { ...state.steps, ...Object.fromEntries(fresh) } }
}

/** Planned again is what has been taken back; its attempts stay numbered on, for the record and for what hosts keep. */
function restoreBoundary(state: RunState, { phaseId, at }: FactOf<'phase-boundary-restored'>): Partial<RunState> {
  const from = state.runbook.phases.findIndex(({ id }) => id === phaseId)
  const phases = state.runbook.phases.slice(from)
  const steps = phases.flatMap((phase) => phase.steps)
  const names = new Set(steps.flatMap((step) => flowOf(step).flow.captures.map(({ name }) => name)))
  const { startedAt = at, by = '', reason = '', undo } = state.rollback ?? {}
  return {
    stage: from === 0 ? 'preparation' : 'phases', rollback: null, monitoring: null, followUp: null,
    phases: { ...state.phases, ...Object.fromEntries(phases.map(({ id }) => [id, { startedAt: null, finishedAt: null }])) },
    gates: { ...state.gates, ...Object.fromEntries(phases.map(({ id }) => [gateBefore(id), CLOSED])) },
    steps: { ...state.steps, ...Object.fromEntries(steps.map(({ id }) => [id, { ...PLANNED, attempt: own(state.steps, id)?.attempt ?? 0 }])) },
    returnGates: Object.fromEntries(Object.entries(state.returnGates).filter(([id]) => !steps.some((step) => step.id === id))),
    captured: Object.fromEntries(Object.entries(state.captured).filter(([name]) => !names.has(name))),
    // A countdown that this answered does not go on.
    breaches: state.breaches.map((breach) => ({ ...breach, countdownEndsAt: null })),
    partialRollbacks: [...state.partialRollbacks, {
      startedAt, by, reason, to: phaseId, restoredAt: at, undone: (undo ?? []).map(({ stepId }) => stepId),
      undo: (undo ?? []).map(({ step }) => {
        const { status, startedAt: begun, finishedAt } = own(state.steps, step.id) ?? PLANNED
        return { step, status, startedAt: begun, finishedAt }
      }),
    }],
  }
}

const evolvers: Evolvers = {
  'outcomes-inherited': inherit,
  'run-started': (_, event) => ({ stage: 'preparation', startedAt: event.at }),
  'item-ticked': (state, event) => ({ items: { ...state.items, [event.itemId]: { state: 'ticked', at: event.at, by: event.by, note: event.note } } }),
  'item-unticked': (state, event) => ({ items: { ...state.items, [event.itemId]: { state: 'open', at: null, by: null, note: '' } } }),
  'item-waived': (state, event) => ({ items: { ...state.items, [event.itemId]: { state: 'waived', at: event.at, by: event.by, note: event.reason } } }),
  'gate-reached': (state, event) => ({ gates: { ...state.gates, [event.gateId]: { state: 'reached', reachedAt: event.at, at: null, by: null, reason: '' } } }),
  'gate-decided': (state, event) => ({
    gates: { ...state.gates, [event.gateId]: { state: event.decision, reachedAt: own(state.gates, event.gateId)?.reachedAt ?? event.at, at: event.at, by: event.by, reason: event.reason } },
  }),
  'phase-started': (state, event) => ({ stage: 'phases', phases: { ...state.phases, [event.phaseId]: { startedAt: event.at, finishedAt: null } } }),
  'phase-finished': (state, event) => ({
    phases: { ...state.phases, [event.phaseId]: { startedAt: own(state.phases, event.phaseId)?.startedAt ?? event.at, finishedAt: event.at } },
  }),
  'step-started': (state, event) => withStep(state, event.stepId, (step) => ({
    status: 'running', attempt: event.attempt, startedAt: event.at, finishedAt: null, by: event.by, message: '', retryAt: null, ignored: false, inherited: null, autoRetries: step.retryAt !== null && event.by === 'holdpoint' ? step.autoRetries + 1 : 0,
    hosts: { ...step.hosts, ...Object.fromEntries(event.hosts.map((host): [string, HostState] => [host, { ...QUEUED, ranBefore: hasRunOn(own(step.hosts, host)) }])) },
  })),
  'host-started': (state, event) => withHost(state, event, ({ ranBefore }) => ({ ...QUEUED, ranBefore, state: 'running', startedAt: event.at, durable: event.durable ?? null })),
  'host-link-lost': (state, event) => withHost(state, event, (host) => ({ ...host, linkLostAt: event.at })),
  'host-link-restored': (state, event) => withHost(state, event, (host) => ({ ...host, linkLostAt: null })),
  'host-finished': (state, event) => withHost(state, event, (host) => ({ ...host, state: event.result.outcome, finishedAt: event.at, result: event.result, linkLostAt: null })),
  'step-finished': (state, event) => withStep(state, event.stepId, (step) => ({
    status: event.outcome, finishedAt: event.at, message: event.message, by: event.by === 'holdpoint' ? step.by : event.by,
  })),
  'retry-scheduled': (state, event) => withStep(state, event.stepId, () => ({ retryAt: event.retryAt })),
  'value-captured': (state, event) => ({ captured: { ...state.captured, [event.name]: { ...own(state.captured, event.name), [event.host]: event.value } } }),
  'step-skipped': (state, event) => withStep(state, event.stepId, () => ({ retryAt: null, status: 'skipped', finishedAt: event.at, by: event.by, message: event.reason })),
  'failure-ignored': (state, event) => withStep(state, event.stepId, () => ({ retryAt: null, ignored: true, status: 'skipped', finishedAt: event.at, by: event.by, message: event.reason })),
  'host-excluded': (state, event) => ({ excluded: { ...state.excluded, [event.host]: { at: event.at, by: event.by, reason: event.reason } } }),
  'host-included': (state, event) => ({ excluded: without(state.excluded, event.host) }),
  'step-narrowed': (state, event) => withStep(state, event.stepId, () => ({ retryAt: null, status: 'succeeded', finishedAt: event.at, message: withoutHosts(event.excluded) })),
  'step-resolved': (state, event) => withStep(state, event.stepId, () => ({ retryAt: null, status: 'succeeded', finishedAt: event.at, by: event.by, message: event.evidence })),
  'output-lost': () => ({}),
  'fault-caused': () => ({}),
  'clock-noted': () => ({}),
  'probe-started': (state, event) => withStep(state, event.stepId, (step) => ({
    hosts: { ...step.hosts, ...Object.fromEntries(event.hosts.map((host): [string, HostState] => [host, { ...(own(step.hosts, host) ?? QUEUED), probe: { at: event.at, by: event.by, findings: null } }])) },
  })),
  'host-probed': (state, event) => withHost(state, event, (host) => ({ ...host, probe: { at: event.at, by: host.probe?.by ?? event.by, findings: event.findings } })),
  'pace-changed': (_, event) => ({ automatic: event.automatic }),
  'speed-changed': (_, event) => ({ speed: event.speed }),
  'run-paused': (_, event) => ({ paused: { at: event.at, by: event.by, reason: event.reason } }),
  'run-resumed': () => ({ paused: null }),
  'abort-requested': (_, event) => ({ stage: 'aborting', aborting: { at: event.at, by: event.by, reason: event.reason } }),
  'rollback-started': (_, event) => ({
    stage: 'rollback', paused: null,
    rollback: { startedAt: event.at, by: event.by, reason: event.reason, to: event.to ?? null, running: event.running ?? 'abort', undo: event.running === undefined ? [] : null },
  }),
  'undo-planned': planUndo,
  'rollback-widened': (state, event) => (state.rollback?.undo === null ? { rollback: { ...state.rollback, to: null } } : planUndo({ ...state, rollback: state.rollback && { ...state.rollback, to: null } }, event)),
  'phase-boundary-restored': restoreBoundary,
  'forward-abort-requested': (state) => ({ rollback: state.rollback && { ...state.rollback, running: 'abort' } }),
  'rollback-steps-finished': () => ({ stage: 'rollback-validation' }),
  'breach-opened': (state, event) => ({
    breaches: [...state.breaches, {
      id: event.breachId, thresholdId: event.thresholdId, triggerId: event.triggerId, metric: event.metric,
      openedAt: event.at, closedAt: null, evidence: event.evidence, override: null, watched: null, countdownEndsAt: null,
    }],
  }),
  'breach-closed': (state, event) => withBreach(state, event, { closedAt: event.at, countdownEndsAt: null }),
  'breach-overridden': (state, event) => withBreach(state, event, { override: { at: event.at, by: event.by, reason: event.reason }, countdownEndsAt: null }),
  'breach-watched': (state, event) => withBreach(state, event, { watched: { at: event.at, by: event.by, note: event.note }, countdownEndsAt: null }),
  'rollback-countdown-started': (state, event) => withBreach(state, event, { countdownEndsAt: event.endsAt }),
  'verdict-changed': (state, event) => ({ verdicts: { ...state.verdicts, [event.thresholdId]: { verdict: event.verdict, doubt: event.doubt, at: event.at } } }),
  'return-gate-reached': (state, event) => withReturnGate(state, event, { state: 'reached', numbers: event.numbers, at: event.at, by: event.by, reason: '' }),
  'return-gate-decided': (state, event) => ({
    ...withReturnGate(state, event, { state: event.decision, numbers: event.numbers, at: event.at, by: event.by, reason: event.reason }),
    ...(event.decision === 'go' && event.numbers.why === 'passed-already' && { returnPassed: { at: event.at, by: event.by, reason: event.reason } }),
  }),
  'baseline-chosen': (_, event) => ({ baseline: { from: event.from, to: event.to, takenAt: null, metrics: {} } }),
  'baseline-taken': (_, event) => ({ baseline: { from: event.from, to: event.to, takenAt: event.at, metrics: event.metrics } }),
  'no-data-noticed': (state, event) => ({ silent: { ...state.silent, [event.metric]: event.at }, silentWhy: event.why === undefined ? state.silentWhy : { ...state.silentWhy, [event.metric]: event.why } }),
  'data-returned': (state, event) => ({ silent: without(state.silent, event.metric), silentWhy: without(state.silentWhy, event.metric), unwatched: without(state.unwatched, event.metric) }),
  'no-data-accepted': (state, event) => ({ unwatched: { ...state.unwatched, [event.metric]: { at: event.at, by: event.by, reason: event.reason } } }),
  'secret-forgotten': (state, event) => ({ forgotten: { ...state.forgotten, [event.name]: event.at } }),
  'note-added': (state, event) => ({ notes: [...state.notes, { id: event.noteId, at: event.at, by: event.by, about: event.about, text: event.text }] }),
  'message-sent': (state, event) => ({
    messages: { ...state.messages, [event.messageId]: { state: 'sent', sentAt: [...(own(state.messages, event.messageId)?.sentAt ?? []), event.at], by: event.by, note: event.note } },
  }),
  'message-skipped': (state, event) => ({
    messages: { ...state.messages, [event.messageId]: { state: 'skipped', sentAt: own(state.messages, event.messageId)?.sentAt ?? [], by: event.by, note: event.reason } },
  }),
  'monitoring-started': (_, { at, endsAt, followUps }) => {
    const started = { startedAt: at, endsAt, endedAt: null }
    return followUps ? { stage: 'monitoring', followUp: { ...started, itemIds: followUps } } : { stage: 'monitoring', monitoring: started }
  },
  'monitoring-ended': (state, event) => ({
    stage: 'closing',
    ...(event.followUp ? { followUp: state.followUp && { ...state.followUp, endedAt: event.at } } : { monitoring: state.monitoring && { ...state.monitoring, endedAt: event.at } }),
  }),
  'lead-taken': (_, event) => ({ lead: { machine: event.machine, token: event.token, since: event.at, by: event.by }, fences: {} }),
  'host-fenced': (state, event) => ({ fences: { ...state.fences, [event.host]: { isRaised: true, message: '', above: null, strangers: event.strangers } } }),
  'host-fence-failed': (state, event) => ({ fences: { ...state.fences, [event.host]: { isRaised: false, message: event.message, above: event.above, strangers: [] } } }),
  'host-check-asked': () => ({}),
  'host-checked': (state, { host, durable, why, at }) => ({ hostChecks: { ...state.hostChecks, [host]: { at, durable, why } } }),
  'run-finished': (_, event) => ({ stage: 'ended', outcome: event.outcome, finishedAt: event.at, paused: null }),
}
