import { expect, test } from 'vitest'
import { rehearsalMetrics } from '#rehearsal/default-metrics.ts'
import { syntheticValue } from '#rehearsal/metrics.ts'
import { plausibleOutput, readScript } from '#rehearsal/script.ts'
import { sampleMetric, sampleOutcome, sampleRunbook, sampleStep, sampleThreshold } from './sample-runbook.ts'

const IDLE = { stepStarts: {}, stepEnds: {}, stepAttempts: {}, rollbackAt: null }

test('a step is meant by its id or by its whole title in any case', () => {
  const steps = [sampleStep({ id: 'stop', title: 'Stop application services' }), sampleStep({ id: 'deploy' })]
  const plan = readScript(sampleRunbook({ steps, outcomes: [sampleOutcome({ step: ' stop APPLICATION services', exitCode: 3 }), sampleOutcome({ step: 'application', exitCode: 4 })] }))
  expect(plan.outcome('stop', 'web-1', 1, '').exitCode).toBe(3)
  expect(plan.outcome('deploy', 'web-1', 1, '').exitCode).toBe(0)
})

test('the outcome that names most wins', () => {
  const outcomes = [
    sampleOutcome({ step: 'deploy', exitCode: 1 }), sampleOutcome({ step: 'deploy', attempt: 1, exitCode: 2 }),
    sampleOutcome({ step: 'deploy', host: 'web-2', exitCode: 3 }), sampleOutcome({ step: 'deploy', host: 'web-2', attempt: 1, exitCode: 4 }),
  ]
  const plan = readScript(sampleRunbook({ steps: [sampleStep({ id: 'deploy' })], outcomes }))
  const exitCode = (host: string, attempt: number) => plan.outcome('deploy', host, attempt, '').exitCode
  expect([exitCode('web-1', 2), exitCode('web-1', 1), exitCode('web-2', 2), exitCode('web-2', 1)]).toEqual([1, 2, 3, 4])
})

test('a step with nothing scripted takes its planned length, at least a second and at most two minutes', () => {
  const steps = [sampleStep({ id: 'own', plannedMs: 45_000 }), sampleStep({ id: 'short', plannedMs: 5 }), sampleStep({ id: 'long', plannedMs: 900_000 })]
  const plan = readScript(sampleRunbook({ steps }))
  expect(['own', 'short', 'long'].map((id) => plan.outcome(id, 'web-1', 1, '').durationMs)).toEqual([45_000, 1000, 120_000])
})

test('a step without a planned length shares the range of its phase, also across midnight', () => {
  const steps = ['a', 'b', 'c', 'd'].map((id) => sampleStep({ id, plannedMs: null }))
  const plan = readScript(sampleRunbook({ steps, planned: { startMinute: 23 * 60 + 59, endMinute: 1 } }))
  expect(plan.outcome('c', 'web-1', 1, '').durationMs).toBe(30_000)
})

test('a scripted length is taken as it is, and left out it is the planned one', () => {
  const steps = [sampleStep({ id: 'deploy', plannedMs: 20_000 })]
  const lengthOf = (durationMs: number | null) =>
    readScript(sampleRunbook({ steps, outcomes: [sampleOutcome({ step: 'deploy', durationMs })] })).outcome('deploy', 'web-1', 1, '').durationMs
  expect([lengthOf(600_000), lengthOf(0), lengthOf(null)]).toEqual([600_000, 0, 20_000])
})

test('made-up output is marked on every line, shows the command, and stays short', () => {
  expect(plausibleOutput('# why\nset -e\n\n  systemctl stop shop\r\n')).toBe('[rehearsal] + set -e\n[rehearsal] + systemctl stop shop\n[rehearsal] ok\n')
  const long = plausibleOutput(`${'x'.repeat(5000)}\n`.repeat(900))
  expect(long.trimEnd().split('\n').every((line) => line.startsWith('[rehearsal] ') && line.length < 200)).toBe(true)
  expect(long.trimEnd().split('\n')).toHaveLength(42)
})

test('metrics refer to steps by title as well, and "rollback" stays the rollback', () => {
  const changes = [{ from: 'Deploy new version', to: 5, rampMs: 0, until: 'Verify' }, { from: 'deploy', to: 5, rampMs: 0, until: 'rollback' }]
  const steps = [sampleStep({ id: 'deploy', title: 'Deploy new version' }), sampleStep({ id: 'check', title: 'verify' })]
  const plan = readScript(sampleRunbook({ steps, metrics: [sampleMetric({ metric: 'Error Rate', changes, gaps: [{ from: 'VERIFY', lengthMs: 1 }] })] }))
  const metric = plan.metrics.get('error rate')
  expect(metric?.changes.map(({ from, until }) => [from, until])).toEqual([['deploy', 'check'], ['deploy', 'rollback']])
  expect(metric?.gaps[0]?.from).toBe('check')
})

test('every metric the runbook speaks of has a healthy default', () => {
  const runbook = sampleRunbook({ thresholds: [sampleThreshold('error rate', '>', 2), sampleThreshold('response time', '>', 800)] })
  runbook.inventory.sources.push({ metric: 'cpu', kind: 'prometheus', settings: {}, everyMs: 5000 })
  runbook.metrics.push({ id: 'm', text: 'Active user sessions', metric: 'active user sessions', range: runbook.phases[0]!.range })
  expect(rehearsalMetrics(runbook).map(({ metric, base, noise }) => [metric, base, noise])).toEqual([
    ['error rate', 0.2, 0.1], ['response time', 180, 30], ['cpu', 35, 8], ['active user sessions', 1200, 80],
  ])
})

test.each([
  [[sampleThreshold('error rate', '>', 0.1)]], [[sampleThreshold('active sessions', '<', 5000)]], [[sampleThreshold('orders', '>=', 1)]],
  [[sampleThreshold('orders', '<', 40), sampleThreshold('orders', '>', 60)]], [[sampleThreshold('errors', '>', 0)]], [[sampleThreshold('temperature', '>', -5)]],
])('a default never breaches the limits it is watched by (%#)', (thresholds) => {
  const [metric] = rehearsalMetrics(sampleRunbook({ thresholds }))
  for (let at = 0; at < 3_600_000; at += 7001) {
    const value = syntheticValue(metric!, IDLE, at) ?? Number.NaN
    for (const { operator, limit } of thresholds) {
      const isBreached = { '>': value > limit, '>=': value >= limit, '<': value < limit, '<=': value <= limit }[operator]
      expect(isBreached, `${value} ${operator} ${limit}`).toBe(false)
    }
  }
})
