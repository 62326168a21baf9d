import { own } from '../own.ts'
import { askedBy } from '../secrets/asked.ts'
import type { Step } from '../step.ts'
import type { RunState } from './state.ts'

/** What persons gave a step that is in trouble: the secrets that may have been wrong, and those forgotten since. Empty for any other step. */
export function givenSecrets(state: RunState, step: Step): { given: string[]; forgotten: string[] } {
  const { status, finishedAt, hosts } = state.steps[step.id] ?? { status: 'planned', finishedAt: null, hosts: {} }
  const wasGiven = Object.values(hosts).some(({ result }) => result !== null && !('code' in result && result.code === 'secret-not-given'))
  if (state.mode === 'rehearsal' || (status !== 'failed' && status !== 'unknown') || !wasGiven) return { given: [], forgotten: [] }
  const names = askedBy(step)
  const isForgotten = (name: string): boolean => (own(state.forgotten, name) ?? -Infinity) >= (finishedAt ?? Infinity)
  return { given: names.filter((name) => !isForgotten(name)), forgotten: names.filter(isForgotten) }
}
