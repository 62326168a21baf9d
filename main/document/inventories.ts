import { z } from 'zod'
import type { Host, Inventory } from '#domain/inventory.ts'
import type { FrontMatter } from './front-matter.ts'
import { HostSettings, isRecord, target, word } from './host-settings.ts'

const Place = z.union([target.transform((address) => ({ address })), HostSettings.unwrap().extend({ address: target })])

/** The places under `inventories:` where a runbook's hosts can be rehearsed on, entry by entry. */
export function readInventories(value: unknown, hosts: Host[], complain: FrontMatter['complain']): NonNullable<Inventory['others']> {
  if (value === undefined || value === null) return []
  if (!isRecord(value)) {
    complain(['inventories'], 'inventories: is not a list of names and hosts.', SHAPE)
    return []
  }
  return Object.entries(value).flatMap(([name, places]) => {
    if (!word.safeParse(name).success || !isRecord(places)) {
      complain(['inventories', name], `The inventory ${JSON.stringify(name)} cannot be read.`, SHAPE)
      return []
    }
    return [{ name, hosts: Object.entries(places).flatMap(([host, place]) => readPlace(name, host, place, hosts, complain)) }]
  })
}

const SHAPE = 'Write each as NAME: { HOST: address, HOST: { address: …, user: …, port: 22, jump: … } }.'

function readPlace(inventory: string, name: string, value: unknown, hosts: Host[], complain: FrontMatter['complain']): Host[] {
  const path = ['inventories', inventory, name]
  const live = hosts.find((host) => host.name === name)
  const parsed = Place.safeParse(value)
  if (!live || !parsed.success) {
    complain(path, live ? `The place of ${name} cannot be read.` : `The inventory “${inventory}” names “${name}”, which is not under hosts:.`, live ? SHAPE : 'Add it under hosts:, or mend the spelling.')
    return []
  }
  const { address, user, port, jump, transport } = { user: null, port: null, jump: null, transport: null, ...parsed.data }
  if ([live.name, live.address].includes(address)) {
    complain(path, `In the inventory “${inventory}”, ${name} is the very host of the live run (${address}).`, 'A rehearsal on it would run its commands there. Name another host.')
    return []
  }
  return [{ name, address, user: user ?? null, port: port ?? null, jump: jump ?? null, ...(transport ? { transport } : {}) }]
}
