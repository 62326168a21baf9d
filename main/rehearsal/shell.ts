import type { Host } from '#domain/inventory.ts'
import type { HostResult } from '#domain/step.ts'
import { toProblem } from '#domain/problem.ts'
import type { Clock, Shell, ShellRequest } from '#kinds/ports.ts'
import { markScript, type RehearsalHosts, type StandInAddress } from './hosts.ts'
import type { RehearsalPlan } from './script.ts'

export interface ClosableShell extends Shell {
  close(): Promise<void>
}

export interface RehearsalShellOptions {
  hosts: RehearsalHosts
  plan: RehearsalPlan
  clock: Clock
  /** A real SSH shell that reaches each host where `dial` says, and nowhere else. */
  connect: (dial: (host: Host) => StandInAddress) => ClosableShell
}

/**
 * The live run's own SSH shell, pointed at the stand-ins. Faults of logging in get a connection of their own, because
 * the shared one has logged in long ago. A timeout counts in rehearsal time, and only where the script takes that long:
 * at 600× the real login of a moment would look like half a minute.
 */
export function createRehearsalShell({ hosts, plan, clock, connect }: RehearsalShellOptions): ClosableShell {
  const shared = connect((host) => hosts.address(host.name))

  return {
    async run(asked) {
      const host = asked.host.name
      const { fault, durationMs } = plan.outcome(asked.stepId, host, asked.attempt, asked.script)
      const isTooLong = fault === 'hang' || (asked.timeoutMs !== null && durationMs >= asked.timeoutMs)
      const request = { ...asked, timeoutMs: isTooLong ? asked.timeoutMs : null }
      try {
        hosts.address(host)
        if (fault === 'changed-host-key') return await runAtImpostor(request)
        if (fault === 'refuse-auth') return await runRefused(request)
        return await runInTime(shared, request)
      } catch (thrown) {
        const { code, message, hint } = toProblem(thrown)
        return { outcome: 'failed', reason: 'refused', code, message, hint }
      }
    },
    close: () => shared.close(),
  }

  async function runAtImpostor(request: ShellRequest): Promise<HostResult> {
    const impostor = await hosts.startImpostor(request.host.name)
    try {
      return await runAlone(connect(() => impostor.address), request)
    } finally {
      await impostor.close()
    }
  }

  async function runRefused(request: ShellRequest): Promise<HostResult> {
    const host = request.host.name
    hosts.refuseLogins(host, true)
    try {
      return await runAlone(connect(() => hosts.address(host)), request)
    } finally {
      hosts.refuseLogins(host, false)
    }
  }

  async function runAlone(shell: ClosableShell, request: ShellRequest): Promise<HostResult> {
    try {
      return await runInTime(shell, request)
    } finally {
      await shell.close()
    }
  }

  async function runInTime(shell: Shell, request: ShellRequest): Promise<HostResult> {
    const { timeoutMs } = request
    const over = new AbortController()
    request.job?.beginPlain('a stand-in of the rehearsal')
    const marked = { ...request, job: undefined, script: markScript(request.script, request.stepId, request.attempt), timeoutMs: null }
    if (timeoutMs === null) return shell.run(marked)

    const timeUp = new AbortController()
    const watch = clock.sleep(timeoutMs, over.signal).then(() => timeUp.abort(), () => undefined)
    const result = await shell.run({ ...marked, signal: AbortSignal.any([request.signal, timeUp.signal]) })
    over.abort()
    await watch
    const isOurs = timeUp.signal.aborted && result.outcome === 'failed' && (result.reason === 'aborted' || result.reason === 'signal')
    return isOurs ? { outcome: 'failed', reason: 'timeout', message: `The command was ended on ${request.host.name} because it took longer than its timeout.` } : result
  }
}
