import { expect, test } from 'vitest'
import { RECOVERY_MS, syntheticValue, type RehearsalContext } from '#rehearsal/metrics.ts'
import { sampleMetric } from './sample-runbook.ts'

const T = 1_800_000_000_000
const context = (parts: Partial<RehearsalContext> = {}): RehearsalContext =>
  ({ stepStarts: {}, stepEnds: {}, stepAttempts: {}, rollbackAt: null, ...parts })
const ramped = (until: string | null) => sampleMetric({ base: 1, changes: [{ from: 'deploy', to: 5, rampMs: 10_000, until }] })

test('the same metric at the same time has the same value, and other times or names have others', () => {
  const metric = sampleMetric({ base: 100, noise: 10 })
  const values = Array.from({ length: 100 }, (_, index) => syntheticValue(metric, context(), T + index * 1000))
  expect(values).toEqual(Array.from({ length: 100 }, (_, index) => syntheticValue(metric, context(), T + index * 1000)))
  expect(new Set(values).size).toBeGreaterThan(90)
  expect(syntheticValue({ ...metric, metric: 'response time' }, context(), T)).not.toBe(values[0])
})

test('noise stays within its band and uses most of it', () => {
  const metric = sampleMetric({ base: 100, noise: 10 })
  const values = Array.from({ length: 5000 }, (_, index) => syntheticValue(metric, context(), T + index * 777) ?? 0)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(90)
  expect(Math.max(...values)).toBeLessThanOrEqual(110)
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(12)
})

test('a metric that starts above zero never falls below it', () => {
  const metric = sampleMetric({ base: 0.1, noise: 5 })
  const values = Array.from({ length: 500 }, (_, index) => syntheticValue(metric, context(), T + index * 1000) ?? -1)
  expect(Math.min(...values)).toBe(0)
})

test('a change ramps from the start of its step and holds', () => {
  const at = (ms: number) => syntheticValue(ramped(null), context({ stepStarts: { deploy: T } }), T + ms)
  expect([-1, 0, 2500, 10_000, 3_600_000].map(at)).toEqual([1, 1, 2, 5, 5])
})

test('before its step has started a change does nothing', () => {
  expect(syntheticValue(ramped(null), context(), T)).toBe(1)
})

test('a change goes back over the recovery once its last step has finished', () => {
  const at = (ms: number) => syntheticValue(ramped('verify'), context({ stepStarts: { deploy: T }, stepEnds: { verify: T + 60_000 } }), T + ms)
  expect([59_999, 60_000, 60_000 + RECOVERY_MS / 2, 60_000 + RECOVERY_MS, 600_000].map(at)).toEqual([5, 5, 3, 1, 1])
})

test('a change cut short in its ramp goes back from where it was', () => {
  const at = (ms: number) => syntheticValue(ramped('rollback'), context({ stepStarts: { deploy: T }, rollbackAt: T + 5000 }), T + ms)
  expect([5000, 5000 + RECOVERY_MS / 2, 5000 + RECOVERY_MS].map(at)).toEqual([3, 2, 1])
})

test('a rollback also ends a change that waits for a step, and leaves one that has no end', () => {
  const rolledBack = context({ stepStarts: { deploy: T }, rollbackAt: T + 20_000 })
  expect(syntheticValue(ramped('verify'), rolledBack, T + 60_000)).toBe(1)
  expect(syntheticValue(ramped(null), rolledBack, T + 60_000)).toBe(5)
})

test('the end of an earlier attempt does not end a change that began again', () => {
  const again = context({ stepStarts: { deploy: T }, stepEnds: { deploy: T - 5000 } })
  expect(syntheticValue(ramped('deploy'), again, T + 10_000)).toBe(5)
})

test('a later change lies over an earlier one, in whichever order they are written', () => {
  const first = { from: 'deploy', to: 5, rampMs: 0, until: null }
  const second = { from: 'migrate', to: 9, rampMs: 10_000, until: 'migrate' }
  const when = context({ stepStarts: { deploy: T, migrate: T + 60_000 }, stepEnds: { migrate: T + 120_000 } })
  for (const changes of [[first, second], [second, first]]) {
    const at = (ms: number) => syntheticValue(sampleMetric({ base: 1, changes }), when, T + ms)
    expect([30_000, 65_000, 100_000, 120_000 + RECOVERY_MS].map(at)).toEqual([5, 7, 9, 5])
  }
})

test('a gap is no data from the start of its step for its length, and data again after it', () => {
  const metric = sampleMetric({ base: 3, gaps: [{ from: 'deploy', lengthMs: 5000 }] })
  const at = (ms: number) => syntheticValue(metric, context({ stepStarts: { deploy: T } }), T + ms)
  expect([-1, 0, 4999, 5000].map(at)).toEqual([3, null, null, 3])
})
