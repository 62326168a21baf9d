import { expect, test } from 'vitest'
import type { DurationSample } from '#domain/forecast/history.ts'
import { createOutlook, type Outlook } from '#domain/forecast/outlook.ts'
import { countsAhead, returnStanding } from '#domain/forecast/standing.ts'
import type { Runbook } from '#domain/runbook.ts'
import { finishWords, fitWords, gateWarning, outsideWindow, returnWords } from '#renderer/parts/room/outlook-words.ts'
import { rollbackWords } from '#domain/forecast/rollback-words.ts'
import { berlinWindow, done, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

const zone = 'Europe/Berlin'
const at = (minutes: number): number => windowStart + minutes * minute
const book = runbook({
  phases: [phase(1, '22:00', '22:40', [step('one', { plannedMs: 10 * minute }), step('two', { plannedMs: 20 * minute })])],
  rollback: { triggers: [], steps: [step('back-one', { plannedMs: 20 * minute }), step('back-two', { plannedMs: 10 * minute })], validation: [] },
})
const begun: Happening[] = [{ type: 'run-started', at: at(-10) }, { type: 'phase-started', phaseId: 'phase-1', at: at(0) }, ...done('one', 0, 10)]
const samples = (...minutes: number[]): DurationSample[] => minutes.map((length, place) => ({ runId: `r${place}`, attempt: 1, at: place, ms: length * minute, mode: 'live', excluded: null }))

function look(now: number, { happenings = begun, change = book, history = new Map<string, DurationSample[]>() }: { happenings?: Happening[]; change?: Runbook; history?: Map<string, DurationSample[]> } = {}) {
  const state = stateAfter(change, happenings)
  const made = createOutlook({ runbook: change, history, reserveMs: 5 * minute })
  return { state, forecasts: made.forecasts, outlook: made.at(state, now) }
}
const said = (outlook: Outlook) => {
  const words = returnWords(outlook, zone)
  return words && [words.standing, words.clock, words.when, words.brief]
}

test('the point of no return is said as a time and as what is left, and louder the nearer it is', () => {
  expect(said(look(at(-5), { happenings: [] }).outlook)).toEqual(['free', '23:55', 'now costs nothing to go back', 'free now'])
  expect(said(look(at(44)).outlook)).toEqual(['open', '23:25', 'in 41 min', 'in 41 min'])
  expect(said(look(at(75)).outlook)).toEqual(['open', '23:25', 'in 10 min', 'in 10 min'])
  expect(said(look(at(75) + 1).outlook)).toEqual(['near', '23:25', 'in 9:59', 'in 9:59'])
  expect(said(look(at(85)).outlook)?.[0]).toBe('near')
  expect(said(look(at(85) + 1).outlook)?.[0]).toBe('passed')
  expect(said(look(at(90)).outlook)).toEqual(['passed', '23:25', 'passed 5 min ago', '5 min ago'])
})

test('what begins outside the change window is told so, to the minute and with the zone', () => {
  const window = { startAt: at(0), endAt: at(120) }
  expect(outsideWindow(window, at(-12) - 1, zone)).toBe('The change window opens at 22:00 (Europe/Berlin), in 12 min. What begins now begins before it.')
  expect(outsideWindow(window, at(0) - 1, zone)).toContain('in less than a minute')
  expect([outsideWindow(window, at(0), zone), outsideWindow(window, at(120) - 1, zone)]).toEqual([null, null])
  expect(outsideWindow(window, at(135), zone)).toBe('The change window closed at 00:00 (Europe/Berlin), 15 min ago. What begins now begins after it.')
})

test('without a window, or once a rollback has begun, there is none', () => {
  const open = runbook({ ...book, overview: { ...book.overview, window: null } })
  expect(returnWords(look(at(20), { change: open }).outlook, zone)).toBeNull()
  expect(returnWords(look(at(20), { happenings: [...begun, { type: 'rollback-started', reason: 'r', at: at(15) }] }).outlook, zone)).toBeNull()
})

test('where a length is unknown or work has no way back, it is at most, and why is said', () => {
  const unsaid = runbook({ ...book, rollback: { ...book.rollback, steps: [step('back-one', { plannedMs: null })] } })
  expect(returnWords(look(at(20), { change: unsaid }).outlook, zone)).toMatchObject({ clock: '≤ 23:55', title: expect.stringContaining('Nobody knows how long these take') as string })
  const noWayBack = runbook({ ...book, rollback: { triggers: [], steps: [], validation: [] } })
  const { outlook } = look(at(20), { change: noWayBack })
  expect(returnWords(outlook, zone)).toMatchObject({ clock: '≤ 23:55', title: expect.stringContaining('without a way back in the runbook, and not counted: “one”') as string })
  expect(rollbackWords(outlook)).toBe('The runbook does not say how any of this is taken back.')
  expect(fitWords(outlook, berlinWindow.endAt, zone)).toMatchObject({ look: 'warn' })
})

test('the finish is a range from history, with how many earlier lengths it rests on; without any it is left to the plan', () => {
  const { outlook, state, forecasts } = look(at(10), { history: new Map([['two', samples(20, 20, 20, 30)]]) })
  expect(finishWords(outlook, countsAhead(state, forecasts), berlinWindow.endAt, zone)).toMatchObject({ clock: '22:30–22:37', look: 'within', standing: 'in time, 83 min spare', counts: 'n=4' })
  const late = look(at(97), { history: new Map([['two', samples(20, 20, 20, 30)]]) })
  expect(finishWords(late.outlook, { least: 0, most: 4 }, berlinWindow.endAt, zone)).toMatchObject({ look: 'tight', standing: 'at risk, p90 4 min over', counts: 'n=0–4' })
  const none = look(at(10))
  expect(finishWords(none.outlook, countsAhead(none.state, none.forecasts), berlinWindow.endAt, zone)).toBeNull()
})

test('the rollback says how long, from how many, and whether it ends in the window', () => {
  const history = new Map([['back-one', samples(10, 12, 14)], ['back-two', samples(5, 5, 5)]])
  expect(rollbackWords(look(at(20)).outlook)).toBe('Expected to take 30 min, p90 30 min (planned, n=0).')
  expect(rollbackWords(look(at(20), { history }).outlook)).toBe('Expected to take 17 min, p90 18 min 36 s (n=3).')
  const fit = (now: number) => fitWords(look(now, { history }).outlook, berlinWindow.endAt, zone)
  expect(fit(at(60))).toEqual({ look: 'ok', text: 'Fits the window: done by 23:17, in nine of ten cases by 23:18; the window ends 00:00.' })
  expect(fit(at(100))).toEqual({ look: 'warn', text: 'Ends in the window, but in the last 5 min, which are kept free: done by 23:57, in nine of ten cases by 23:58; the window ends 00:00.' })
  expect(fit(at(102))).toMatchObject({ look: 'warn', text: expect.stringContaining('May not fit') as string })
  expect(fit(at(110))).toMatchObject({ look: 'bad', text: expect.stringContaining('which ends 00:00') as string })
  expect(fit(at(130))).toMatchObject({ look: 'bad', text: expect.stringContaining('which ended 00:00') as string })
})

test('a step that would pass the point of no return is warned about with both numbers; others are not', () => {
  const warned = (now: number) => {
    const { nextGate } = look(now).outlook
    return nextGate && gateWarning(nextGate.gate, nextGate.stepId, zone)
  }
  expect(warned(at(20))).toBeNull()
  expect(warned(at(70))).toBe('Would pass the point of no return: “two” ends by 23:30 (p90), and the point of no return is 23:25. A rollback after it may not end in time.')
  expect(warned(at(90))).toBe('The point of no return, 23:25, has passed: a rollback may no longer end in time. Begun now, “two” ends by 23:50 (p90).')
})

test('how it stands needs something to return from', () => {
  expect(returnStanding({ ...look(at(20)).outlook, noReturn: null })).toBe('none')
})
