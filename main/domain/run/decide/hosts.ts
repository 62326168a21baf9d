import { LOCAL_HOST, type Step } from '../../step.ts'
import { isManual } from '../view.ts'

/** The hosts a step is recorded under: its own, `local` for work without hosts, none for a person's. */
export const hostsOf = (step: Step): string[] => (isManual(step) ? [] : step.hosts.length > 0 ? step.hosts : [LOCAL_HOST])
