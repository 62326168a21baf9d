import { flowOf } from '#domain/flow/attributes.ts'
import { secretsIn } from '#domain/flow/surroundings.ts'
import type { Step } from '#domain/step.ts'
import type { Ports } from '../ports.ts'

/** The values of a step's secrets by variable, which are hidden in its output from then on. Throws the Problem of one that cannot be had. */
export async function secretValues(step: Step, { secrets }: Pick<Ports, 'secrets'>, signal: AbortSignal): Promise<Record<string, string>> {
  const variables = secretsIn(flowOf(step).flow.env)
  if (variables.length === 0) return {}
  const values = await secrets.need(variables.map(({ secret }) => secret), `the step "${step.title}"`, signal)
  return Object.fromEntries(variables.map(({ name }, index) => [name, values[index] ?? '']))
}
