import type { StepGate } from '../../forecast/no-return.ts'
import { Problem } from '../../problem.ts'
import type { RunCommand } from '../commands.ts'
import type { RunFact } from '../events.ts'
import type { RunState } from '../state.ts'
import type { Machine } from '../lead.ts'

export interface DecideContext {
  /** Epoch ms on the run's clock. */
  now: number
  /** Where this is decided; left out where nothing is carried out. */
  machine?: Machine
  /** Whether a step may begin by itself, by what earlier runs took; left out where nobody can say. */
  returnGate?(state: RunState, stepId: string, now: number): StepGate
}

export type CommandOf<T extends RunCommand['type']> = Extract<RunCommand, { type: T }>
export type Decide<T extends RunCommand['type']> = (state: RunState, command: CommandOf<T>, context: DecideContext) => RunFact[]

const UNCHANGED = 'Nothing was changed.'

/** A command the run cannot take now: why, and what to do instead. The state is always unchanged. */
export function refuse(code: string, why: string, instead: string): never {
  throw new Problem(code, why, `${instead} ${UNCHANGED}`.trim())
}

export function requireStarted(state: RunState): void {
  if (state.stage === 'planned') refuse('run-not-started', 'The run has not been started.', 'Start the run first.')
}

export function requireOpen(state: RunState): void {
  if (state.stage === 'ended') refuse('run-ended', `The run has ended (${state.outcome}).`, 'Start a new run of this runbook.')
}

export function requireActive(state: RunState): void {
  requireOpen(state)
  requireStarted(state)
  if (state.aborting) refuse('run-aborting', 'The run is being aborted.', 'Wait until the running steps have ended.')
}

export function requireHost(state: RunState, host: string): void {
  if (!state.runbook.inventory.hosts.some(({ name }) => name === host)) refuse('host-unknown', `The runbook has no host "${host}".`, 'Choose a host of this run.')
}
