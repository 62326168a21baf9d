import { expect, test } from 'vitest'
import { hostMatrix } from '#domain/run/host-matrix.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21)
const words = (name: keyof typeof scenarios): string[] => {
  const { hosts, rows } = hostMatrix(scenarios[name](NOW).state())
  return rows.map(({ step, cells }) => `${step.id}: ${cells.flatMap((cell, index) => (cell ? [`${hosts[index]} ${[cell.state, cell.end].filter((part) => part !== '').join(' ')}`] : [])).join(', ')}`)
}

test('each step stands against the hosts it runs on, with how it ended there', () => {
  const failed = words('failed')
  expect(failed).toContain('deploy: web-1 succeeded exit 0, web-2 failed exit 3, web-3 failed host key')
  expect(failed.filter((row) => row.startsWith('back-'))).toEqual([])
  const reasons = hostMatrix(scenarios.failed(NOW).state()).rows.map(({ why }) => why).filter((why) => why !== '')
  expect(reasons).toEqual(['exit 3, 1 more'])
  expect(failed.find((row) => row.includes('planned'))).toMatch(/^[\w-]+: web-1 planned, web-2 planned, web-3 planned$/)
})

test('the steps of a rollback join once it has begun, and an excluded host says so where nothing was sent to it', () => {
  expect(words('rollback').some((row) => row.startsWith('undo:maintenance-on: lb-1 running'))).toBe(true)
  expect(words('excluded').some((row) => row.includes('web-1 planned, web-2 planned, web-3 excluded'))).toBe(true)
})

test('times are those of the current attempt, and a running cell has no end', () => {
  const { hosts, rows } = hostMatrix(scenarios.running(NOW).state())
  const deploy = rows.find(({ step }) => step.id === 'deploy')?.cells ?? []
  expect(deploy[hosts.indexOf('web-2')]).toMatchObject({ state: 'running', finishedAt: null, end: '', linkLost: false })
  expect(deploy[hosts.indexOf('web-1')]?.finishedAt).toEqual(expect.any(Number))
})
