import { expect, it } from 'vitest'
import { alarmsOf, watchedMetrics, watchedUntil } from '#domain/run/health.ts'
import type { Threshold } from '#domain/threshold.ts'
import { minute, range, runbook, stateAfter, windowStart } from '#support/run-states.ts'
import type { Happening } from '#support/run-states.ts'

const limit = (id: string, metric: string, value: number): Threshold => ({ id, text: `${metric} > ${value}`, metric, operator: '>', limit: value, unit: metric === 'error rate' ? '%' : 'ms', holdMs: minute, range })
const book = runbook({
  metrics: [{ id: 'm', text: 'Application response time', range, metric: 'response time' }],
  thresholds: [limit('slow', 'response time', 800), limit('errors', 'error rate', 2)],
  rollback: { triggers: [{ id: 'many', text: 'error rate > 5', range, threshold: limit('many-limit', 'error rate', 5) }, { id: 'eye', text: 'Charged twice', range, threshold: null }], steps: [], validation: [] },
})
const opened = (breachId: string, at: number, of: { thresholdId?: string; triggerId?: string; metric: string | null }): Happening => ({
  type: 'breach-opened', breachId, thresholdId: of.thresholdId ?? null, triggerId: of.triggerId ?? null, metric: of.metric, evidence: { rule: breachId, samples: [], stepId: null }, at: windowStart + at,
})
const started: Happening = { type: 'run-started', at: windowStart - minute }
const alarms = (...happenings: Happening[]) => alarmsOf(stateAfter(book, [started, ...happenings])).map(({ fired, since, breaches }) => [fired, since - windowStart, breaches.map((breach) => breach.id)])

it('puts the error rate first, then response times, each with its alert threshold and the name the runbook gives it', () => {
  expect(watchedMetrics(book).map(({ metric, title, unit, threshold }) => [metric, title, unit, threshold?.id])).toEqual([
    ['error rate', 'Error rate', '%', 'errors'], ['response time', 'Application response time', 'ms', 'slow'],
  ])
})

it('makes one alarm of the rules breached on one metric, the trigger first, since the earliest', () => {
  expect(alarms(
    opened('slow', 5, { thresholdId: 'slow', metric: 'response time' }),
    opened('errors', 10, { thresholdId: 'errors', metric: 'error rate' }),
    opened('many', 20, { triggerId: 'many', metric: 'error rate' }),
  )).toEqual([[true, 10, ['many', 'errors']], [false, 5, ['slow']]])
})

it('leaves a trigger seen by a person alone, and what is over or overridden out', () => {
  expect(alarms(
    opened('eye', 1, { triggerId: 'eye', metric: null }),
    opened('errors', 2, { thresholdId: 'errors', metric: 'error rate' }),
    opened('slow', 3, { thresholdId: 'slow', metric: 'response time' }),
    { type: 'breach-overridden', breachId: 'errors', reason: 'known', at: windowStart + 4 },
    { type: 'breach-closed', breachId: 'slow', at: windowStart + 5 },
  )).toEqual([[true, 1, ['eye']]])
})

it('has watched until the monitoring ended, or the run, and goes on watching until then', () => {
  const monitoring: Happening = { type: 'monitoring-started', endsAt: windowStart + 15, at: windowStart }
  expect(watchedUntil(stateAfter(book, [started, monitoring]))).toBeNull()
  expect(watchedUntil(stateAfter(book, [started, monitoring, { type: 'monitoring-ended', reason: '', at: windowStart + 15 }]))).toBe(windowStart + 15)
  expect(watchedUntil(stateAfter(book, [started, { type: 'run-finished', outcome: 'aborted', at: windowStart + 7 }]))).toBe(windowStart + 7)
})
