import type { Finding } from '#domain/finding.ts'
import type { Phase, Runbook, TextItem } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import type { Threshold } from '#domain/threshold.ts'
import { checklistItem, minute, phase, runbook, step, textItem } from './run-states.ts'

const named = (prefix: string, texts: string[]): TextItem[] => texts.map((text, index) => textItem(`${prefix}-${index + 1}`, text))
const WEB = ['web-1', 'web-2', 'web-3']

function threshold(id: string, text: string, metric: string, limit: number, unit: Threshold['unit'], holdMs: number): Threshold {
  return { id, text, metric, operator: '>', limit, unit, holdMs, range: { start: 0, end: 0, line: 150, column: 5 } }
}

function work(id: string, title: string, change: Partial<Step> = {}): Step {
  return step(id, { title, body: `systemctl status shop\n# ${title}`, hosts: WEB, plannedMs: 3 * minute, ...change })
}

const byHand = (id: string, title: string, owner: string): Step => work(id, title, { kind: 'manual', body: '', hosts: [], owner })

function phases(from: number): Phase[] {
  const clock = (offset: number) => `${String(Math.floor((from + offset) / 60) % 24).padStart(2, '0')}:${String((from + offset) % 60).padStart(2, '0')}`
  return [
    phase(1, clock(0), clock(15), [
      byHand('announce', 'Announce the start in #release', 'mira'),
      work('preflight', 'Check disk space and service health', { body: 'df -h /srv\nsystemctl is-active shop' }),
    ], 'Preparation'),
    phase(2, clock(15), clock(45), [
      work('maintenance-on', 'Enable maintenance mode', { hosts: ['lb-1'], undo: 'shopctl maintenance off', body: 'shopctl maintenance on' }),
      work('stop', 'Stop application services', { undo: 'systemctl start shop', body: 'systemctl stop shop' }),
      work('deploy', 'Deploy new version', { plannedMs: 12 * minute, timeoutMs: 15 * minute, undo: 'shopctl install 4.1.7', body: 'shopctl install 4.2.0\nshopctl verify' }),
      work('start', 'Start application services', { body: 'systemctl start shop' }),
    ], 'Application Deployment'),
    phase(3, clock(45), clock(75), [
      work('backup', 'Backup current database', { hosts: ['db-1'], plannedMs: 8 * minute }),
      work('migrate', 'Run migration scripts', { hosts: ['db-1'], plannedMs: 14 * minute }),
      work('verify', 'Verify migration success', { hosts: ['db-1'] }),
    ], 'Database Migration'),
    phase(4, clock(75), clock(100), [
      byHand('smoke', 'Smoke test critical paths', 'jonas'),
      work('health', 'Test API endpoints', { kind: 'http', hosts: [], body: 'GET https://shop.example/health' }),
    ], 'Verification'),
    phase(5, clock(100), clock(120), [
      work('maintenance-off', 'Disable maintenance mode', { hosts: ['lb-1'], body: 'shopctl maintenance off' }),
      byHand('tell', 'Notify stakeholders of completion', 'mira'),
    ], 'Finalization'),
  ]
}

/** A release with every section filled, its window open since `openedMs` at `now`. */
export function fakeRunbook(now: number, openedMs = 38 * minute): Runbook {
  const startAt = Math.floor((now - openedMs) / minute) * minute
  const berlin = new Date(startAt).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const from = Number(berlin.slice(0, 2)) * 60 + Number(berlin.slice(3))
  return runbook({
    title: 'Checkout 4.2: wallet payments',
    overview: {
      deploymentType: 'Release', environment: 'Production', version: '4.2.0', date: '2026-12-01', windowText: `${berlin}, two hours, Europe/Berlin`,
      window: { startAt, endAt: startAt + 120 * minute, zone: 'Europe/Berlin' },
    },
    changes: named('change', ['Wallet payments at checkout', 'Retry of declined cards', 'Order index rebuilt']),
    tickets: [{ ...textItem('ticket-1', 'Wallet payments'), key: '#SHOP-412' }, { ...textItem('ticket-2', 'Retry of declined cards'), key: '#SHOP-431' }],
    checklists: [
      { id: 'code', title: 'Code Preparation', items: ['All tests passing', 'Code reviewed and approved', 'Changelog updated'].map((text, index) => checklistItem(`code-${index}`, { text, checkedInFile: index === 0 })) },
      { id: 'environment', title: 'Environment Preparation', items: ['Stakeholders notified', 'Database backup completed', 'Monitoring alerts configured'].map((text, index) => checklistItem(`environment-${index}`, { text, owner: 'mira' })) },
      { id: 'dependencies', title: 'Dependencies', items: [checklistItem('ssl', { text: 'SSL certificates valid' }), checklistItem('third', { text: 'Third-party services notified (if needed)', optional: true })] },
    ],
    phases: phases(from),
    smokeTests: named('smoke-test', ['Put a wallet payment through', 'Decline a card, retry it']),
    healthChecks: [{ id: 'health-1', endpoint: 'https://shop.example/health', expected: '200', range: { start: 0, end: 0, line: 120, column: 1 } }],
    rollback: {
      triggers: [{ ...textItem('trigger-1', 'Error rate > 5% for 2m'), threshold: threshold('trigger-limit', 'Error rate > 5% for 2m', 'error rate', 5, '%', 2 * minute) }, { ...textItem('trigger-2', 'Payments cannot be captured'), threshold: null }],
      steps: [work('back-maintenance', 'Enable maintenance mode', { hosts: ['lb-1'] }), work('back-deploy', 'Deploy previous version', { body: 'shopctl install 4.1.7', plannedMs: 9 * minute }), work('back-start', 'Restart services')],
      validation: [checklistItem('back-open', { text: 'Application accessible' }), checklistItem('back-data', { text: 'No data loss' })],
    },
    metrics: [{ ...textItem('metric-1', 'Error rate'), metric: 'error rate' }, { ...textItem('metric-2', 'Application response time'), metric: 'response time' }],
    thresholds: [threshold('limit-1', 'Error rate > 2% for 1m', 'error rate', 2, '%', minute), threshold('limit-2', 'Response time > 800ms', 'response time', 800, 'ms', 0)],
    monitoring: { text: '30 minutes', durationMs: 30 * minute, range: { start: 0, end: 0, line: 160, column: 1 } },
    messages: [
      { ...textItem('message-1', 'Sent 24 hours before: Deployment announcement'), stage: 'before', timing: { when: 'before', leadMs: 24 * 60 * minute } },
      { ...textItem('message-2', 'Progress updates every 15 minutes'), stage: 'during', timing: { when: 'every', everyMs: 15 * minute } },
      { ...textItem('message-3', 'Success notification sent'), stage: 'after', timing: { when: 'success' } },
    ],
    postChecklist: ['All smoke tests passed', 'No critical errors in logs', 'Support team notified'].map((text, index) => checklistItem(`post-${index}`, { text })),
    followUps: named('follow', ['Archive deployment artifacts', 'Update documentation']),
    inventory: {
      hosts: ['lb-1', ...WEB, 'db-1'].map((name) => ({ name, address: null, user: null, port: null, jump: null })),
      groups: [{ name: 'web', hosts: WEB }],
      sources: ['error rate', 'response time'].map((metric) => ({ metric, kind: 'prometheus', settings: { url: 'https://prometheus.shop.example', query: metric.replaceAll(' ', '_') }, everyMs: 5000 })),
      others: [{ name: 'staging', hosts: ['lb-1', ...WEB, 'db-1'].map((name) => ({ name, address: `${name}.staging.example`, user: 'deploy', port: null, jump: null })) }],
    },
  })
}

/** The same, somewhat edited while a run of it stands still. */
export function editedRunbook(book: Runbook): Runbook {
  const edit = (one: Step): Step[] => {
    if (one.id === 'stop') return [{ ...one, body: 'systemctl stop shop shop-worker\n# Stop application services' }]
    if (one.id === 'deploy') return [work('free', 'Free disk space on the shop hosts', { body: 'journalctl --vacuum-size=200M' }), { ...one, body: 'shopctl install 4.2.1\nshopctl verify --strict' }]
    return one.id === 'verify' ? [] : [one]
  }
  return { ...book, phases: book.phases.map((one) => ({ ...one, steps: one.steps.flatMap(edit) })) }
}

export const fakeFindings: Finding[] = [
  { severity: 'warning', code: 'step-no-undo', message: 'Step "Run migration scripts" has no undo.', hint: 'Add undo="…" to its block, or say in the rollback plan how it is taken back.', line: 96, column: 1 },
  { severity: 'info', code: 'message-unclear', message: 'When "Issue notifications (if any)" is to be sent is not clear.', hint: 'It will be a button in the room.', line: 171, column: 5 },
]

export const brokenFindings: Finding[] = [
  { severity: 'error', code: 'host-unknown', message: 'Step "Stop application services" names the host "app-9", which the front matter does not have.', hint: 'Add it under hosts:, or correct the name.', line: 74, column: 8 },
  { severity: 'error', code: 'placeholder-left', message: 'The placeholder [Version number] is left over.', hint: 'Fill it in.', line: 17, column: 18 },
  ...fakeFindings,
]

export const fakeText = `---
hosts: [lb-1, web-1, web-2, web-3, db-1]
groups:
  web: [web-1, web-2, web-3]
---
# Deployment Task

## Overview

*   **Deployment Type:** Release
*   **Environment:** Production
*   **Version:** 4.2.0
*   **Deployment Window:** 22:00 - 00:00 Europe/Berlin

## Deployment Steps

### Phase 2: Application Deployment

**22:15 - 22:45**

1. Enable maintenance mode
   \`\`\`sh {hosts=lb-1 undo="shopctl maintenance off"}
   shopctl maintenance on
   \`\`\`
2. Stop application services
   \`\`\`sh {hosts=web batch=50% timeout=2m undo="systemctl start shop"}
   systemctl stop shop
   \`\`\`
`
