import { toProblem } from '#domain/problem.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { findStep } from '#domain/run/view.ts'
import { DETACHED, LOCAL_HOST, type HostResult, type Step } from '#domain/step.ts'
import { hostsAtOnce } from '#kinds/parallel.ts'
import type { Ports, ShellJob } from '#kinds/ports.ts'
import { stepKinds } from '#kinds/steps/index.ts'
import type { Recorder } from './recorder.ts'

export interface ExecuteOptions {
  state: RunState
  effect: { stepId: string; attempt: number; hosts: string[] }
  openPorts(): Promise<Ports>
  recorder: Recorder
  /** Records what happened; keeps trying while storage refuses, so that no outcome is lost. */
  report(command: EngineCommand): Promise<void>
  /** What makes the work on a host durable, for kinds that can be. */
  job(about: AboutHost): ShellJob
  signal: AbortSignal
  /** The program is ending: nothing more is begun, and nothing is said of what has not begun. */
  closing: AbortSignal
}

interface AboutHost { stepId: string; attempt: number; host: string }

const DEFAULT_PARALLEL = 10

/** Runs one attempt of a step on its hosts, several at a time, and reports each host as it ends. */
export async function executeStep(options: ExecuteOptions): Promise<void> {
  const { state, effect } = options
  const found = findStep(state.runbook, effect.stepId)
  if (!found) return
  const queue = [...effect.hosts]
  const worker = async () => {
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) await executeOnHost(options, found.step, host)
  }
  await Promise.all(Array.from({ length: hostsAtOnce(found.step.attributes, queue.length, DEFAULT_PARALLEL) }, worker))
}

async function executeOnHost(options: ExecuteOptions, step: Step, host: string): Promise<void> {
  const about = { stepId: step.id, attempt: options.effect.attempt, host }
  if (options.closing.aborted) return
  const isDurable = stepKinds[step.kind]?.durable === true
  const job = isDurable ? options.job(about) : undefined
  // Work that was sent before is never just dropped: its shell stops it where it runs.
  if (options.signal.aborted && (job === undefined || job.intent() === null)) {
    await options.report({ type: 'report-host-finished', ...about, result: { outcome: 'failed', reason: 'aborted', message: 'It was stopped before it began here.' } })
    return
  }
  if (job === undefined) await options.report({ type: 'report-host-started', ...about })
  const result = await runKind(options, step, about, job)
  if (result === null) return
  options.recorder.flush()
  await options.report({ type: 'report-host-finished', ...about, result })
}

/** Null when the work goes on without this program. */
async function runKind(options: ExecuteOptions, step: Step, about: AboutHost, job: ShellJob | undefined): Promise<HostResult | null> {
  const kind = stepKinds[step.kind]
  const host = options.state.runbook.inventory.hosts.find((candidate) => candidate.name === about.host) ?? null
  if (!kind?.run) return refused('step-kind-unknown', `Holdpoint cannot run a step of kind "${step.kind}".`, 'Do it by hand and mark it done, or mend the runbook.')
  if (kind.needsHosts && !host) return refused('host-unknown', about.host === LOCAL_HOST ? 'The step names no host.' : `The runbook has no host "${about.host}".`, 'Mend hosts= in the runbook, then retry.')
  const ports = await options.openPorts().catch((thrown: unknown) => toProblem(thrown))
  if (options.closing.aborted) return null
  if (!('shell' in ports)) return refused(ports.code, ports.message, ports.hint)
  try {
    return await kind.run({
      step, attempt: about.attempt, job, host, ports, signal: options.signal,
      onOutput: (stream, bytes) => options.recorder.write(about, stream, bytes),
    })
  } catch (thrown) {
    const problem = toProblem(thrown)
    if (problem.code === DETACHED) return null
    return { outcome: 'unknown', code: problem.code, message: problem.message, hint: 'It is not known whether the work was done. Check the host, then retry, or mark the step done and say how you know.' }
  }
}

const refused = (code: string, message: string, hint: string): HostResult => ({ outcome: 'failed', reason: 'refused', code, message, hint })
