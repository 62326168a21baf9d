import type { HostView } from '#preload/contract.ts'
import { withStops } from '#domain/jump-stops.ts'
import { toProblem } from '#domain/problem.ts'
import type { Runbook } from '#domain/runbook.ts'
import { createApp } from '../app.ts'
import { harmless, paint } from './terminal.ts'

/** How each host would be reached, or why that cannot be said. */
export type HostTrial = { name: string } & ({ way: Omit<HostView, 'name' | 'usedBy'>; fault: '' } | { way: null; fault: string })

/** Looks every host of the runbook up, as a connection would; connects to none. */
export async function describeHosts(runbook: Runbook, dataPath: string | undefined): Promise<HostTrial[]> {
  const app = await createApp({ door: 'cli', dataPath, recover: false })
  try {
    return await Promise.all(runbook.inventory.hosts.map(async (host): Promise<HostTrial> => {
      try {
        return { name: host.name, way: await app.deps.describeHost(withStops(host, runbook.inventory.hosts)), fault: '' }
      } catch (thrown) {
        return { name: host.name, way: null, fault: toProblem(thrown).message }
      }
    }))
  } finally {
    await app.close()
  }
}

/** `app1: deploy@10.0.0.1:22 through ops@bastion, by the system's ssh`, its keys, and what of the configuration is not done. */
export function hostLine({ name, way, fault }: HostTrial): string {
  if (way === null) return `${harmless(name)}: ${process.stdout.isTTY ? paint('red', harmless(fault)) : harmless(fault)}`
  const through = way.jump.length === 0 ? '' : ` through ${way.jump.join(', ')}`
  const by = way.transport === 'ssh' ? ", by the system's ssh" : ''
  const known = way.knownKeys.length === 0 ? 'its key is not known yet' : `known by ${way.knownKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(', ')}`
  const more = [`keys: ${way.identity.join(', ') || 'those of the agent'}; ${known}`, ...way.notes]
  return harmless(`${name}: ${way.user}@${way.address}:${way.port}${through}${by}${more.map((line) => `\n    ${line}`).join('')}`)
}
