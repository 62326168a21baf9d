import { withStops } from '#domain/jump-stops.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import type { EngineCommand } from '#domain/run/commands.ts'
import type { RunState } from '#domain/run/state.ts'
import type { FenceResult, Ports } from '#kinds/ports.ts'
import type { EngineStorage } from './options.ts'

export interface FencingOptions {
  state(): RunState
  storage: Pick<EngineStorage, 'jobs'>
  openPorts(): Promise<Ports>
  report(command: EngineCommand): Promise<void>
  signal: AbortSignal
}

/** Tells every host of the run that it is led here now, all at once, and reports what each answered. */
export async function fenceHosts({ state, storage, openPorts, report, signal }: FencingOptions, token: number): Promise<void> {
  const { id, runbook } = state()
  const { run, ids } = storage.jobs.ofRun(id)
  const used = new Set([...runbook.phases.flatMap(({ steps }) => steps), ...runbook.rollback.steps].flatMap(({ hosts }) => hosts))
  const ports = await openPorts().catch((thrown: unknown) => toProblem(thrown))
  await Promise.all(runbook.inventory.hosts.filter(({ name }) => used.has(name)).map(async (host) => {
    const answer: FenceResult = ports instanceof Problem ? { raised: false, message: ports.message, above: null }
      : await (ports.shell.fence?.({ host: withStops(host, runbook.inventory.hosts), run, token, signal }) ?? { raised: true, jobs: [] })
    if (signal.aborted) return
    await report(answer.raised
      ? { type: 'report-host-fenced', host: host.name, token, strangers: answer.jobs.filter((job) => !ids.includes(job)) }
      : { type: 'report-host-fence-failed', host: host.name, token, message: answer.message, above: answer.above })
  }))
}
