import { createMask } from '#domain/masking.ts'
import { buildReport, type ReportInput, type ReportSeries } from '#domain/report/report.ts'
import type { ReportModel } from '#domain/report/model.ts'
import type { RunMode } from '#domain/run/events.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { HostResult } from '#domain/step.ts'
import type { Threshold } from '#domain/threshold.ts'
import { timingOf } from '#domain/timing.ts'
import { checklistItem, fold, journal, minute, phase, range, runbook, step, textItem, windowStart, type Happening } from '#support/run-states.ts'

const at = (minutes: number): number => windowStart + Math.round(minutes * minute)
const web = ['web-1', 'web-2', 'web-3']
const errorRate: Threshold = { id: 'errors', text: 'Error rate > 2% for 1m', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: minute, range }
const latency: Threshold = { id: 'latency', text: 'Response time > 800ms', metric: 'response time', operator: '>', limit: 800, unit: 'ms', holdMs: 0, range }

/** A release of a shop's checkout with something in every section of the template. */
export function shopRunbook(): Runbook {
  return runbook({
    title: 'Checkout 4.2.0 to production',
    changes: [textItem('c1', 'One-page checkout for returning customers'), textItem('c2', 'Payment retries no longer charge twice')],
    tickets: [{ ...textItem('t1', 'One-page checkout'), key: '#SHOP-412' }, { ...textItem('t2', 'Double charge on retry'), key: '#SHOP-431' }],
    checklists: [
      { id: 'code', title: 'Code Preparation', items: ['All tests passing', 'Code reviewed and approved', 'Version number updated'].map((text, index) => checklistItem(`code-${index}`, { text })) },
      { id: 'env', title: 'Environment Preparation', items: ['Database backup completed', 'Maintenance page ready', 'Third-party services notified (if needed)'].map((text, index) => checklistItem(`env-${index}`, { text, optional: index === 2, owner: index === 0 ? 'jonas' : null })) },
    ],
    phases: [
      phase(1, '22:00', '22:15', [step('drain', { title: 'Drain web nodes from the load balancer', hosts: ['lb-1'] }), step('announce', { title: 'Announce the start in #releases', kind: 'manual', hosts: [], owner: 'mira' })], 'Preparation'),
      phase(2, '22:15', '22:45', [step('maintenance', { title: 'Enable maintenance mode', hosts: ['lb-1'] }), step('stop', { title: 'Stop application services', hosts: web }), step('deploy', { title: 'Deploy new version', hosts: web }), step('start', { title: 'Start application services', hosts: web })], 'Application Deployment'),
      phase(3, '22:45', '23:05', [step('migrate', { title: 'Run migration scripts', hosts: ['db-1'] }), step('verify-migration', { title: 'Verify migration success', hosts: ['db-1'] })], 'Database Migration'),
      phase(4, '23:05', '23:20', [step('smoke', { title: 'Smoke test critical paths', kind: 'manual', hosts: [], checkbox: true })], 'Verification'),
      phase(5, '23:20', '23:30', [step('open', { title: 'Disable maintenance mode', hosts: ['lb-1'] }), step('cdn', { title: 'Clear CDN cache (if applicable)', kind: 'http', hosts: [], optional: true })], 'Finalization'),
    ],
    smokeTests: [textItem('s1', 'Guest can buy with card'), textItem('s2', 'Returning customer sees one page')],
    validationQueries: [{ ...textItem('q1', 'No orders without payment'), sql: "SELECT COUNT(*) FROM orders\nWHERE paid_at IS NULL AND state = 'done';" }],
    healthChecks: [{ id: 'h1', endpoint: 'https://shop.example/health', expected: '200 OK', range }],
    rollback: {
      triggers: [{ ...textItem('orders', 'Orders per minute fall below half'), threshold: null }, { ...textItem('trigger-errors', 'Error rate above 5% for 2 minutes'), threshold: { ...errorRate, id: 'trigger-errors-limit', limit: 5 } }],
      steps: [step('rb-deploy', { title: 'Deploy previous version', hosts: web, plannedMs: 6 * minute }), step('rb-verify', { title: 'Verify rollback success', kind: 'manual', hosts: [], plannedMs: 4 * minute })],
      validation: [checklistItem('rv-1', { text: 'Application accessible' }), checklistItem('rv-2', { text: 'No data loss' })],
    },
    metrics: [{ ...textItem('m1', 'Error rate'), metric: 'error rate' }, { ...textItem('m2', 'Application response time'), metric: 'response time' }],
    thresholds: [errorRate, latency],
    monitoring: { text: '30 minutes', durationMs: 30 * minute, range },
    messages: [
      { ...textItem('msg-1', 'Deployment announcement'), stage: 'before', timing: { when: 'before', leadMs: 24 * 60 * minute } },
      { ...textItem('msg-2', 'Start notification sent'), stage: 'during', timing: { when: 'start' } },
      { ...textItem('msg-3', 'Progress updates every 15 minutes'), stage: 'during', timing: { when: 'every', everyMs: 15 * minute } },
      { ...textItem('msg-4', 'Issue notifications (if any)'), stage: 'during', timing: { when: 'issue' } },
      { ...textItem('msg-5', 'Success notification sent'), stage: 'after', timing: { when: 'success' } },
      { ...textItem('msg-6', 'Summary report published'), stage: 'after', timing: { when: 'report' } },
    ],
    postChecklist: [checklistItem('pc-1', { text: 'All smoke tests passed' }), checklistItem('pc-2', { text: 'Support team notified' })],
    followUps: [textItem('f1', 'Monitor for 24 hours'), textItem('f2', 'Update documentation')],
    other: [{ id: 'other', title: 'Contacts', text: 'Payment provider hotline: extension 4411', range }],
  })
}

const good: HostResult = { outcome: 'succeeded', exitCode: 0 }

function ran(stepId: string, hosts: string[], from: number, to: number, results: HostResult[] = [], attempt = 1): Happening[] {
  const outcomes = hosts.map((_, index) => results[index] ?? good)
  const outcome = outcomes.find((result) => result.outcome !== 'succeeded')?.outcome ?? 'succeeded'
  return [
    { type: 'step-started', stepId, attempt, hosts, at: at(from), by: hosts.length === 0 ? 'mira' : 'holdpoint' },
    ...hosts.map((host): Happening => ({ type: 'host-started', stepId, attempt, host, at: at(from) })),
    ...hosts.map((host, index): Happening => ({ type: 'host-finished', stepId, attempt, host, result: outcomes[index] ?? good, at: at(to) - (hosts.length - 1 - index) * 2000 })),
    { type: 'step-finished', stepId, attempt, outcome, message: outcome === 'succeeded' ? '' : 'web-2 failed with exit code 3', at: at(to), by: hosts.length === 0 ? 'mira' : 'holdpoint' },
  ]
}

const gate = (number: number, reached: number, decided: number): Happening[] => [
  { type: 'gate-reached', gateId: `gate-before-phase-${number}`, at: at(reached) },
  { type: 'gate-decided', gateId: `gate-before-phase-${number}`, decision: 'go', reason: number === 1 ? 'everyone is here' : '', at: at(decided), by: 'mira' },
  { type: 'phase-started', phaseId: `phase-${number}`, at: at(decided) },
]
const tick = (itemId: string, when: number, by = 'mira', note = ''): Happening => ({ type: 'item-ticked', itemId, note, at: at(when), by })
const phaseDone = (number: number, when: number): Happening => ({ type: 'phase-finished', phaseId: `phase-${number}`, at: at(when) })

const upToDeploy: Happening[] = [
  { type: 'run-started', at: at(-20), by: 'mira' },
  tick('code-0', -18), tick('code-1', -17, 'jonas'), tick('code-2', -17), tick('env-0', -12, 'jonas', 'snapshot 2026-12-01-2147'),
  { type: 'item-waived', itemId: 'env-1', reason: 'page is served by the CDN now', at: at(-11), by: 'mira' },
  { type: 'message-sent', messageId: 'msg-1', note: 'sent the day before', at: at(-10), by: 'mira' },
  ...gate(1, -9, 0), { type: 'message-sent', messageId: 'msg-2', note: '', at: at(0.5), by: 'mira' },
  ...ran('drain', ['lb-1'], 0.2, 4), ...ran('announce', [], 4, 6), phaseDone(1, 6),
  ...gate(2, 6, 8), ...ran('maintenance', ['lb-1'], 8, 9), ...ran('stop', web, 9, 13),
  ...ran('deploy', web, 13, 22, [good, { outcome: 'failed', reason: 'exit', exitCode: 3 }, good]),
  { type: 'note-added', noteId: 'n1', about: 'deploy', text: 'web-2 had a full /var; cleared old releases', at: at(24), by: 'jonas' },
  { type: 'run-paused', reason: 'web-2 is being looked at', at: at(22.5), by: 'mira' }, { type: 'run-resumed', at: at(25), by: 'mira' },
  ...ran('deploy', ['web-2'], 25, 30, [], 2), ...ran('start', web, 30, 35), phaseDone(2, 35),
  { type: 'message-sent', messageId: 'msg-3', note: '', at: at(15), by: 'mira' }, { type: 'message-sent', messageId: 'msg-3', note: '', at: at(31), by: 'mira' },
  { type: 'no-data-noticed', metric: 'response time', at: at(10) }, { type: 'data-returned', metric: 'response time', at: at(16) },
  ...gate(3, 35, 37), ...ran('migrate', ['db-1'], 37, 50), ...ran('verify-migration', ['db-1'], 50, 53), phaseDone(3, 53),
]

const breachSamples = [1.1, 1.9, 2.6, 4.1, 5.8, 6.2, 6.4].map((value, index) => ({ at: at(56 + index / 4), value }))

const rolledBack: Happening[] = [
  ...gate(4, 53, 54),
  { type: 'breach-opened', breachId: 'b1', thresholdId: 'errors', triggerId: null, metric: 'error rate', evidence: { rule: errorRate.text, samples: breachSamples, stepId: 'smoke' }, at: at(58) },
  { type: 'breach-opened', breachId: 'b2', thresholdId: null, triggerId: 'orders', metric: null, evidence: { rule: 'Orders per minute fall below half', samples: [], stepId: 'smoke' }, at: at(60), by: 'jonas' },
  { type: 'message-sent', messageId: 'msg-4', note: 'error rate is rising, deciding now', at: at(60), by: 'mira' },
  { type: 'rollback-started', reason: 'error rate above 6 % and orders falling', at: at(61), by: 'mira' },
  ...ran('rb-deploy', web, 61, 68), ...ran('rb-verify', [], 68, 71), { type: 'breach-closed', breachId: 'b1', at: at(70) },
  { type: 'rollback-steps-finished', at: at(71) }, tick('rv-1', 72), tick('rv-2', 75, 'jonas'),
  { type: 'run-finished', outcome: 'rolled-back', at: at(78), by: 'mira' },
]

/** As far as the rollback's first step, which fails; then the run is given up. */
const rollbackFailed: Happening[] = [
  ...rolledBack.filter((happening) => happening.at <= at(61)).filter((happening) => !('stepId' in happening && happening.stepId.startsWith('rb-'))),
  { type: 'step-started', stepId: 'rb-deploy', attempt: 1, hosts: web, at: at(61) },
  { type: 'step-finished', stepId: 'rb-deploy', attempt: 1, outcome: 'failed', message: 'web-2: exit 3', at: at(68) },
  { type: 'abort-requested', reason: 'by hand from here', at: at(78), by: 'mira' }, { type: 'run-finished', outcome: 'failed', at: at(78) },
]

const succeeded: Happening[] = [
  ...gate(4, 53, 54), ...ran('smoke', [], 54, 66), phaseDone(4, 66), tick('s1', 62), tick('s2', 64), tick('q1', 65, 'jonas', '0 rows'), tick('h1', 65),
  ...gate(5, 66, 67), ...ran('open', ['lb-1'], 67, 68), { type: 'step-skipped', stepId: 'cdn', reason: 'nothing cached changed', at: at(69), by: 'mira' }, phaseDone(5, 69),
  { type: 'monitoring-started', endsAt: at(99), at: at(69) }, { type: 'monitoring-ended', reason: 'the planned time is over', at: at(99) },
  { type: 'message-sent', messageId: 'msg-5', note: '', at: at(99.5), by: 'mira' }, tick('pc-1', 100), tick('pc-2', 101), tick('f2', 102, 'jonas'),
  { type: 'run-finished', outcome: 'succeeded', at: at(103), by: 'mira' },
]

function series(metric: string, unit: Threshold['unit'], threshold: Threshold, valueAt: (minutes: number) => number | null): ReportSeries {
  const [from, to, count] = [at(-20), at(103), 240]
  const buckets = Array.from({ length: count }, (_, index) => {
    const start = from + (index * (to - from)) / count
    const value = valueAt((start - windowStart) / minute)
    const wobble = Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1
    return value === null ? { at: start, min: null, max: null, last: null } : { at: start, min: value * (0.8 + wobble * 0.1), max: value * (1.05 + wobble * 0.3), last: value * (0.92 + wobble * 0.2) }
  })
  return { metric, unit, buckets, from, to, threshold }
}

export function shopSeries(outcome: NonNullable<ShopOptions['outcome']>): ReportSeries[] {
  const broken = outcome !== 'succeeded'
  return [
    series('error rate', '%', errorRate, (minutes) => (broken && minutes > 55 && minutes < 70 ? 0.4 + 6 * Math.sin(((minutes - 55) / 15) * Math.PI) : 0.4)),
    series('response time', 'ms', latency, (minutes) => (minutes > 10 && minutes < 16 ? null : 240 + (minutes > 37 && minutes < 53 ? 180 : 0))),
  ]
}

export interface ShopOptions {
  outcome?: 'succeeded' | 'rolled-back' | 'rollback-failed'
  mode?: RunMode
  runbook?: Runbook
  output?: ReportInput['output']
}

const outputs: Record<string, string> = {
  'deploy/1/web-2': `${Array.from({ length: 40 }, (_, index) => `unpacking checkout-4.2.0/lib/chunk-${index}.js`).join('\n')}\nusing password=hunter2 for the registry\n\u001b[31mtar: write error: No space left on device\u001b[0m\nexit 3\n`,
}

/** What `buildReport` takes for a whole run of the shop's release. */
export function shopInput({ outcome = 'rolled-back', mode = 'live', runbook: book = shopRunbook(), output }: ShopOptions = {}): ReportInput {
  const happenings = [...upToDeploy, ...{ succeeded, 'rolled-back': rolledBack, 'rollback-failed': rollbackFailed }[outcome]].toSorted((one, other) => one.at - other.at)
  const events = journal(book, happenings, mode)
  const state = fold(events)
  const generatedAt = at(110)
  const plainOutput: ReportInput['output'] = (stepId, attempt, host) => {
    const text = outputs[`${stepId}/${attempt}/${host}`] ?? `${stepId} on ${host}\ndone in 3.2 s\n`
    return { text, bytes: text.length, truncated: false }
  }
  return {
    state, events, timing: timingOf(state, generatedAt), history: new Map(), now: generatedAt, output: output ?? plainOutput, series: shopSeries(outcome),
    generatedAt, version: '0.1.0', chainHash: 'c0ffee'.padEnd(64, '0'), mask: createMask(),
  }
}

export const shopReport = (options: ShopOptions = {}): ReportModel => buildReport(shopInput(options))

export const failedRollbackReport = (): ReportModel => shopReport({ outcome: 'rollback-failed' })
