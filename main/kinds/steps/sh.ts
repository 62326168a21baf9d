import { z } from 'zod'
import type { StepKind } from '../kind.ts'
import { HostsAtOnce } from '../parallel.ts'

/** A shell script run over SSH on each of the step's hosts. Its exit code 0 is success. */
export const sh: StepKind = {
  kind: 'sh',
  label: 'Command over SSH',
  needsHosts: true,
  durable: true,
  attributes: z.strictObject({ parallel: HostsAtOnce.optional(), batch: HostsAtOnce.optional() }),
  // The document layer says when a command names no host.
  check: (step) => (step.body.trim() === ''
    ? [{ code: 'command-missing', message: `The step "${step.title}" has an empty command.`, hint: 'Write the command between the fences, or take the block out to make it a step for a person.' }]
    : []),
  run: ({ step, attempt, job, host, ports, onOutput, signal }) => {
    if (!host) return Promise.resolve({ outcome: 'failed', reason: 'refused', code: 'hosts-missing', message: 'The step names no host.', hint: 'Nothing was run. Mend hosts= in the runbook, then retry.' })
    return ports.shell.run({ host, script: step.body, timeoutMs: step.timeoutMs, onOutput, signal, stepId: step.id, attempt, job })
  },
}
