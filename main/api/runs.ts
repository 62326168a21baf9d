import type { Host } from '#domain/inventory.ts'
import { withStops } from '#domain/jump-stops.ts'
import { toProblem } from '#domain/problem.ts'
import type { HostView } from '#preload/contract.ts'
import type { CheckRevision } from './check.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

type RunCalls = 'list-runs' | 'send-command' | 'read-series' | 'list-hosts'

export function createRunHandlers(deps: ApiDeps, check: CheckRevision): Pick<Handlers, RunCalls> {
  const { storage, engine } = deps
  return {
    'list-runs': () => storage.runs.list().map(({ id, runbookId, title, mode, status, createdAt, finishedAt, monitoringEndsAt, operator }) =>
      ({ id, runbookId, title, mode, status, createdAt, finishedAt, monitoringEndsAt, operator })),
    'send-command': ({ runId, command }) => ({ version: engine.handle(runId, command, operatorOf(deps)) }),
    'read-series': ({ runId, metric, from, to, buckets }) => {
      const cursor = storage.samples.newestOrdinal(runId)
      return { metric, from, to, buckets: storage.samples.buckets(runId, metric, from, to, buckets), cursor }
    },
    'list-hosts': () => describeHosts(deps, check),
  }
}

async function describeHosts(deps: ApiDeps, check: CheckRevision): Promise<HostView[]> {
  const named = new Map<string, { host: Host; usedBy: string[] }>()
  for (const { id } of deps.storage.runbooks.list()) {
    const { runbook } = check(deps.storage.runbooks.read(id))
    for (const host of runbook.inventory.hosts) {
      const entry = named.get(host.name) ?? { host: withStops(host, runbook.inventory.hosts), usedBy: [] }
      entry.usedBy.push(runbook.title)
      named.set(host.name, entry)
    }
  }
  return Promise.all([...named.values()].map(async ({ host, usedBy }) => {
    try {
      return { name: host.name, usedBy, ...(await deps.describeHost(host)) }
    } catch (thrown) {
      // A host whose configuration cannot be read is still listed, with what is wrong where its identities would be.
      return { name: host.name, usedBy, address: host.address, user: host.user, port: host.port, jump: [], transport: host.transport ?? 'ssh2', notes: [], identity: [toProblem(thrown).message], knownKeys: [] }
    }
  }))
}
