import { flowOf } from '#domain/flow/attributes.ts'
import { secretsIn } from '#domain/flow/surroundings.ts'
import type { Runbook, SourceRange } from '#domain/runbook.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { Step } from '#domain/step.ts'
import { authOf } from './auth.ts'
import { secretOf } from './sources/secret.ts'

/** A place of a runbook that names a secret. */
export interface NamedSecret {
  secret: SecretReference
  /** Who needs it and what becomes of that without it, for people. */
  who: string
  without: string
  range: SourceRange | undefined
}

/** Every secret that a runbook names, in its steps and then in its metric sources. */
export function secretsOf({ phases, rollback, inventory }: Runbook): NamedSecret[] {
  const steps = [...phases.flatMap((phase) => phase.steps), ...rollback.steps]
  return [
    ...steps.flatMap((step) => secretsOfStep(step).map(({ name, secret }) => ({ secret, who: `The step "${step.title}" needs a secret ${name === null ? 'to be let in' : `as ${name}`}.`, without: 'The step is refused while that is so.', range: step.range }))),
    ...inventory.sources.flatMap((source) => {
      const secret = secretOf(source)
      return secret === null ? [] : [{ secret, who: `The metric "${source.metric}" needs a secret to be read.`, without: 'It has no data while that is so.', range: source.range }]
    }),
  ]
}

/** The secrets a step names: variables of its script by their names, and the header that lets its request in. */
export function secretsOfStep(step: Step): { name: string | null; secret: SecretReference }[] {
  const auth = step.kind === 'http' ? authOf(step.attributes['auth']) : undefined
  return auth === undefined ? secretsIn(flowOf(step).flow.env) : [{ name: null, secret: auth.secret }]
}
