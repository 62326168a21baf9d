import { z } from 'zod'
import { flowOf, HOST_FLOW } from '#domain/flow/attributes.ts'
import { composeScript } from '#domain/flow/script.ts'
import type { StepKind } from '../kind.ts'
import { askAboutCommand } from './ask.ts'
import { flowFaults, flowShape, notSent } from './flow.ts'
import { runComposed } from './prologue.ts'

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
  run: ({ step, attempt, job, host, ports, onOutput, signal }) => {
    if (!host) return Promise.resolve(notSent({ code: 'hosts-missing', message: 'The step names no host.' }))
    const [fault] = flowFaults(step, HOST_FLOW)
    if (fault) return Promise.resolve(notSent(fault))
    const { flow } = flowOf(step)
    return runComposed(ports.shell, { host, script: composeScript(step, flow), timeoutMs: step.timeoutMs, onOutput, signal, stepId: step.id, attempt, job }, flow)
  },
}
