import { describe, expect, test } from 'vitest'
import type { RunCommand } from '#domain/run/commands.ts'
import { describeEvent } from '#domain/run/describe.ts'
import { statusOf } from '#domain/run/view.ts'
import { exited, followedBy, go, story, succeeded, type Story } from '#support/run-log.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const after = (told: Story, ...commands: RunCommand[]): Story => commands.reduce((before, command) => followedBy(before, command), told)
const deploy = (attributes: Record<string, string> = {}) => sh('deploy', ['app1'], { attributes: { 'on-fail': 'step:logs', ...attributes } })
const logs = (attributes: Record<string, string> = {}) => sh('logs', ['app2'], { attributes: { when: 'step(deploy).failed', ...attributes } })
const begun = (steps = [deploy(), manual('look'), logs(), sh('tidy', ['app1'])], automatic = true): Story =>
  story([{ type: 'start-run' }, go(1)], { runbook: smallRunbook({ checklists: [], phases: [phase(1, steps)] }), automatic })
const started = ({ facts }: Story) => facts.flatMap((fact) => (fact.type === 'step-started' ? [[fact.stepId, fact.handles ?? null]] : []))

describe('on-fail=step:ID', () => {
  test('runs that step at once, and the failure then holds the run as before', () => {
    const failed = after(begun(), exited('deploy', 'app1', 1))
    expect(failed.facts.slice(1)).toEqual([
      { type: 'step-finished', stepId: 'deploy', attempt: 1, outcome: 'failed', message: 'app1: exit 1' },
      { type: 'step-started', stepId: 'logs', attempt: 1, hosts: ['app2'], handles: 'deploy' },
    ])
    expect(statusOf(failed.state)).toBe('failed')
    expect(describeEvent(failed.events.at(-1)!, failed.state.runbook)).toBe('Step “logs” started on app2, as “deploy” failed')
    const handled = after(failed, succeeded('logs', 'app2'))
    expect(started(handled)).toEqual([])
    expect(statusOf(handled.state)).toBe('failed')
  })

  test('runs it once: not after the next failure, and not again in its turn', () => {
    const handled = after(begun(), exited('deploy', 'app1', 1), succeeded('logs', 'app2'), { type: 'retry-step', stepId: 'deploy' }, exited('deploy', 'app1', 1, 2))
    expect(started(handled)).toEqual([])
    const ignored = after(handled, { type: 'ignore-failure', stepId: 'deploy', reason: 'a spare' })
    expect(started(after(ignored, { type: 'tick', id: 'look', note: '' }))).toEqual([['tidy', null]])
  })

  test('waits for the retries to be used up, for a pause to end, and is passed over in its turn when nothing failed', () => {
    const retrying = after(begun([deploy({ retries: '1' }), manual('look'), logs()]), exited('deploy', 'app1', 1))
    expect(started(retrying)).toEqual([])
    const again = followedBy(retrying, { type: 'report-time' }, retrying.state.lastEventAt + 60_000, 'holdpoint')
    expect(started(after(again, exited('deploy', 'app1', 1, 2)))).toEqual([['logs', 'deploy']])
    const paused = after(begun(), { type: 'pause', reason: '' }, exited('deploy', 'app1', 1))
    expect(started(paused)).toEqual([])
    expect(started(after(paused, { type: 'resume' }))).toEqual([['logs', 'deploy']])
    const fine = after(begun(), succeeded('deploy', 'app1'), { type: 'tick', id: 'look', note: '' })
    expect(fine.facts).toMatchObject([{ type: 'step-finished' }, { type: 'step-skipped', stepId: 'logs' }, { type: 'step-started', stepId: 'tidy' }])
  })

  test('begins by itself also where a person starts each step; a person is to go on only when it has ended', () => {
    const failed = after(begun(undefined, false), { type: 'start-step', stepId: 'deploy' }, exited('deploy', 'app1', 1))
    expect(started(failed)).toEqual([['logs', 'deploy']])
    expect(() => after(failed, { type: 'retry-step', stepId: 'deploy' })).toThrow('"logs" is in progress.')
  })

  test('does not follow an unknown outcome, an aborted run, or a rollback; a dangerous handler never starts by itself', () => {
    const lost: RunCommand = { type: 'report-step-lost', stepId: 'deploy', attempt: 1 }
    expect(started(after(begun(), lost))).toEqual([])
    expect(started(after(begun(), { type: 'abort', reason: 'no' }, exited('deploy', 'app1', 1)))).toEqual([])
    expect(started(after(begun(), { type: 'start-rollback', reason: 'no' }, exited('deploy', 'app1', 1)))).toEqual([['back', null]])
    expect(started(after(begun([deploy(), logs({ danger: 'true' })]), exited('deploy', 'app1', 1)))).toEqual([])
  })

  test('a handler that fails holds the run beside the failure it was for, and may name one of its own', () => {
    const failed = after(begun([deploy(), logs({ 'on-fail': 'step:call' }), manual('call')]), exited('deploy', 'app1', 1), exited('logs', 'app2', 2))
    expect(started(failed)).toEqual([['call', 'logs']])
    expect(after(failed, { type: 'tick', id: 'call', note: '' }).state.steps).toMatchObject({ deploy: { status: 'failed' }, logs: { status: 'failed' }, call: { status: 'succeeded' } })
  })
})
