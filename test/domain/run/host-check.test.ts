import { describe, expect, it } from 'vitest'
import { describeEvent } from '#domain/run/describe.ts'
import { doubtfulHosts } from '#domain/run/host-check.ts'
import { react } from '#domain/run/react.ts'
import { scenarios } from '#support/room-scenarios.ts'

const now = Date.parse('2026-12-05T22:00:00Z')
const report = (host: string, durable: boolean | null, why: string) => ({ type: 'report-host-checked', host, durable, why }) as const

describe('what hosts say of themselves before a step begins', () => {
  it('is asked for when the run starts, and when a person asks', () => {
    const at = { at: now, by: 'mira' }
    expect(react({ type: 'run-started', ...at })).toEqual([{ type: 'check-hosts' }])
    expect(react({ type: 'host-check-asked', ...at })).toEqual([{ type: 'check-hosts' }])
  })

  it('is a fact only where something is wrong, or is well again', () => {
    const run = scenarios.planned(now)
    const before = run.state().version
    run.take(report('web-1', true, ''), now, 'holdpoint')
    expect(run.state().version).toBe(before)
    run.take(report('web-2', false, 'its home folder is not writable'), now, 'holdpoint')
    run.take(report('web-2', false, 'its home folder is not writable'), now, 'holdpoint')
    expect(run.state().version).toBe(before + 1)
    expect(run.state().hostChecks).toEqual({ 'web-2': { at: now, durable: false, why: 'its home folder is not writable' } })
    run.take(report('web-2', true, ''), now + 1, 'holdpoint')
    expect(run.state().hostChecks).toEqual({ 'web-2': { at: now + 1, durable: true, why: '' } })
  })

  it('is said in words', () => {
    const { runbook } = scenarios.planned(now).state()
    const words = (durable: boolean | null, why: string) => describeEvent({ type: 'host-checked', host: 'web-2', durable, why, at: now, by: 'holdpoint' }, runbook)
    expect([words(false, 'it has no setsid'), words(null, 'web-2 did not answer in time.'), words(true, '')])
      .toEqual(['web-2: not durable: it has no setsid', 'web-2: could not be looked at: web-2 did not answer in time.', 'web-2: keeps its work when the link is lost'])
  })

  it('is told of the hosts of a step in its order, without those taken out of the run', () => {
    const run = scenarios.doubts(now)
    const step = run.state().runbook.phases.flatMap(({ steps }) => steps).find(({ id }) => id === 'deploy')!
    expect(doubtfulHosts(run.state(), step).map(({ host, durable }) => [host, durable])).toEqual([['web-2', false], ['web-3', null]])
    run.take({ type: 'exclude-host', host: 'web-3', reason: 'it is being rebuilt' }, now)
    expect(doubtfulHosts(run.state(), step).map(({ host }) => host)).toEqual(['web-2'])
  })

  it('is refused for a rehearsal on stand-ins', () => {
    expect(() => scenarios.preparation(now).take({ type: 'check-hosts' }, now)).toThrow(expect.objectContaining({ code: 'run-rehearsal' }))
  })
})
