import { own } from '../own.ts'
import type { ChecklistItem, Phase, Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'
import { readyIn } from './ready.ts'
import { findUndo } from './undo-step.ts'
import { gateBefore, type Breach, type HostState, type Rollback, type RunState, type RunStatus, type StepState } from './state.ts'

export { gateBefore } from './state.ts'

/** Which sequence a step belongs to: forward through the phases, or back. */
export type Lane = 'forward' | 'rollback'

export interface FoundStep {
  step: Step
  lane: Lane
  phase: Phase | null
}

/** Everything in a runbook that a person ticks and that is not a step. */
export function tickableItems(runbook: Runbook): { id: string; text: string; optional: boolean }[] {
  const asOptional = (item: { id: string; text: string }) => ({ id: item.id, text: item.text, optional: true })
  return [
    ...runbook.checklists.flatMap((group) => group.items),
    ...runbook.smokeTests.map(asOptional),
    ...runbook.validationQueries.map(asOptional),
    ...runbook.healthChecks.map((check) => ({ id: check.id, text: `${check.endpoint} answers ${check.expected}`, optional: true })),
    ...runbook.rollback.validation,
    ...runbook.postChecklist,
    ...runbook.followUps.map(asOptional),
  ]
}

export function findStep(runbook: Runbook, stepId: string): FoundStep | null {
  for (const phase of runbook.phases) {
    const step = phase.steps.find((candidate) => candidate.id === stepId)
    if (step) return { step, lane: 'forward', phase }
  }
  const step = runbook.rollback.steps.find((candidate) => candidate.id === stepId) ?? findUndo(runbook, stepId)
  return step ? { step, lane: 'rollback', phase: null } : null
}

/** As `findStep`; an undo on the hosts where it runs in this run. */
export function findRunStep(state: Pick<RunState, 'runbook' | 'rollback'>, stepId: string): FoundStep | null {
  const undo = undoSteps(state).find(({ id }) => id === stepId)
  return undo ? { step: undo, lane: 'rollback', phase: null } : findStep(state.runbook, stepId)
}

/** What this run's rollback takes back, in order. */
export const undoSteps = (state: Pick<RunState, 'rollback'>): Step[] => (state.rollback?.undo ?? []).map(({ step }) => step)

/** What is to be taken back ended in a way nobody knows and may be running still: a person looks before its undo begins. */
export const mayStillRun = (state: Pick<RunState, 'rollback'>, { id }: Step): boolean =>
  state.rollback?.undo?.find(({ step }) => step.id === id)?.certainty === 'unknown'

/** Everything this run's rollback does: what it takes back, then the rollback plan's own steps. */
export const rollbackSteps = (state: Pick<RunState, 'rollback' | 'runbook'>): Step[] => [...undoSteps(state), ...planSteps(state)]

/** Of the rollback plan; none when it goes back only to before a phase. */
export const planSteps = ({ rollback, runbook }: Pick<RunState, 'rollback' | 'runbook'>): Step[] => (rollback?.to ? [] : runbook.rollback.steps)

export const isEnded = (state: RunState): boolean => state.stage === 'ended'
export const isRollingBack = (state: RunState): boolean => state.rollback !== null && !isEnded(state)
/** Whether its commands run anywhere: in a live run, and in a rehearsal on other real hosts. */
export const isOnRealHosts = (state: Pick<RunState, 'mode' | 'inventory'>): boolean => state.mode === 'live' || state.inventory !== null
export const isRollbackFailed = ({ rollback, outcome }: RunState): boolean => rollback !== null && outcome === 'failed'
export const isManual = (step: Step): boolean => step.kind === 'manual'
export const isDone = (step: StepState | undefined): boolean => step?.status === 'succeeded' || step?.status === 'skipped'
const isStuck = (step: StepState | undefined): boolean => step?.status === 'unknown' || (step?.status === 'failed' && step.retryAt === null)
const isRetrying = (step: StepState | undefined): boolean => step?.status === 'failed' && step.retryAt !== null

/** Whether a step did something on a host, or may have: everything but what was refused before it began. */
export const hasRunOn = (host: HostState | undefined): boolean =>
  host !== undefined && (host.ranBefore || (host.result !== null && !(host.result.outcome === 'failed' && host.result.reason === 'refused')))

export function stepState(state: RunState, stepId: string): StepState {
  const found = own(state.steps, stepId)
  if (!found) throw new Error(`the run has no step ${stepId}`)
  return found
}

/** The phase the run is in or waits in front of: the first that is not finished. */
export function currentPhase(state: RunState): Phase | null {
  return state.runbook.phases.find((phase) => state.phases[phase.id]?.finishedAt === null) ?? null
}

/** The steps that matter now, in order: the current phase's; once the rollback has begun what it takes back, then its plan's. */
export function laneSteps(state: RunState): Step[] {
  if (state.rollback) return rollbackLane(state, state.rollback)
  return currentPhase(state)?.steps ?? []
}

export const isInLane = (state: RunState, { id }: Step): boolean => laneSteps(state).some((step) => step.id === id)

/** None while forward steps have not ended. */
function rollbackLane(state: RunState, { undo, to }: Rollback): Step[] {
  if (undo === null) return []
  return undo.every(({ step }) => isDone(state.steps[step.id])) ? (to === null ? state.runbook.rollback.steps : []) : undoSteps(state)
}

/** In the document's order, then what the rollback runs. Asked after every event: each step is looked at once. */
export function runningSteps(state: RunState): FoundStep[] {
  const isRunning = ({ id }: Step): boolean => state.steps[id]?.status === 'running'
  const back = [...state.runbook.rollback.steps, ...undoSteps(state)]
  return [
    ...state.runbook.phases.flatMap((phase) => phase.steps.filter(isRunning).map((step): FoundStep => ({ step, lane: 'forward', phase }))),
    ...back.filter(isRunning).map((step): FoundStep => ({ step, lane: 'rollback', phase: null })),
  ]
}

/** Running work that is on a host or a clock, not in a person's hands. */
export const automatedRunning = (state: RunState): FoundStep[] => runningSteps(state).filter(({ step }) => !isManual(step))

/** The failed or unknown steps that hold the lane. */
export const stuckSteps = (state: RunState): Step[] => laneSteps(state).filter((step) => isStuck(state.steps[step.id]))

/** The step that failed and will be tried again by itself, or null. */
export const retryingStep = (state: RunState): Step | null => laneSteps(state).find((step) => isRetrying(state.steps[step.id])) ?? null

/** What is in progress or needs a decision now: running or about to be tried again first, then failed or unknown. */
export function currentStep(state: RunState): Step | null {
  const steps = laneSteps(state)
  return steps.find((step) => state.steps[step.id]?.status === 'running') ?? retryingStep(state) ?? steps.find((step) => isStuck(state.steps[step.id])) ?? null
}

/** What begins next, of what has not: first what waits for no other, in this lane; at a gate, in the phase behind it. */
export function nextStep(state: RunState): Step | null {
  const lanes = state.rollback ? [laneSteps(state), planSteps(state)] : [laneSteps(state), ...state.runbook.phases.map((phase) => phase.steps)]
  for (const steps of lanes) {
    const next = readyIn(state, steps)[0] ?? steps.find((step) => state.steps[step.id]?.status === 'planned')
    if (next) return next
  }
  return null
}

/** The first step of the lane that has not begun and waits for no other. */
export const nextInLane = (state: RunState): Step | null => readyIn(state, laneSteps(state))[0] ?? null

/** What a person types to start a step marked `danger`. */
export const environmentName = (state: RunState): string => (state.runbook.overview.environment ?? state.runbook.title).trim()

/** The gate that waits for a go or no-go, or null. */
export function waitingGate(state: RunState): { gateId: string; phase: Phase } | null {
  if (state.rollback || isEnded(state)) return null
  const phase = currentPhase(state)
  if (!phase) return null
  const gateId = gateBefore(phase.id)
  const gate = own(state.gates, gateId)
  return gate && (gate.state === 'reached' || gate.state === 'no-go') ? { gateId, phase } : null
}

const openRequired = (state: RunState, items: ChecklistItem[]): OpenItem[] =>
  items.filter((item) => !item.optional && state.items[item.id]?.state === 'open').map((item) => ({ id: item.id, text: item.text, line: item.range.line }))

export interface OpenItem {
  id: string
  text: string
  line: number
}

/** What still keeps a gate shut: required pre-deployment items, and steps of earlier phases that are neither done nor skipped. */
export function openItems(state: RunState, gateId: string): OpenItem[] {
  const index = state.runbook.phases.findIndex((phase) => gateBefore(phase.id) === gateId)
  const items = state.runbook.checklists.flatMap((group) => openRequired(state, group.items))
  const steps = state.runbook.phases.slice(0, Math.max(index, 0)).flatMap((phase) => phase.steps)
    .filter((step) => !isDone(state.steps[step.id]))
    .map((step) => ({ id: step.id, text: step.title, line: step.range.line }))
  return [...items, ...steps]
}

/** What still keeps the run from being finished. */
export function openBeforeFinish(state: RunState): OpenItem[] {
  return openRequired(state, state.rollback ? state.runbook.rollback.validation : state.runbook.postChecklist)
}

export const openBreaches = (state: RunState): Breach[] => state.breaches.filter((breach) => breach.closedAt === null && breach.override === null)

/** Fired rollback triggers nobody has answered yet: they hold automatic progress. */
export const holdingTriggers = (state: RunState): Breach[] => openBreaches(state).filter((breach) => breach.triggerId !== null)

export function statusOf(state: RunState): RunStatus {
  if (state.outcome) return `ended-${state.outcome}`
  if (state.stage === 'planned') return 'planned'
  if (state.aborting) return 'aborting'
  const stuck = stuckSteps(state).map((step) => state.steps[step.id]?.status)
  if (stuck.includes('unknown')) return 'unknown'
  if (stuck.includes('failed')) return 'failed'
  if (state.paused) return 'paused'
  if (state.rollback) return 'rolling-back'
  if (state.stage === 'monitoring') return 'monitoring'
  return automatedRunning(state).length > 0 || retryingStep(state) ? 'running' : 'waiting'
}
