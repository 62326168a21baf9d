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
  'Error rate > [X]%', 'Any customer was charged twice', 'Error rate > 5% or latency > 1s', 'Error rate > 5% on two hosts', 'Error rate > 5 apples',
  'Error rate > 5% for a while', '> 5%', 'Error rate > 0,5%', '', 'Error rate > 5 constructor', 'a'.repeat(400),
])('is not guessed: %s', (text) => {
  expect(parseThreshold(text)).toBeNull()
})
