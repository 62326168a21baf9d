import type { Flow } from '#domain/flow/attributes.ts'
import { prologueFailure } from '#domain/flow/script.ts'
import type { HostResult } from '#domain/step.ts'
import type { OutputStream, Shell, ShellRequest } from '../ports.ts'

/** Enough for the line that says why nothing was run. */
const TAIL_BYTES = 4096

/** Runs a composed script; where it ended before its body (sudo, folder, secret), the result says so instead of an exit code. */
export async function runComposed(shell: Shell, request: ShellRequest, flow: Pick<Flow, 'cwd' | 'user'>): Promise<HostResult> {
  const { job, onOutput } = request
  let tail = ''
  const hear = (stream: OutputStream, bytes: Uint8Array): void => {
    if (stream === 'stderr') tail = (tail + new TextDecoder().decode(bytes)).slice(-TAIL_BYTES)
  }
  const typed = (result: HostResult): HostResult => {
    const part = result.outcome === 'failed' && result.reason === 'exit' ? prologueFailure(result.exitCode, tail) : null
    return part === null ? result : { outcome: 'failed', reason: 'refused', ...WORDS[part](request.host.name, flow) }
  }
  return typed(await shell.run({
    ...request,
    onOutput: (stream, bytes) => {
      hear(stream, bytes)
      onOutput(stream, bytes)
    },
    job: job && {
      ...job,
      keep: (stream, offset, bytes, isLast) => {
        const kept = job.keep(stream, offset, bytes, isLast)
        hear(stream, bytes.subarray(0, kept))
        return kept
      },
      finish: (result, late) => job.finish(typed(result), late),
    },
  }))
}

type Part = NonNullable<ReturnType<typeof prologueFailure>>
type Words = (host: string, flow: Pick<Flow, 'cwd' | 'user'>) => Record<'code' | 'message' | 'hint', string>

const WORDS: Record<Part, Words> = {
  sudo: (host, { user }) => ({
    code: 'step-sudo', message: `sudo on ${host} does not let this login run scripts as ${user} without a password.`,
    hint: 'Nothing was run. Allow it in sudoers (NOPASSWD), or take user= out of the step, then retry.',
  }),
  cwd: (host, { cwd }) => ({ code: 'step-cwd', message: `The folder ${cwd} cannot be entered on ${host}.`, hint: 'Nothing was run. Mend cwd= or the folder, then retry.' }),
  secret: (host) => ({ code: 'step-secret', message: `A secret of the step did not arrive on ${host}.`, hint: 'Nothing was run. Retry the step.' }),
}
