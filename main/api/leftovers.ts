import { hostOf } from '#domain/jump-stops.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { isOnRealHosts } from '#domain/run/view.ts'
import type { Leftover } from '#kinds/ports.ts'
import type { HostLeftovers, LeftoverView } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

/** How long a person waits for one host. */
const ASK_MS = 60_000

/** What hosts still hold of jobs, against what is recorded here: only a job that is over there and here may be removed. */
export function createLeftoverHandlers(deps: ApiDeps): Pick<Handlers, 'list-leftovers' | 'remove-leftovers'> {
  const hostsOf = (runId: string) => {
    const state = deps.engine.state(runId)
    if (!isOnRealHosts(state) || state.inventory !== null) throw new Problem('leftovers-rehearsal', 'A rehearsal leaves nothing on real hosts that this could look at.', 'Choose a live run.')
    return state.runbook.inventory
  }
  const hasEnded = (runId: string): boolean => deps.engine.state(runId).stage === 'ended'

  const view = (left: Leftover): LeftoverView => {
    const job = deps.storage.jobs.byName(left.id)
    if (job === null) return { ...left, runId: null, kept: 'It was not begun from the data of this machine.', onlyThere: 0 }
    const here = deps.storage.output.end(left.id, 'stdout') + deps.storage.output.end(left.id, 'stderr')
    const why = (): string => {
      if (left.state === 'running' || left.state === 'orphan' || left.state === 'starting') return 'It is still alive, or may be.'
      if (job.state === 'intended' || job.state === 'launched') return 'Its end is not recorded here yet.'
      return left.state !== 'done' && !hasEnded(job.runId) ? 'Nobody saw how it ended: it is the evidence until its run has ended.' : ''
    }
    return { ...left, runId: job.runId, kept: why(), onlyThere: Math.max(left.bytes - here, 0) }
  }
  const ask = async (runId: string, name: string): Promise<LeftoverView[]> => {
    const host = hostOf(hostsOf(runId), name)
    if (host === null) throw new Problem('host-unknown', `The runbook has no host "${name}".`, 'Choose a host of this run.')
    return (await deps.leftovers(host, AbortSignal.timeout(ASK_MS))).map(view)
  }

  return {
    'list-leftovers': ({ runId }) => Promise.all(hostsOf(runId).hosts.map(async ({ name }): Promise<HostLeftovers> => {
      try {
        return { host: name, jobs: await ask(runId, name), problem: null }
      } catch (thrown) {
        return { host: name, jobs: [], problem: toProblem(thrown).toValue() }
      }
    })),
    'remove-leftovers': async ({ runId, host: name, jobs }) => {
      const now = new Map((jobs.length === 0 ? [] : await ask(runId, name)).map((left) => [left.id, left]))
      const host = hostOf(hostsOf(runId), name)
      const removed: string[] = []
      const kept: { id: string; why: string }[] = []
      for (const id of jobs) {
        const left = now.get(id)
        const job = deps.storage.jobs.byName(id)
        if (left === undefined || job === null || host === null || left.kept !== '') {
          kept.push({ id, why: left?.kept ?? 'It is not there any more.' })
          continue
        }
        const { token } = deps.engine.state(job.runId).lead
        const answer = await deps.clearLeftover({ host, job: { id, run: job.run, token }, isRunOver: hasEnded(job.runId), signal: AbortSignal.timeout(ASK_MS) })
        if (answer === true) removed.push(id)
        else kept.push({ id, why: `${name} keeps it: ${answer}.` })
      }
      return { removed, kept }
    },
  }
}
