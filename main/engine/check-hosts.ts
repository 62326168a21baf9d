import { hostOf } from '#domain/jump-stops.ts'
import { own } from '#domain/own.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import { isOnRealHosts } from '#domain/run/view.ts'
import type { HostStanding, Ports } from '#kinds/ports.ts'
import { stepKinds } from '#kinds/steps/index.ts'

export interface CheckHostsOptions {
  state(): RunState
  openPorts(): Promise<Ports>
  report(command: EngineCommand): Promise<void>
  signal: AbortSignal
}

/** A step that begins meanwhile has to get its turn at the logins. */
const AT_ONCE = 8

/**
 * Reaches every host that commands are to run on, those of the first steps first, and reports which would not keep its work
 * or cannot be reached, so that it is known before a step begins there.
 */
export async function checkHosts({ state, openPorts, report, signal }: CheckHostsOptions): Promise<void> {
  const { runbook, excluded } = state()
  if (!isOnRealHosts(state())) return
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps].filter(({ kind }) => stepKinds[kind]?.durable === true)
  const left = [...new Set(steps.flatMap(({ hosts }) => hosts))].filter((name) => own(excluded, name) === undefined)
  if (left.length === 0) return
  const ports = await openPorts().catch((thrown: unknown) => toProblem(thrown))
  // What keeps the world shut keeps it shut for the first step too, which says so.
  if (ports instanceof Problem || ports.shell.check === undefined) return
  const { shell } = ports
  const worker = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined && !signal.aborted && state().stage !== 'ended'; name = left.shift()) {
      const host = hostOf(runbook.inventory, name)
      const standing: HostStanding | undefined = host === null ? undefined : await shell.check?.({ host, signal })
      if (standing !== undefined && !signal.aborted) await report({ type: 'report-host-checked', host: name, ...standing })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
