import { describe, expect, test } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { statusOf } from '#domain/run/view.ts'
import type { HostResult } from '#domain/step.ts'
import { followedBy, opening, refusalOf, story, succeeded, type Story } from '#support/run-log.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const after = (told: Story, ...commands: RunCommand[]): Story => commands.reduce((before, command) => followedBy(before, command), told)
const began = (host: string, durable: boolean): RunCommand => ({ type: 'report-host-started', stepId: 'stop', attempt: 1, host, durable })
const lost: RunCommand = { type: 'report-step-lost', stepId: 'stop', attempt: 1 }
const probe: RunCommand = { type: 'probe-step', stepId: 'stop' }
const answer = (host: string, result: HostResult | null, attempt = 1): RunCommand => ({ type: 'report-probed', stepId: 'stop', attempt, host, findings: [`${host} says so.`], result })
const ended: HostResult = { outcome: 'failed', reason: 'exit', exitCode: 7 }
const fine: HostResult = { outcome: 'succeeded', exitCode: 0 }

/** Nobody knows how `stop` ended on the two hosts. */
const unclear = (durable: boolean, attributes: Record<string, string> = {}): Story =>
  after(story(opening, { runbook: smallRunbook({ phases: [phase(1, [sh('stop', ['app1', 'app2'], { attributes }), manual('look')])] }) }), began('app1', durable), began('app2', durable), lost)

describe('a probe', () => {
  test('is for a step whose outcome is unknown, on hosts that keep a record of it, one at a time', () => {
    expect(refusalOf(() => after(story(opening), probe))).toBe('step-not-unknown')
    expect(refusalOf(() => after(unclear(false), probe))).toBe('probe-nothing')
    const asking = after(unclear(true), probe)
    expect(asking.facts).toEqual([{ type: 'probe-started', stepId: 'stop', attempt: 1, hosts: ['app1', 'app2'] }])
    expect(refusalOf(() => after(asking, probe))).toBe('probe-in-progress')
    expect(after(unclear(false, { probe: 'test -e /done' }), probe).facts).toMatchObject([{ hosts: ['app1', 'app2'] }])
    expect(after(unclear(true), { type: 'exclude-host', host: 'app2', reason: 'gone' }, probe).facts).toMatchObject([{ hosts: ['app1'] }])
  })

  test('that proves nothing leaves the outcome unknown, and what was found stays in the log', () => {
    const told = after(unclear(true), probe, answer('app1', null), answer('app2', { outcome: 'unknown', code: 'x', message: '', hint: '' }))
    expect(told.facts).toEqual([{ type: 'host-probed', stepId: 'stop', attempt: 1, host: 'app2', findings: ['app2 says so.'], proved: false }])
    expect(statusOf(told.state)).toBe('unknown')
    expect(told.state.steps['stop']?.hosts['app1']).toMatchObject({ state: 'unknown', probe: { by: 'dana', findings: ['app1 says so.'] } })
    expect(after(told, probe).facts).toHaveLength(1)
  })

  test('that proves the outcome of the last host ends the step as any result does, and the run goes on', () => {
    const one = after(unclear(true), probe, answer('app1', fine))
    expect(one.facts.map(({ type }) => type)).toEqual(['host-probed', 'host-finished', 'step-finished'])
    expect(one.state.steps['stop']).toMatchObject({ status: 'unknown', hosts: { app1: { state: 'succeeded' } } })
    const both = after(one, answer('app2', fine))
    expect(both.facts.map(({ type }) => type)).toEqual(['host-probed', 'host-finished', 'step-finished', 'step-started'])
    expect(both.state.steps['stop']).toMatchObject({ status: 'succeeded', attempt: 1 })
  })

  test('that proves a failure is a failure: retries= goes on from there', () => {
    const told = after(unclear(true, { retries: '1' }), probe, answer('app1', fine), answer('app2', ended))
    expect(told.facts.map(({ type }) => type)).toEqual(['host-probed', 'host-finished', 'step-finished', 'retry-scheduled'])
  })

  test('answered after a person has decided is kept and changes nothing; of another attempt, or asked for by nobody, it is nothing', () => {
    const resolved = after(unclear(true), probe, { type: 'resolve-step', stepId: 'stop', evidence: 'seen' }, answer('app1', ended))
    expect(resolved.facts).toMatchObject([{ type: 'host-probed', proved: false }])
    expect(resolved.state.steps['stop']?.status).toBe('succeeded')
    expect(after(unclear(true), answer('app1', fine)).facts).toEqual([])
    const again = after(unclear(true), probe, { type: 'retry-step', stepId: 'stop', reason: 'safe' })
    expect(after(again, answer('app1', fine)).facts).toEqual([])
    expect(after(again, succeeded('stop', 'app1', 2)).facts).toHaveLength(1)
  })

  test('is let go by an abort, whose end does not wait for answers', () => {
    const told = after(unclear(true), probe, { type: 'abort', reason: 'enough' })
    expect(statusOf(told.state)).toBe('ended-aborted')
    expect(after(told, answer('app1', fine)).facts).toEqual([])
  })
})
