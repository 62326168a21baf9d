import { describe, expect, it, test } from 'vitest'
import { parseRunbook } from '#document/parse.ts'
import { readWatchRule } from '#document/watch-rule.ts'

const rule = { metric: 'error rate', operator: '>', limit: 5, unit: '%', holdMs: 60_000 }

test.each([
  ['Error rate > 5% for 1m', { text: 'Error rate > 5% for 1m', rule, auto: null, fault: null }],
  ['Error rate > 5% for 1m (auto)', { text: 'Error rate > 5% for 1m', rule, auto: { countdownMs: 60_000 }, fault: null }],
  ['Error rate > 5% for 1m (Automatic).', { text: 'Error rate > 5% for 1m', rule, auto: { countdownMs: 60_000 }, fault: null }],
  ['Error rate > 5% for 1m {auto}', { text: 'Error rate > 5% for 1m', rule, auto: { countdownMs: 60_000 }, fault: null }],
  ['Error rate > 5% for 1m {auto countdown=30s no-data=breach recover=3}', { text: 'Error rate > 5% for 1m', rule: { ...rule, recover: 3, noData: 'breach' }, auto: { countdownMs: 30_000 }, fault: null }],
  ['Error rate > 5% for 1m {every=30s delay=5m no-data=ignore}', { text: 'Error rate > 5% for 1m', rule: { ...rule, everyMs: 30_000, delayMs: 300_000, noData: 'ignore' }, auto: null, fault: null }],
  ['Somebody was charged twice (auto)', { text: 'Somebody was charged twice', rule: null, auto: { countdownMs: 60_000 }, fault: null }],
  ['Error rate > 5% (on two hosts)', { text: 'Error rate > 5% (on two hosts)', rule: null, auto: null, fault: null }],
])('%s', (text, expected) => {
  expect(readWatchRule(text)).toEqual(expected)
})

test.each([
  ['{countdown=30s}', 'only for a trigger that is auto'], ['{auto countdown=1s}', 'at least 5s'], ['{auto=yes}', 'without a value'], ['{no-data=fine}', 'one of hold, ignore, breach'],
  ['{recover=0}', 'from 1 to 100'], ['{every=0s}', 'such as 30s'], ['{delay=soon}', 'such as 5m'], ['{automatically}', 'Nothing here reads “automatically”'], ['{auto auto}', 'given twice'], ['{constructor=1}', 'Nothing here reads'],
])('a rule is never watched by half: %s', (marks, fault) => {
  expect(readWatchRule(`Error rate > 5% ${marks}`)).toMatchObject({ rule: null, auto: null, fault: expect.stringContaining(fault) as string })
})

describe('in a runbook', () => {
  const read = (trigger: string, limit = 'Error rate > 2%') => parseRunbook(`# R\n\n## Rollback Plan\n\n### Rollback Trigger Conditions\n\n* ${trigger}\n\n## Monitoring & Alerts\n\n### Alert Thresholds\n\n* ${limit}\n`)

  it('a trigger is named by its prose, whatever its attributes are', () => {
    const [plain, marked] = ['Error rate > 5% for 1m', 'Error rate > 5% for 1m {auto countdown=30s}'].map((text) => read(text).runbook.rollback.triggers[0])
    expect([plain?.id, plain?.threshold?.id, plain?.auto]).toEqual([marked?.id, marked?.threshold?.id, undefined])
    expect(marked).toMatchObject({ text: 'Error rate > 5% for 1m', auto: { countdownMs: 30_000 }, threshold: { text: 'Error rate > 5% for 1m', holdMs: 60_000 } })
  })

  it('a trigger with attributes nobody understands is a button for a person, with its whole text, and check says why', () => {
    const { runbook, findings } = read('Error rate > 5% {auto countdown=never}')
    expect(runbook.rollback.triggers).toMatchObject([{ text: 'Error rate > 5% {auto countdown=never}', threshold: null }])
    expect(findings.filter(({ code }) => code === 'trigger-attributes')).toMatchObject([{ severity: 'warning', line: 7, hint: expect.stringContaining('countdown=') as string }])
  })

  it('an alert threshold cannot be auto', () => {
    const { runbook, findings } = read('Error rate > 5%', 'Error rate > 2% (auto)')
    expect(runbook.thresholds).toEqual([])
    expect(findings.filter(({ code }) => code === 'threshold-unparsed')).toMatchObject([{ hint: 'Only a rollback trigger can be auto.' }])
  })
})

it.each<[string, number | undefined]>([
  ['Monitor for 24 hours', 24 * 3_600_000], ['Monitor error rate for 2h', 2 * 3_600_000], ['Watch dashboards for 30 minutes', 30 * 60_000], ['Keep watching the queue for errors for the next 2 days', 48 * 3_600_000],
  ['Monitor for \\[X\\] hours', undefined], ['Monitor the error rate', undefined], ['Monitor for 24–48 hours', undefined], ['Monitor for 2 hours (if issues)', undefined], ['Archive what ran for 2 hours', undefined],
])('the follow-up action “%s” is watched by the run for its length, or is for a person', (text, watchMs) => {
  const [found, ...more] = parseRunbook(`# R\n\n## Post-Deployment\n\n### Follow-up Actions\n\n* ${text}\n`).runbook.followUps
  expect([found?.watchMs, more]).toEqual([watchMs, []])
})
