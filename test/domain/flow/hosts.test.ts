import { describe, expect, it } from 'vitest'
import { resolveHosts } from '#domain/inventory.ts'

const host = (name: string) => ({ name, address: null, user: null, port: null, jump: null })
const inventory = {
  hosts: ['db1', 'app3', 'app1', 'app10', 'app2', 'lb1'].map(host),
  groups: [{ name: 'app', hosts: ['app1', 'app2', 'app3'] }, { name: 'data', hosts: ['db1'] }, { name: 'nobody', hosts: [] }],
  sources: [],
}
const resolve = (expression: string) => resolveHosts(inventory, expression)
const hosts = (expression: string) => resolve(expression).hosts

describe('hosts=', () => {
  it.each([
    ['app2 lb1,app2, db1', ['db1', 'app2', 'lb1']],
    ['lb1 app', ['app3', 'app1', 'app2', 'lb1']],
    ['all', ['db1', 'app3', 'app1', 'app10', 'app2', 'lb1']],
    ['app*', ['app3', 'app1', 'app10', 'app2']],
    ['app?', ['app3', 'app1', 'app2']],
    ['*1', ['db1', 'app1', 'lb1']],
    ['*p*0', ['app10']],
    ['?b1', ['db1', 'lb1']],
    ['all !app', ['db1', 'app10', 'lb1']],
    ['!app1,app', ['app3', 'app2']],
    ['all,!app*,!lb1', ['db1']],
    ['nobody', []],
    ['', []],
  ])('%s means %j, in the order of the inventory', (expression, expected) => expect(resolve(expression)).toEqual({ hosts: expected, unknown: [] }))

  it('is nothing when only exceptions are named', () => expect(resolve('!db1')).toEqual({ hosts: [], unknown: [] }))

  it('is nothing when everything is taken out again', () => expect(resolve('app !all')).toEqual({ hosts: [], unknown: [] }))

  it('reports what fits nothing, once, also after !: a misspelt exception would run where it must not', () => {
    expect(resolve('app1 web web web* !ap3 !db? ! !! App1 constructor')).toEqual({ hosts: ['app1'], unknown: ['web', 'web*', '!ap3', '!', '!!', 'App1', 'constructor'] })
  })

  it('takes patterns for names of hosts only, and every other character for itself', () => {
    expect(resolve('dat*').unknown).toEqual(['dat*'])
    expect(resolve('app[12]').unknown).toEqual(['app[12]'])
    expect(hosts('a**p1')).toEqual(['app1'])
  })

  it('prefers a host or a group that is called all', () => {
    expect(resolveHosts({ ...inventory, groups: [{ name: 'all', hosts: ['lb1'] }] }, 'all').hosts).toEqual(['lb1'])
    expect(resolveHosts({ hosts: [], groups: [], sources: [] }, 'all')).toEqual({ hosts: [], unknown: ['all'] })
  })
})
