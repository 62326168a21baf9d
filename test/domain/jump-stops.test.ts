import { expect, test } from 'vitest'
import type { Host } from '#domain/inventory.ts'
import { hostOf } from '#domain/jump-stops.ts'
import { byAddress } from '#domain/other-inventory.ts'

const host = (name: string, jump: string | null = null): Host => ({ name, address: `10.0.0.${name.length}`, user: null, port: null, jump })
const stopsOf = (jump: string, ...others: Host[]) => Object.keys(hostOf({ hosts: [host('web-1', jump), ...others] }, 'web-1')?.stops ?? {})

test.each([
  ['bastion', ['bastion']],
  ['ops@bastion:2222', ['bastion']],
  ['ssh://ops@bastion/', ['bastion']],
  [' outer , ops@bastion', ['outer', 'bastion']],
  ['elsewhere.example', []],
  ['none', []],
])('the way %j leads through what the inventory has of it', (jump, expected) => {
  expect(stopsOf(jump, host('bastion'), host('outer'), host('unused'))).toEqual(expected)
})

test('the jump hosts of jump hosts come along, each once, also in a circle', () => {
  expect(stopsOf('a', host('a', 'b'), host('b', 'c,a'), host('c', 'web-1'))).toEqual(['a', 'b', 'c', 'web-1'])
})

test('a host without a jump, or one the inventory does not have, brings nothing along', () => {
  expect(hostOf({ hosts: [host('web-1')] }, 'web-1')).toEqual(host('web-1'))
  expect(hostOf({ hosts: [host('web-1')] }, 'constructor')).toBeNull()
  expect(stopsOf('constructor', host('bastion'))).toEqual([])
})

test('in another inventory the hosts on the way are known by their addresses alone, too', () => {
  const far = byAddress(hostOf({ hosts: [host('web-1', 'bastion'), host('bastion')] }, 'web-1') ?? host('none'))
  expect(far).toEqual({ ...host('web-1', 'bastion'), name: '10.0.0.5', address: null, stops: { bastion: { ...host('bastion'), name: '10.0.0.7', address: null } } })
})
