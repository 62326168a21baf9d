import type { Runbook } from '../runbook.ts'
import type { Step } from '../step.ts'
import { parseReference } from './reference.ts'

/** The names of the secrets a person is asked for on behalf of a step. */
export const askedBy = ({ attributes }: Pick<Step, 'attributes'>): string[] => namesIn(Object.values(attributes))

/** The same for all of a runbook: its steps and its metric sources. */
export function askedIn({ phases, rollback, inventory }: Pick<Runbook, 'phases' | 'rollback' | 'inventory'>): string[] {
  const steps = [...phases.flatMap((phase) => phase.steps), ...rollback.steps]
  return namesIn([...steps.flatMap(({ attributes }) => Object.values(attributes)), ...inventory.sources.flatMap(({ settings }) => Object.values(settings).map(String))])
}

function namesIn(texts: readonly string[]): string[] {
  const references = texts.flatMap((text) => [...text.matchAll(/secret:[^\s"']+/g)].map(([written]) => parseReference(written)))
  return [...new Set(references.flatMap((reference) => (reference?.from === 'ask' ? [reference.name] : [])))]
}
