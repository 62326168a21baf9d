import { expect, test } from 'vitest'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { describeBoundaries, describeRollback } from '../../main/cli/rollback-words.ts'
import { berlinWindow, done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + minutes * minute
const book = runbook({
  phases: [phase(1, '22:00', '22:20', [step('drain', { undo: 'undrain', plannedMs: 4 * minute }), step('look', { kind: 'manual', hosts: [] })], 'Preparation'), phase(2, '22:20', '23:00', [step('deploy', { undo: 'previous', plannedMs: 10 * minute }), step('warm')], 'Application Deployment')],
})
const deployed: Happening[] = [{ type: 'run-started', at: at(-5) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }, ...done('drain', 0, 4), { type: 'phase-started', phaseId: 'phase-2', at: at(10) }, ...done('deploy', 10, 19)]
const described = (happenings: Happening[], now: number) => {
  const state = stateAfter(book, happenings)
  const made = createOutlook({ runbook: book, history: new Map(), reserveMs: 5 * minute })
  const look = { outlook: made.at(state, now), forecasts: made.forecasts, windowEndAt: berlinWindow.endAt, now }
  return { boundaries: describeBoundaries(state, look).split('\n').slice(1), whole: describeRollback(state, look) }
}

test('going back to before a phase says what is taken back, how long it takes, and whether it fits the window', () => {
  expect(described(deployed, at(20)).boundaries).toEqual([
    '  2. before Application Deployment: takes back "Undo: deploy" on web-1. Expected to take 10 min, p90 10 min (planned, n=0). It fits the window.',
    '  1. before Preparation: takes back "Undo: deploy" on web-1, then "Undo: drain" on web-1. Expected to take 14 min, p90 14 min (planned, n=0). It fits the window.',
  ])
  expect(described(deployed, at(108)).boundaries.map((line) => line.split('. ').at(-1))).toEqual(['It fits the window.', 'It does not fit the window.'])
})

test('where something done since has no undo it says so, and no time', () => {
  expect(described([...deployed, ...done('warm', 19, 20)], at(21)).boundaries).toEqual([
    '  2. before Application Deployment: cannot be gone back to, no undo: "warm"', '  1. before Preparation: cannot be gone back to, no undo: "warm"',
  ])
})

test('the whole rollback counts its plan’s steps too', () => {
  expect(described(deployed, at(20)).whole).toContain('Expected to take 24 min, p90 24 min (planned, n=0). It fits the window.')
})
