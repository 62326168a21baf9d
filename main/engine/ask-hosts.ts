import { hostOf } from '#domain/jump-stops.ts'
import { own } from '#domain/own.ts'
import { toProblem } from '#domain/problem.ts'
import type { RunState } from '#domain/run/state.ts'
import { findRunStep } from '#domain/run/view.ts'
import type { JobAnswer } from '#kinds/ports.ts'
import { stepKinds } from '#kinds/steps/index.ts'
import { reportCaptured, type ExecuteOptions } from './execute-step.ts'

export interface AskOptions extends Pick<ExecuteOptions, 'openPorts' | 'report' | 'job' | 'stdout' | 'closing'> {
  state(): RunState
  effect: { stepId: string; attempt: number; hosts: string[] }
}

/** Asks the hosts of an unknown step what they know, all at once, and reports each answer; a host may forget its job once that is kept. */
export async function askHosts(options: AskOptions): Promise<void> {
  const { stepId, attempt, hosts } = options.effect
  await Promise.all(hosts.map(async (host) => {
    const { findings, result, settle } = await answerOf(options, host)
    const step = findRunStep(options.state(), stepId)?.step
    if (step && result?.outcome === 'succeeded') await reportCaptured(options, step, { stepId, attempt, host })
    await options.report({ type: 'report-probed', stepId, attempt, host, findings, result })
    settle(result !== null && own(own(options.state().steps, stepId)?.hosts ?? {}, host)?.state === result.outcome)
  }))
}

async function answerOf({ state, effect, openPorts, job, closing }: AskOptions, name: string): Promise<JobAnswer> {
  const { stepId, attempt } = effect
  const nothing = (why: string): JobAnswer => ({ findings: [why], result: null, settle: () => undefined })
  const step = findRunStep(state(), stepId)?.step
  const kind = step && stepKinds[step.kind]
  const host = hostOf(state().runbook.inventory, name)
  if (!step || !kind?.ask) return nothing('A step of this kind cannot be asked about.')
  try {
    return await kind.ask({ step, attempt, host, ports: await openPorts(), job: kind.durable === true ? job({ stepId, attempt, host: name }) : undefined, signal: closing, onOutput: () => undefined })
  } catch (thrown) {
    return nothing(`It could not be asked: ${toProblem(thrown).message}`)
  }
}
