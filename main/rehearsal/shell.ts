import type { Host } from '#domain/inventory.ts'
import { DETACHED, type HostResult } from '#domain/step.ts'
import { toProblem } from '#domain/problem.ts'
import type { Clock, Shell, ShellJob, ShellRequest } from '#kinds/ports.ts'
import type { RehearsalHosts, StandInAddress } from './hosts.ts'
import { markScript } from './marked-script.ts'
import type { RehearsalPlan } from './script.ts'

/** The SSH layer, as far as the rehearsal needs it. */
export interface RehearsalConnections {
  run(request: ShellRequest & { timeUp?: AbortSignal }): Promise<HostResult>
  ask: NonNullable<Shell['ask']>
  close(): Promise<void>
}

export interface RehearsalShell extends Shell {
  close(): Promise<void>
}

export interface RehearsalShellOptions {
  hosts: RehearsalHosts
  plan: RehearsalPlan
  clock: Clock
  /** A real SSH shell that reaches each host where `dial` says, and nowhere else. */
  connect: (dial: (host: Host) => StandInAddress) => RehearsalConnections
}

/**
 * The live run's own SSH shell, durable protocol and all, pointed at the stand-ins. Faults of logging in get a connection
 * of their own, because the shared one has logged in long ago.
 */
export function createRehearsalShell({ hosts, plan, clock, connect }: RehearsalShellOptions): RehearsalShell {
  const shared = connect((host) => hosts.address(host.name))

  const runAlone = async (connections: RehearsalConnections, request: ShellRequest): Promise<HostResult> => {
    try {
      return await runInTime(connections, request)
    } finally {
      await connections.close()
    }
  }
  const runAtImpostor = async (request: ShellRequest): Promise<HostResult> => {
    const impostor = await hosts.startImpostor(request.host.name)
    try {
      return await runAlone(connect(() => impostor.address), request)
    } finally {
      await impostor.close()
    }
  }
  const runRefused = async (request: ShellRequest): Promise<HostResult> => {
    const host = request.host.name
    hosts.refuseLogins(host, true)
    try {
      return await runAlone(connect(() => hosts.address(host)), request)
    } finally {
      hosts.refuseLogins(host, false)
    }
  }

  /** A timeout counts the time the command has run in the rehearsal: at 600× the real login of a moment would look like half a minute. */
  const runInTime = async (connections: RehearsalConnections, request: ShellRequest): Promise<HostResult> => {
    const { host, stepId, attempt, script, timeoutMs } = request
    const over = new AbortController()
    const timeUp = new AbortController()
    const watch = async (limitMs: number): Promise<void> => {
      for (let left = limitMs; left > 0; left = limitMs - hosts.ranMs(host.name, stepId, attempt)) await clock.sleep(Math.max(left, LEAST_WAIT_MS), over.signal)
      timeUp.abort()
    }
    const watching = timeoutMs === null ? Promise.resolve() : watch(timeoutMs).catch(() => undefined)
    try {
      return await connections.run({ ...request, secrets: undefined, script: markScript({ stepId, attempt, script }), timeUp: timeUp.signal })
    } finally {
      over.abort()
      await watching
    }
  }

  return {
    ask: shared.ask,
    async run(request) {
      const host = request.host.name
      // The stand-ins ended with the program that had sent it.
      if (request.job !== undefined && request.job.intent() !== null) return lostWithProgram(host, request.job)
      try {
        hosts.address(host)
        const { fault } = plan.outcome(request.stepId, host, request.attempt, request.script)
        if (fault === 'changed-host-key') return await runAtImpostor(request)
        if (fault === 'refuse-auth') return await runRefused(request)
        return await runInTime(shared, request)
      } catch (thrown) {
        const { code, message, hint } = toProblem(thrown)
        if (code === DETACHED) throw thrown
        return { outcome: 'failed', reason: 'refused', code, message, hint }
      }
    },
    close: () => shared.close(),
  }
}

const LEAST_WAIT_MS = 1000

function lostWithProgram(host: string, job: ShellJob): HostResult {
  const result: HostResult = {
    outcome: 'unknown', code: 'rehearsal-restarted', message: `The stand-in for ${host} ended with Holdpoint while the command ran there: nobody saw how it ended.`,
    hint: 'A real host would have gone on. Retry, or mark the step done and say how you know.',
  }
  job.finish(result, new Uint8Array())
  return result
}
