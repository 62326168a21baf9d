import type { Runbook } from '#domain/runbook.ts'
import type { Clock, Ports, Secrets } from '#kinds/ports.ts'
import { armFaults } from '#rehearsal/armed-faults.ts'
import { nameOf } from '#rehearsal/default-metrics.ts'
import { startRehearsalHosts } from '#rehearsal/hosts.ts'
import { createRehearsalHttp } from '#rehearsal/http.ts'
import { syntheticValue, type RehearsalContext } from '#rehearsal/metrics.ts'
import { readScript } from '#rehearsal/script.ts'
import { createRehearsalShell, type RehearsalShellOptions } from '#rehearsal/shell.ts'
import { createSshPool, type SshPool } from '#ssh/pool.ts'

export interface RehearsalPortsOptions<C extends Clock> {
  runbook: Runbook
  clock: C
  secrets: Secrets
  /** The run as it stands now (see followRun): synthetic metrics and scripted checks follow it. */
  context: () => RehearsalContext
}

export type RehearsalPorts<C extends Clock> = Ports & { clock: C; synthetic: NonNullable<Ports['synthetic']> }

/**
 * A world that never leaves the machine: real SSH to hosts embedded in this process, checks answered from the script,
 * synthetic metrics, time at the clock's speed. `close` ends the hosts and every connection to them.
 */
export async function createRehearsalPorts<C extends Clock>({ runbook, clock, secrets, context }: RehearsalPortsOptions<C>): Promise<RehearsalPorts<C>> {
  const plan = readScript(runbook)
  const armed = armFaults(plan)
  const hosts = await startRehearsalHosts({ hosts: runbook.inventory.hosts.map(({ name }) => name), clock, plan: armed.plan })
  const shell = createRehearsalShell({ hosts, plan: armed.plan, clock, connect: (dial) => connectEmbedded(dial, clock) })

  return {
    clock,
    shell,
    secrets,
    http: createRehearsalHttp({ runbook, plan, clock, context }),
    synthetic(metric, at) {
      const scripted = plan.metrics.get(nameOf(metric))
      return scripted ? syntheticValue(scripted, context(), at) : null
    },
    faults: (host, fault) => {
      if (!hosts.strike(host, fault)) armed.arm(host, fault)
    },
    async close() {
      await shell.close()
      await hosts.close()
    },
  }
}

/** The live run's own connections, told where every host is; so no file of the user's, no agent and no person is asked. */
const connectEmbedded = (dial: Parameters<RehearsalShellOptions['connect']>[0], clock: Clock): SshPool => createSshPool({
  dial, clock,
  prompts: { hostKey: () => Promise.resolve(false), passphrase: () => Promise.resolve(null) },
  home: '/nonexistent',
  ownKnownHostsFile: '/nonexistent/known_hosts',
  agentSocket: null,
})
