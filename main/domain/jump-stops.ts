import type { Host, Inventory } from './inventory.ts'
import { own } from './own.ts'

/** The host a name means, with those of the inventory its way leads through, so that whoever connects needs no inventory. */
export function hostOf({ hosts }: Pick<Inventory, 'hosts'>, name: string): Host | null {
  const host = hosts.find((candidate) => candidate.name === name)
  return host === undefined ? null : withStops(host, hosts)
}

export function withStops(host: Host, hosts: Host[]): Host {
  const stops: Record<string, Host> = {}
  const gather = ({ jump }: Host): void => {
    for (const name of (jump ?? '').split(',').map(stopName)) {
      const stop = hosts.find((candidate) => candidate.name === name)
      if (stop === undefined || own(stops, stop.name) !== undefined) continue
      stops[stop.name] = stop
      gather(stop)
    }
  }
  gather(host)
  return Object.keys(stops).length === 0 ? host : { ...host, stops }
}

/** Of `bastion`, `ops@bastion:2222` and `ssh://ops@bastion`. */
const stopName = (text: string): string => text.trim().replace(/^ssh:\/\//, '').replace(/^.*@/, '').replace(/(?::\d+)?\/?$/, '')
