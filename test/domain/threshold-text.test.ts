import { expect, test } from 'vitest'
import { parseThreshold } from '#domain/threshold-text.ts'

test.each([
  ['Error rate > 2%', 'error rate', '>', 2, '%', 0],
  ['Error rate above 5 % for 1m', 'error rate', '>', 5, '%', 60_000],
  ['If the error rate rises above 5 percent for more than 90 seconds.', 'error rate', '>', 5, '%', 90_000],
  ['Response time > 800ms for 2 minutes', 'response time', '>', 800, 'ms', 120_000],
  ['p95 latency >= 1.5 s', 'p95 latency', '>=', 1500, 'ms', 0],
  ['Active sessions < 100', 'active sessions', '<', 100, '', 0],
  ['Active sessions fewer than 1,000', 'active sessions', '<', 1000, '', 0],
  ['CPU/Memory utilization ≥ 90%', 'cpu/memory utilization', '>=', 90, '%', 0],
])('%s', (text, metric, operator, limit, unit, holdMs) => {
  expect(parseThreshold(text)).toEqual({ metric, operator, limit, unit, holdMs })
})

test.each([
  ['p95 latency > 2x baseline for 3 of 5 samples @ 30s', { metric: 'p95 latency', operator: '>', limit: 2, unit: '', of: 'baseline', holdMs: 0, count: { failures: 3, of: 5 }, everyMs: 30_000 }],
  ['Active sessions < 50% of baseline', { metric: 'active sessions', operator: '<', limit: 0.5, unit: '', of: 'baseline', holdMs: 0 }],
  ['Response time exceeds 1.5 times the baseline, for 2 minutes after 5m', { metric: 'response time', operator: '>', limit: 1.5, unit: '', of: 'baseline', holdMs: 120_000, delayMs: 300_000 }],
  ['Error rate > 2% for 3 samples in a row', { metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 0, count: { failures: 3, of: 3 } }],
  ['Error rate > 2% for 3 consecutive readings@1m', { metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 0, count: { failures: 3, of: 3 }, everyMs: 60_000 }],
  ['Error rate > 2 for 2 of the last 4 measurements', { metric: 'error rate', operator: '>', limit: 2, unit: '', holdMs: 0, count: { failures: 2, of: 4 } }],
  ['Queue > 3 × baseline @ 10s', { metric: 'queue', operator: '>', limit: 3, unit: '', of: 'baseline', holdMs: 0, everyMs: 10_000 }],
])('%s', (text, expected) => {
  expect(parseThreshold(text)).toEqual(expected)
})

test.each([
  'Error rate > 2% for 6 of 5 samples', 'Error rate > 2% for 0 of 5 samples', 'Error rate > 2% for 3 of 500 samples', 'Error rate > 2% for 2m for 3m', 'Error rate > 2% @ soon', 'Error rate > 2% @ 30s @ 1m',
  'Error rate > 2% after lunch', 'Error rate > 2% for', 'Error rate > 0x baseline', 'Error rate > 2 baseline', 'Error rate > 2ms of baseline', 'Error rate > 2x baseline on host a', 'Error rate > 2% for 0s',
  'Error rate > [X]%', 'Any customer was charged twice', 'Error rate > 5% or latency > 1s', 'Error rate > 5% on two hosts', 'Error rate > 5 apples',
  'Error rate > 5% for a while', '> 5%', 'Error rate > 0,5%', '', 'Error rate > 5 constructor', 'a'.repeat(400),
])('is not guessed: %s', (text) => {
  expect(parseThreshold(text)).toBeNull()
})
