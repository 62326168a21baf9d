import { expect, test } from 'vitest'
import type { Host } from '#domain/inventory.ts'
import { byAddress, onInventory } from '#domain/other-inventory.ts'
import type { Runbook } from '#domain/runbook.ts'
import { followedBy, story } from '#support/run-log.ts'
import { sh, smallRunbook } from '#support/runbooks.ts'

const host = (name: string, address: string | null = null): Host => ({ name, address, user: null, port: null, jump: null })
const runbook = (hosts: Host[], rollback: string[] = []): Runbook => {
  const small = smallRunbook()
  const steps = [sh('deploy', ['app1'])]
  return {
    ...small, phases: small.phases.slice(0, 1).map((phase) => ({ ...phase, steps })), rollback: { ...small.rollback, steps: rollback.map((name) => sh(`back-${name}`, [name])) },
    inventory: { ...small.inventory, hosts: [host('app1'), host('app2'), host('db1')], others: [{ name: 'staging', hosts }] },
  }
}

test('a runbook on another inventory keeps the names of its hosts and takes their places, and knows no other host', () => {
  const places = [host('app1', 'stg-app1')]
  expect(onInventory(runbook(places), 'staging').inventory.hosts).toEqual(places)
})

test('an inventory that does not say where a host is that a step needs is refused, the rollback’s steps included', () => {
  expect(() => onInventory(runbook([host('app2', 'stg-app2')], ['db1']), 'staging')).toThrow('does not say where app1, db1 are')
  expect(() => onInventory(runbook([]), 'production')).toThrow('no inventory “production”')
})

test('the SSH layer knows such a host by its address alone', () => {
  expect(byAddress({ ...host('app1', 'stg-app1'), user: 'deploy', port: 2222 })).toEqual({ ...host('stg-app1'), user: 'deploy', port: 2222 })
})

test('a rehearsal on real hosts takes neither faults nor another speed', () => {
  const told = story([{ type: 'start-run' }])
  const real = { ...told, state: { ...told.state, inventory: 'staging' } }
  expect(() => followedBy(real, { type: 'cause-fault', host: 'app1', fault: 'hang' })).toThrow('real hosts of “staging”')
  expect(() => followedBy(real, { type: 'set-speed', speed: 60 })).toThrow('real hosts of “staging”')
})
