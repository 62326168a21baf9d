import { expect, test } from 'vitest'
import { createIds } from '#document/ids.ts'
import { parseRunbook } from '#document/parse.ts'

const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty']

test.each(inherited)('a host, a group or a metric called %s is refused with its place', (name) => {
  const { runbook, findings } = parseRunbook(`---\nhosts:\n  web-1:\n  ${name}:\ngroups:\n  ${name}: [web-1]\nmetrics:\n  ${name}: { source: http }\n---\n# Release\n`)
  expect(runbook.inventory.hosts.map((host) => host.name)).toEqual(['web-1'])
  expect(runbook.inventory.groups).toEqual([])
  expect(runbook.inventory.sources.filter((source) => source.metric === name)).toEqual([])
  expect(findings.filter((finding) => finding.code === 'front-matter-invalid').map((finding) => finding.line).slice(0, 2)).toEqual([4, 6])
})

test('no made id is a name that every object has', () => {
  expect(createIds().make('constructor')).toBe('constructor-2')
})
