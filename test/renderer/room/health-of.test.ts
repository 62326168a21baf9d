import { expect, test } from 'vitest'
import type { Breach } from '#domain/run/state.ts'
import { addSample, emptySeries } from '#renderer/parts/chart/live-series.ts'
import { limitOf, staleness, triggerLimits, trustMs, wordOf } from '#renderer/parts/room/health-of.ts'
import { fakeRunbook } from '#support/fake-runbook.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)
const book = fakeRunbook(NOW)
const threshold = book.thresholds[0]!
const trigger = book.rollback.triggers[0]!.threshold!
const quiet = { breaches: [], silent: {}, verdicts: {} }
const breach = (change: Partial<Breach>): Breach => ({
  id: 'b', thresholdId: null, triggerId: null, metric: 'error rate', openedAt: NOW, closedAt: null, evidence: { rule: threshold.text, samples: [], stepId: null }, override: null, watched: null, countdownEndsAt: null, ...change,
})
const reading = (value: number) => ({ at: NOW, value })

test('a limit is written as short as it goes', () => {
  expect(limitOf(book.thresholds[1]!)).toEqual({ value: 800, operator: '>', text: '> 800 ms' })
})

test('the limits of rollback triggers on a metric are drawn beside its own, and not twice', () => {
  expect(triggerLimits(book.rollback.triggers, 'error rate', null, limitOf(threshold))).toEqual([{ value: 5, operator: '>', text: '> 5 %' }])
  expect(triggerLimits(book.rollback.triggers, 'error rate', null, limitOf(trigger))).toEqual([])
  expect(triggerLimits(book.rollback.triggers, 'response time', null, null)).toEqual([])
  const doubled = [{ ...book.rollback.triggers[0]!, threshold: { ...trigger, limit: 2, of: 'baseline' as const } }]
  expect(triggerLimits(doubled, 'error rate', null, null)).toEqual([])
  expect(triggerLimits(doubled, 'error rate', { value: 0.4, n: 20 }, null)).toMatchObject([{ value: 0.8 }])
})

test('no reading, an old one, or a silence noticed by main is no data, never ok', () => {
  expect(wordOf(quiet, threshold, null, Infinity)).toBe('no-data')
  expect(wordOf(quiet, threshold, reading(0.1), 40_000)).toBe('no-data')
  expect(wordOf({ ...quiet, silent: { 'error rate': NOW } }, threshold, reading(0.1), null)).toBe('no-data')
  expect(wordOf(quiet, threshold, reading(0.1), null)).toBe('ok')
})

test('past the limit is said before it is a breach, and a breach stays one while there is no data', () => {
  expect(wordOf(quiet, threshold, reading(2.1), null)).toBe('warning')
  expect(wordOf({ ...quiet, breaches: [breach({ thresholdId: 'limit-1' })] }, threshold, null, Infinity)).toBe('breached')
  expect(wordOf({ ...quiet, breaches: [breach({ thresholdId: 'limit-1', override: { at: NOW, by: 'mira', reason: 'known' } })] }, threshold, reading(3), null)).toBe('overridden')
})

test('what main has judged is said, and a multiple of the baseline is no data until it has', () => {
  const judged = (verdict: 'ok' | 'warning' | 'breached' | 'inconclusive') => ({ ...quiet, verdicts: { [threshold.id]: { verdict, doubt: null, at: NOW } } })
  expect([wordOf(judged('warning'), threshold, reading(0.1), null), wordOf(judged('inconclusive'), threshold, reading(0.1), null), wordOf(judged('ok'), threshold, reading(0.1), 40_000)]).toEqual(['warning', 'no-data', 'no-data'])
  expect(wordOf(quiet, { ...threshold, of: 'baseline' }, reading(0.1), null)).toBe('no-data')
  expect(limitOf({ ...threshold, limit: NaN })).toBeNull()
})

test('a breach belongs to its own rule: another threshold on the same metric is not breached by it', () => {
  const other = breach({ triggerId: 'trigger-1', evidence: { rule: trigger.text, samples: [], stepId: null } })
  expect([wordOf({ ...quiet, breaches: [other] }, trigger, reading(6), null), wordOf({ ...quiet, breaches: [other] }, threshold, reading(1), null)]).toEqual(['breached', 'ok'])
})

test('a reading goes stale after three missed ones, on the run\'s own clock', () => {
  const series = addSample(emptySeries('error rate', NOW), { metric: 'error rate', at: NOW, value: 1 })
  const live = trustMs({ mode: 'live', runbook: book, speed: 1 }, 'error rate', 1)
  const fast = trustMs({ mode: 'rehearsal', runbook: book, speed: 60 }, 'error rate', 60)
  expect([staleness(series, live, NOW + 10_000), staleness(series, live, NOW + 40_000)]).toEqual([null, 40_000])
  expect(staleness(series, fast, NOW + 120_000)).toBe(null)
  expect(staleness(emptySeries('error rate', NOW), live, NOW)).toBe(Infinity)
})
