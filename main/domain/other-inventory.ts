import type { Host } from './inventory.ts'
import { Problem } from './problem.ts'
import type { Runbook } from './runbook.ts'

/**
 * The runbook with its hosts where an inventory says they are: their names stay, their addresses are the inventory's. Hosts
 * that no step runs on may be left out of it. Throws `runbook-inventory-unknown` and `runbook-inventory-incomplete`: no step may reach a
 * host that was meant for the live run.
 */
export function onInventory(runbook: Runbook, name: string): Runbook {
  const others = runbook.inventory.others ?? []
  const chosen = others.find((other) => other.name === name)
  if (!chosen) {
    const known = others.length === 0 ? 'It has none: write them under inventories: in its front matter.' : `It has ${others.map((other) => other.name).join(', ')}.`
    throw new Problem('runbook-inventory-unknown', `The runbook has no inventory “${name}”.`, `${known} No run was created.`)
  }
  const used = new Set([...runbook.phases.flatMap(({ steps }) => steps), ...runbook.rollback.steps].flatMap(({ hosts }) => hosts))
  const missing = [...used].filter((host) => !chosen.hosts.some((other) => other.name === host))
  if (missing.length > 0) {
    throw new Problem('runbook-inventory-incomplete', `The inventory “${name}” does not say where ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'}.`, `Add ${missing.length === 1 ? 'it' : 'them'} under inventories: › ${name}: in the front matter. No run was created.`)
  }
  return { ...runbook, inventory: { ...runbook.inventory, hosts: chosen.hosts } }
}

/** How the SSH layer knows such a host: by its address alone, so that nothing meant for the live host of that name applies. */
export const byAddress = (host: Host): Host => ({ ...addressed(host), ...(host.stops && { stops: Object.fromEntries(Object.entries(host.stops).map(([name, stop]) => [name, addressed(stop)])) }) })

const addressed = (host: Host): Host => ({ ...host, name: host.address ?? host.name, address: null })
