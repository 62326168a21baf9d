import { z } from 'zod'
import { flowOf, HOST_FLOW } from '#domain/flow/attributes.ts'
import { composeScript } from '#domain/flow/script.ts'
import { type Problem, toProblem } from '#domain/problem.ts'
import type { StepKind, StepWork } from '../kind.ts'
import { askAboutCommand } from './ask.ts'
import { flowFaults, flowShape, notSent } from './flow.ts'
import { secretValues } from './secrets.ts'

/** A shell script run over SSH on each of the step's hosts. Its exit code 0 is success. */
export const sh: StepKind = {
  kind: 'sh',
  label: 'Command over SSH',
  needsHosts: true,
  durable: true,
  attributes: z.strictObject(flowShape(HOST_FLOW)),
  // The document layer says when a command names no host.
  check: (step) => [
    ...(step.body.trim() === '' ? [{ code: 'command-missing', message: `The step "${step.title}" has an empty command.`, hint: 'Write the command between the fences, or take the block out to make it a step for a person.' }] : []),
    ...flowFaults(step, HOST_FLOW),
  ],
  ask: askAboutCommand,
  run: async (work) => {
    const { step, attempt, job, host, ports, onOutput, signal } = work
    if (!host) return notSent({ code: 'hosts-missing', message: 'The step names no host.' })
    const [fault] = flowFaults(step, HOST_FLOW)
    if (fault) return notSent(fault)
    const secrets = await secretsFor(work)
    if ('refused' in secrets) {
      const { code, message, hint } = secrets.refused
      return signal.aborted ? { outcome: 'failed', reason: 'aborted', message: 'It was stopped before it began here.' } : { outcome: 'failed', reason: 'refused', code, message, hint: `${hint} Nothing was sent to this host.` }
    }
    const { flow } = flowOf(step)
    return ports.shell.run({ host, script: composeScript(step, flow), secrets: secrets.values, timeoutMs: step.timeoutMs, onOutput, signal, stepId: step.id, attempt, job })
  },
}

/**
 * The values of the step's secrets. What was sent before is not refused without them: it is left to run, and its output on
 * the host, where nobody has to hide it; stopped it is by its shell, which then keeps none of its output.
 */
async function secretsFor({ step, job, ports, signal }: StepWork): Promise<{ values: Record<string, string> } | { refused: Problem }> {
  try {
    return { values: await secretValues(step, ports, signal) }
  } catch (thrown) {
    if (job === undefined || job.intent() === null) return { refused: toProblem(thrown) }
    if (!signal.aborted) throw thrown
    job.withhold('[holdpoint: this part of the output was not kept: it may hold a secret that is not known here any more]\n')
    return { values: {} }
  }
}
