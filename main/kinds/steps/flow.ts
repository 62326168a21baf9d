import { z } from 'zod'
import { flowOf } from '#domain/flow/attributes.ts'
import type { HostResult, Step } from '#domain/step.ts'

/** These attributes as a kind's schema takes them; what their values mean `flowFaults` says. */
export function flowShape(names: readonly string[]): Record<string, z.ZodOptional<z.ZodString>> {
  return Object.fromEntries(names.map((name) => [name, z.string().optional()]))
}

/** What is wrong with these of a step's attributes; the others are unknown to its kind, which is said elsewhere. */
export function flowFaults(step: Step, names: readonly string[]): { code: string; message: string; hint: string }[] {
  const known = { ...step, attributes: Object.fromEntries(Object.entries(step.attributes).filter(([name]) => names.includes(name))) }
  return flowOf(known).problems
}

/** The result of a step that was not sent, because its attributes would not be honoured. */
export const notSent = ({ code, message }: { code: string; message: string }): HostResult =>
  ({ outcome: 'failed', reason: 'refused', code, message, hint: 'Nothing was run. Mend the step in the runbook, then retry.' })
