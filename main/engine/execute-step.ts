import { flowOf } from '#domain/flow/attributes.ts'
import { captureFrom } from '#domain/flow/capture.ts'
import { fanOut, type HostProgress } from '#domain/flow/fan-out.ts'
import { hostOf } from '#domain/jump-stops.ts'
import { createMask } from '#domain/masking.ts'
import { toProblem } from '#domain/problem.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { findRunStep } from '#domain/run/view.ts'
import { DETACHED, LOCAL_HOST, type HostResult, type Step } from '#domain/step.ts'
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
  /** The beginning of what a host has printed so far, enough for captures. */
  stdout(about: AboutHost): string
  signal: AbortSignal
  /** False once a rollback has begun that lets the step end: where it has not begun it does not begin any more. */
  mayBegin(): boolean
  /** The program is ending: nothing more is begun, and nothing is said of what has not begun. */
  closing: AbortSignal
}

interface AboutHost { stepId: string; attempt: number; host: string }

/** On how many hosts at once where the step does not say. */
const USUAL_PARALLEL = 10

/**
 * Runs one attempt of a step on its hosts: batch after batch, several hosts at a time, until it is done or `max-fail=` stops
 * it; each host is reported as it ends, and those never begun are said to be so.
 */
export async function executeStep(options: ExecuteOptions): Promise<void> {
  const { state, effect } = options
  const step = findRunStep(state, effect.stepId)?.step
  if (!step) return
  const { flow } = flowOf(step)
  const progress = new Map<string, HostProgress>()
  const atWork = new Set<Promise<void>>()
  const progressOf = (host: string): HostProgress => progress.get(host) ?? 'queued'
  const beginOn = (host: string) => {
    progress.set(host, 'running')
    const work = executeOnHost(options, step, host).then((outcome) => { progress.set(host, outcome) }).finally(() => atWork.delete(work))
    atWork.add(work)
  }
  // What was sent before runs already, whatever its batch: all of it is followed.
  for (const host of effect.hosts) if (isSent(options, step, host)) beginOn(host)
  let next = fanOut(flow, effect.hosts, progressOf, USUAL_PARALLEL)
  for (next.start.forEach(beginOn); atWork.size > 0; next.start.forEach(beginOn)) {
    await Promise.race(atWork)
    if (options.closing.aborted) return
    next = options.signal.aborted || !options.mayBegin() ? { start: effect.hosts.filter((host) => progressOf(host) === 'queued'), stopped: null } : fanOut(flow, effect.hosts, progressOf, USUAL_PARALLEL)
  }
  const stopped = next.stopped
  if (stopped === null || options.closing.aborted) return
  for (const host of effect.hosts.filter((name) => progressOf(name) === 'queued')) {
    await options.report({ type: 'report-host-finished', stepId: step.id, attempt: effect.attempt, host, result: refused('step-stopped', stopped, 'Nothing was sent to this host. Retry the step to go on with it.') })
  }
}

const isSent = (options: ExecuteOptions, step: Step, host: string): boolean =>
  stepKinds[step.kind]?.durable === true && options.job({ stepId: step.id, attempt: options.effect.attempt, host }).intent() !== null

async function executeOnHost(options: ExecuteOptions, step: Step, host: string): Promise<HostProgress> {
  const about = { stepId: step.id, attempt: options.effect.attempt, host }
  if (options.closing.aborted) return 'unknown'
  const isDurable = stepKinds[step.kind]?.durable === true
  const job = isDurable ? options.job(about) : undefined
  // Work that was sent before is never just dropped: its shell stops it where it runs.
  if ((options.signal.aborted || !options.mayBegin()) && (job === undefined || job.intent() === null)) {
    await options.report({ type: 'report-host-finished', ...about, result: { outcome: 'failed', reason: 'aborted', message: 'It was stopped before it began here.' } })
    return 'failed'
  }
  if (job === undefined) await options.report({ type: 'report-host-started', ...about })
  const result = await runKind(options, step, about, job)
  if (result === null) return 'unknown'
  options.recorder.flush(about)
  if (result.outcome === 'succeeded') await reportCaptured(options, step, about)
  await options.report({ type: 'report-host-finished', ...about, result })
  return result.outcome
}

/** Before the host is reported as ended, so that the next step's condition knows the value. Secrets are hidden in it. */
export async function reportCaptured(options: Pick<ExecuteOptions, 'stdout' | 'report'>, step: Step, about: AboutHost): Promise<void> {
  const { captures } = flowOf(step).flow
  if (captures.length === 0) return
  const text = options.stdout(about)
  for (const capture of captures) {
    const taken = captureFrom(capture, text)
    const told = taken.ok ? { value: createMask()(taken.value), why: '' } : { value: null, why: taken.why }
    await options.report({ type: 'report-captured', stepId: step.id, host: about.host, name: capture.name, ...told })
  }
}

/** Null when the work goes on without this program. */
async function runKind(options: ExecuteOptions, step: Step, about: AboutHost, job: ShellJob | undefined): Promise<HostResult | null> {
  const kind = stepKinds[step.kind]
  const host = hostOf(options.state.runbook.inventory, about.host)
  if (!kind?.run) return refused('step-kind-unknown', `Holdpoint cannot run a step of kind "${step.kind}".`, 'Do it by hand and mark it done, or mend the runbook.')
  if (kind.needsHosts && !host) return refused('host-unknown', about.host === LOCAL_HOST ? 'The step names no host.' : `The runbook has no host "${about.host}".`, 'Mend hosts= in the runbook, then retry.')
  const ports = await options.openPorts().catch((thrown: unknown) => toProblem(thrown))
  if (options.closing.aborted) return null
  if (!('shell' in ports)) return job !== undefined && job.intent() !== null ? unheard(ports.code, ports.message) : refused(ports.code, ports.message, ports.hint)
  try {
    return await kind.run({
      step, attempt: about.attempt, job, host, ports, signal: options.signal,
      onOutput: (stream, bytes) => options.recorder.write(about, stream, bytes),
    })
  } catch (thrown) {
    const problem = toProblem(thrown)
    if (problem.code === DETACHED || options.closing.aborted) return null
    return unheard(problem.code, problem.message)
  }
}

const unheard = (code: string, message: string): HostResult => ({ outcome: 'unknown', code, message, hint: 'It is not known whether the work was done. Check the host, then retry, or mark the step done and say how you know.' })

const refused = (code: string, message: string, hint: string): HostResult => ({ outcome: 'failed', reason: 'refused', code, message, hint })
