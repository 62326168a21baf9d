import type { ChecklistItem, Phase, Runbook, SourceRange } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import { parseDuration } from '#domain/duration.ts'

export const range: SourceRange = { start: 0, end: 0, line: 1, column: 1 }

export const item = (id: string, more: Partial<ChecklistItem> = {}): ChecklistItem =>
  ({ id, text: id, range, checkedInFile: false, owner: null, optional: false, ...more })

export const manual = (id: string, more: Partial<Step> = {}): Step => ({
  id, title: id, kind: 'manual', body: '', attributes: {}, hosts: [], unknownHosts: [], timeoutMs: null, plannedMs: null,
  undo: null, owner: null, checkbox: false, optional: false, range, ...more,
})

export const sh = (id: string, hosts: string[], more: Partial<Step> = {}): Step => manual(id, { kind: 'sh', body: `echo ${id}`, hosts, ...more })

export const phase = (number: number, steps: Step[], more: Partial<Phase> = {}): Phase =>
  ({ id: `phase-${number}`, number, title: `Phase ${number}`, planned: null, steps, range, ...more })

/** A small runbook: one required item, two phases, a rollback of one step with one validation item. */
export function smallRunbook(more: Partial<Runbook> = {}): Runbook {
  return {
    title: 'Release', overview: { deploymentType: null, environment: 'staging', version: '1', date: null, windowText: null, window: null },
    changes: [], tickets: [],
    checklists: [{ id: 'code', title: 'Code', items: [item('tests-pass')] }],
    phases: [phase(1, [sh('stop', ['app1', 'app2']), manual('look')]), phase(2, [sh('start', ['app1'])])],
    smokeTests: [], validationQueries: [], healthChecks: [],
    rollback: {
      triggers: [{ id: 'trigger-angry', text: 'Customers are angry', threshold: null, range }],
      steps: [sh('back', ['app1'])], validation: [item('app-accessible')],
    },
    metrics: [], thresholds: [], monitoring: { text: '10 minutes', durationMs: parseDuration('10 minutes'), range },
    messages: [{ id: 'start-notice', text: 'Start notification sent', stage: 'during', timing: { when: 'start' }, range }],
    postChecklist: [item('support-told')], followUps: [], other: [],
    inventory: { hosts: ['app1', 'app2'].map((name) => ({ name, address: null, user: null, port: null, jump: null })), groups: [], sources: [] },
    rehearsal: { outcomes: [], metrics: [] },
    ...more,
  }
}
