import { own } from '../../own.ts'
import { LOCAL_HOST, type Step } from '../../step.ts'
import type { RunState } from '../state.ts'
import { isManual } from '../view.ts'

/** The hosts a step is recorded under: its own but for excluded ones, `local` for work without hosts, none for a person's. */
export function hostsOf(state: RunState, step: Step): string[] {
  if (isManual(step)) return []
  return step.hosts.length > 0 ? includedHosts(state, step) : [LOCAL_HOST]
}

export const isExcluded = (state: RunState, host: string): boolean => own(state.excluded, host) !== undefined
export const includedHosts = (state: RunState, step: Step): string[] => step.hosts.filter((host) => !isExcluded(state, host))

/** Every host it would run on has been taken out of this run. */
export const hasNoHostLeft = (state: RunState, step: Step): boolean => !isManual(step) && step.hosts.length > 0 && includedHosts(state, step).length === 0

export const NO_HOST_LEFT = 'Every host it runs on has been excluded from this run.'
