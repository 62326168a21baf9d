import { expect, it } from 'vitest'
import { describeEvent, describeResult } from '#domain/run/describe.ts'
import type { RunFact } from '#domain/run/events.ts'
import { LOCAL_HOST } from '#domain/step.ts'
import { checklistItem, range, runbook } from '#support/run-states.ts'

const book = runbook({
  checklists: [{ id: 'code', title: 'Code Preparation', items: [checklistItem('tests', { text: 'All tests passing' })] }],
  messages: [{ id: 'hello', text: 'Deployment announcement', range, stage: 'before', timing: { when: 'before', leadMs: 86_400_000 } }],
  thresholds: [{ id: 'errors', text: 'Error rate > 2%', metric: 'error rate', operator: '>', limit: 2, unit: '%', holdMs: 0, range }],
})
const words = (fact: RunFact): string => describeEvent({ ...fact, at: 0, by: 'mira' }, book)

it('names things as the runbook does', () => {
  expect(words({ type: 'item-ticked', itemId: 'tests', note: '' })).toBe('Ticked “All tests passing”')
  expect(words({ type: 'item-waived', itemId: 'tests', reason: 'flaky runner' })).toBe('Waived “All tests passing”: flaky runner')
  expect(words({ type: 'gate-decided', gateId: 'gate-before-phase-2', decision: 'no-go', reason: 'wait for the vendor' })).toBe('No-go for Phase 2: Application Deployment: wait for the vendor')
  expect(words({ type: 'step-started', stepId: 'three', attempt: 2, hosts: ['web-1', 'web-2'] })).toBe('Step “three” started on web-1, web-2 (attempt 2)')
  expect(words({ type: 'host-finished', stepId: 'three', attempt: 1, host: 'web-1', result: { outcome: 'failed', reason: 'exit', exitCode: 7 } })).toBe('web-1: “three” failed with exit code 7')
  expect(words({ type: 'message-sent', messageId: 'hello', note: '' })).toBe('Sent “Deployment announcement”')
  expect(words({ type: 'note-added', noteId: 'n', about: 'back-one', text: 'careful' })).toBe('Note about “back-one”: careful')
})

it('does not name a host where the runbook names none', () => {
  expect(words({ type: 'step-started', stepId: 'three', attempt: 1, hosts: [LOCAL_HOST] })).toBe('Step “three” started')
  expect(words({ type: 'host-started', stepId: 'three', attempt: 1, host: LOCAL_HOST })).toBe('“three” started')
  expect(words({ type: 'host-finished', stepId: 'three', attempt: 1, host: LOCAL_HOST, result: { outcome: 'succeeded', exitCode: 0 } })).toBe('“three” succeeded')
})

it('counts hosts that are more than a sentence can carry', () => {
  expect(words({ type: 'step-started', stepId: 'three', attempt: 1, hosts: Array.from({ length: 40 }, (_, index) => `edge-${index}`) })).toBe('Step “three” started on 40 hosts')
})

it('says the rule and the last reading of a breach', () => {
  const evidence = { rule: 'Error rate > 2%', samples: [{ at: 1, value: 1 }, { at: 2, value: 4.56 }], stepId: null }
  expect(words({ type: 'breach-opened', breachId: 'b', thresholdId: 'errors', triggerId: null, metric: 'error rate', evidence })).toBe('Breach: Error rate > 2%, last reading 4.56 %')
  expect(words({ type: 'breach-opened', breachId: 'b', thresholdId: null, triggerId: 'gone', metric: null, evidence: { rule: 'Orders fail', samples: [], stepId: null } })).toBe('Rollback trigger: Orders fail')
})

it('names the rule whose breach is over, overridden or watched; an older record does without', () => {
  const rule = 'Error rate > 2%'
  expect(words({ type: 'breach-closed', breachId: 'b', rule })).toBe('Breach over, back inside its limit: Error rate > 2%')
  expect(words({ type: 'breach-overridden', breachId: 'b', rule, reason: 'known' })).toBe('Breach of “Error rate > 2%” overridden: known')
  expect(words({ type: 'breach-watched', breachId: 'b', rule, note: 'mira asks the bank' })).toBe('Held and watched: “Error rate > 2%” is not answered yet: mira asks the bank')
  expect(words({ type: 'breach-closed', breachId: 'b' })).toBe('Breach over: the metric is back inside its limit')
})

it('keeps the identifier of what the runbook no longer names', () => {
  expect(words({ type: 'step-skipped', stepId: 'gone', reason: 'not needed' })).toBe('Step “gone” skipped: not needed')
})

it('never calls an unknown outcome anything else', () => {
  expect(describeResult({ outcome: 'unknown', code: 'ssh-lost', message: 'the connection was lost', hint: '' })).toBe('outcome unknown: the connection was lost')
  expect(words({ type: 'step-finished', stepId: 'one', attempt: 1, outcome: 'unknown', message: '' })).toBe('Step “one” ended with an unknown outcome')
})
