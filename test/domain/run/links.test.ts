import { describe, expect, test } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { describeEvent } from '#domain/run/describe.ts'
import { opening, story, succeeded } from '#support/run-log.ts'

const about = { stepId: 'stop', attempt: 1, host: 'app1' }
const started: RunCommand = { type: 'report-host-started', ...about, durable: true }
const lost: RunCommand = { type: 'report-host-link-lost', ...about, message: 'the connection was lost' }
const restored: RunCommand = { type: 'report-host-link-restored', ...about }
const after = (...commands: RunCommand[]) => story([...opening, ...commands])
const hostOf = (told: ReturnType<typeof after>) => told.state.steps['stop']?.hosts['app1']

describe('a link that is lost under a durable command', () => {
  test('is a fact with its time, while the host goes on running', () => {
    const told = after(started, lost)
    expect(told.facts).toEqual([{ ...lost, type: 'host-link-lost' }])
    expect(hostOf(told)).toMatchObject({ state: 'running', durable: true, linkLostAt: told.state.lastEventAt })
  })

  test('is told once until it is restored, and is over with it or with the outcome', () => {
    expect(after(started, lost, lost).facts).toEqual([])
    expect(after(started, restored).facts).toEqual([])
    expect(hostOf(after(started, lost, restored))).toMatchObject({ state: 'running', linkLostAt: null })
    expect(hostOf(after(started, lost, succeeded('stop', 'app1')))).toMatchObject({ state: 'succeeded', linkLostAt: null })
    expect(after(started, succeeded('stop', 'app1'), lost).facts).toEqual([])
  })

  test('says that the command is still running there', () => {
    const told = after(started, lost)
    const event = told.events.at(-1)
    expect(event && describeEvent(event, told.state.runbook)).toMatch(/^app1: link lost, “.*” still running there, retrying: the connection was lost$/)
  })

  test('a host that cannot keep the work says so when it starts', () => {
    const told = after({ ...started, durable: false, why: 'it has no setsid' })
    const event = told.events.at(-1)
    expect(event && describeEvent(event, told.state.runbook)).toMatch(/not durable: it has no setsid$/)
    expect(hostOf(told)?.durable).toBe(false)
  })
})

test('after a restart only the hosts that are named are lost', () => {
  const told = after(started, { ...started, host: 'app2' }, { type: 'report-step-lost', stepId: 'stop', attempt: 1, hosts: ['app2'] })
  expect(told.state.steps['stop']).toMatchObject({ status: 'running', hosts: { app1: { state: 'running' }, app2: { state: 'unknown' } } })
})
