import { describe, expect, test } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { nextStep, runningSteps } from '#domain/run/view.ts'
import { exited, followedBy, go, story, succeeded, tick, type Story } from '#support/run-log.ts'
import { manual, phase, sh, smallRunbook } from '#support/runbooks.ts'

const lanes = smallRunbook({
  checklists: [],
  phases: [phase(1, [sh('drain', ['app1']), sh('copy', ['app2'], { attributes: { after: 'none' } }), sh('join', ['app1'], { attributes: { after: 'drain, copy' } }), manual('tell', { attributes: { after: 'drain' } })]), phase(2, [sh('start', ['app1'])])],
})
const begun = (automatic = true): Story => story([{ type: 'start-run' }, go(1)], { runbook: lanes, automatic })
const running = ({ state }: Story): string[] => runningSteps(state).map(({ step }) => step.id)
const refusal = (run: () => unknown): string => {
  try {
    run()
    return ''
  } catch (thrown) {
    return thrown instanceof Problem ? `${thrown.code}: ${thrown.message}` : String(thrown)
  }
}

describe('after=', () => {
  test('begins side by side what waits for nothing, and each step as soon as what it comes after is done', () => {
    let told = begun()
    expect(running(told)).toEqual(['drain', 'copy'])
    told = followedBy(told, succeeded('drain', 'app1'))
    expect(running(told)).toEqual(['copy', 'tell'])
    told = followedBy(followedBy(told, succeeded('copy', 'app2')), tick('tell'))
    expect(running(told)).toEqual(['join'])
    expect(nextStep(told.state)?.id).toBe('start')
    expect(followedBy(told, succeeded('join', 'app1')).facts.map(({ type }) => type)).toContain('phase-finished')
  })

  test('step by step, a person may begin any of them that waits for nothing, and no other', () => {
    const told = followedBy(begun(false), { type: 'start-step', stepId: 'copy' })
    expect(running(followedBy(told, { type: 'start-step', stepId: 'drain' }))).toEqual(['copy', 'drain'].toSorted((one, other) => Object.keys(told.state.steps).indexOf(one) - Object.keys(told.state.steps).indexOf(other)))
    expect(refusal(() => followedBy(told, { type: 'start-step', stepId: 'join' }))).toBe('step-not-next: "join" comes after "drain", which is not done.')
  })

  test('a failure holds what has not begun, and leaves what runs alone', () => {
    const told = followedBy(begun(), exited('drain', 'app1', 1))
    expect(running(told)).toEqual(['copy'])
    const after = followedBy(told, succeeded('copy', 'app2'))
    expect(running(after)).toEqual([])
    expect(running(followedBy(after, { type: 'skip-step', stepId: 'drain', reason: 'drained by hand' }))).toEqual(['join', 'tell'])
  })

  test('a rollback waits for all that is running', () => {
    const told = followedBy(begun(), { type: 'start-rollback', reason: 'enough' })
    expect(running(followedBy(told, exited('drain', 'app1', 143)))).toEqual(['copy'])
    expect(running(followedBy(followedBy(told, exited('drain', 'app1', 143)), exited('copy', 'app2', 143)))).toEqual(['back'])
  })
})
