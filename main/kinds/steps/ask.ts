import { flowOf } from '#domain/flow/attributes.ts'
import { composeScript } from '#domain/flow/script.ts'
import { createMask } from '#domain/masking.ts'
import type { HostResult } from '#domain/step.ts'
import type { StepWork } from '../kind.ts'
import type { JobAnswer } from '../ports.ts'
import { secretValues } from './secrets.ts'

const PROBE_MS = 30_000
/** What a finding holds of a probe's output. */
const MOST_BYTES = 2000

/**
 * What became of a command whose outcome is unknown: what the host has on record, and where that proves nothing, what the
 * step's `probe=` command says. A probe command is evidence for a person and decides nothing by itself. Throws the Problem of
 * a secret that cannot be had: what the host has of its output could not be hidden.
 */
export async function askAboutCommand(work: StepWork): Promise<JobAnswer> {
  const { step, host, job, ports, signal } = work
  if (!host) return { findings: ['The step names no host.'], result: null, settle: () => undefined }
  const secrets = await secretValues(step, ports, signal)
  const isOnRecord = job !== undefined && job.intent() !== null && ports.shell.ask !== undefined
  const answer: JobAnswer = isOnRecord
    ? await ports.shell.ask!({ host, job, signal })
    : { findings: [`It ran as a plain command, of which ${host.name} keeps no record.`], result: null, settle: () => undefined }
  const { probe } = flowOf(step).flow
  return probe === null || answer.result !== null ? answer : { ...answer, findings: [...answer.findings, await tellProbe(work, probe, secrets)] }
}

async function tellProbe({ step, attempt, host, ports, signal }: StepWork, probe: string, secrets: Record<string, string>): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  const onOutput = (_: string, bytes: Uint8Array): void => {
    if (length < MOST_BYTES) pieces.push(bytes.slice())
    length += bytes.byteLength
  }
  const result = await ports.shell.run({
    host: host!, script: composeScript({ ...step, body: probe }, flowOf(step).flow), secrets, timeoutMs: PROBE_MS, onOutput, signal, stepId: `probe:${step.id}`, attempt,
  })
  const printed = new TextDecoder().decode(ports.secrets.mask().cut(Buffer.concat(pieces), true).shown.subarray(0, MOST_BYTES)).trim()
  return createMask()(`The probe command ${ended(result)}${printed === '' ? ' and printed nothing.' : ` and printed: ${printed}${length > MOST_BYTES ? ' …' : ''}`}`)
}

function ended(result: HostResult): string {
  if ('exitCode' in result) return `ended with exit code ${result.exitCode}`
  return `did not come to an exit code (${'message' in result ? result.message : `ended by signal ${result.signal}`})`
}
