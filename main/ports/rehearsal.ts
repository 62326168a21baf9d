import { byAddress } from '#domain/other-inventory.ts'
import { Problem } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Clock, Ports, Secrets, Shell } from '#kinds/ports.ts'
import { armFaults } from '#rehearsal/armed-faults.ts'
import { nameOf } from '#rehearsal/default-metrics.ts'
import { startRehearsalHosts } from '#rehearsal/hosts.ts'
import { createRehearsalHttp } from '#rehearsal/http.ts'
import { syntheticValue, type RehearsalContext } from '#rehearsal/metrics.ts'
import { readScript, type RehearsalPlan } from '#rehearsal/script.ts'
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
  const made = madeUp({ runbook, clock, secrets, context }, plan)
  const armed = armFaults(plan)
  const hosts = await startRehearsalHosts({ hosts: runbook.inventory.hosts.map(({ name }) => name), clock, plan: armed.plan })
  const shell = createRehearsalShell({ hosts, plan: armed.plan, clock, connect: (dial) => connectEmbedded(dial, clock) })

  return {
    ...made,
    shell,
    faults: (host, fault) => {
      if (!hosts.strike(host, fault)) armed.arm(host, fault)
    },
    async close() {
      await shell.close()
      await hosts.close()
    },
  }
}

/** A rehearsal on other real hosts: commands run there, and nothing else is asked; checks, metrics and secrets are made up as ever. */
export function createInventoryPorts<C extends Clock>({ shell, ...world }: RehearsalPortsOptions<C> & { shell: Shell }): RehearsalPorts<C> {
  const { ask, check } = shell
  return {
    ...madeUp(world, readScript(world.runbook)),
    shell: {
      ask: ask && ((request) => ask({ ...request, host: byAddress(request.host) })),
      check: check && ((request) => check({ ...request, host: byAddress(request.host) })),
      run: (request) => shell.run({ ...request, host: byAddress(request.host) }),
    },
    faults: null,
    close: () => Promise.resolve(),
  }
}

/** What a rehearsal asks nobody for, whatever its hosts are. */
function madeUp<C extends Clock>({ runbook, clock, secrets, context }: RehearsalPortsOptions<C>, plan: RehearsalPlan): Pick<RehearsalPorts<C>, 'clock' | 'http' | 'sql' | 'secrets' | 'synthetic'> {
  return {
    clock,
    secrets,
    http: createRehearsalHttp({ runbook, plan, clock, context }),
    // Its metrics are made up: no database is asked.
    sql: { connect: ({ database }) => Promise.reject(new Problem('sql-rehearsal', `[rehearsal] The database ${database} is not asked.`, 'The rehearsal script says what its metric is.')) },
    synthetic(metric, at) {
      const scripted = plan.metrics.get(nameOf(metric))
      return scripted ? syntheticValue(scripted, context(), at) : null
    },
  }
}

/** The live run's own connections, told where every host is; so no file of the user's, no agent and no person is asked. */
const connectEmbedded = (dial: Parameters<RehearsalShellOptions['connect']>[0], clock: Clock): SshPool => createSshPool({
  dial, clock,
  prompts: { hostKey: () => Promise.resolve(false), passphrase: () => Promise.resolve(null), login: () => Promise.resolve(null) },
  home: '/nonexistent',
  ownKnownHostsFile: '/nonexistent/known_hosts',
  agentSocket: null,
})
