import type { Host } from '#domain/inventory.ts'
import type { ScriptedMetric, ScriptedOutcome } from '#domain/rehearsal-script.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import type { Threshold } from '#domain/threshold.ts'

const range = { start: 0, end: 0, line: 1, column: 1 }

export const sampleHost = (name: string): Host => ({ name, address: `${name}.shop.example`, user: 'deploy', port: 22, jump: null })

export function sampleStep(step: Partial<Step> & { id: string }): Step {
  return {
    title: step.id, kind: 'sh', body: `systemctl ${step.id} shop`, attributes: {}, hosts: ['web-1', 'web-2'], unknownHosts: [],
    timeoutMs: null, plannedMs: 1000, undo: null, owner: null, checkbox: false, optional: false, range, ...step,
  }
}

export function sampleThreshold(metric: string, operator: Threshold['operator'], limit: number): Threshold {
  return { id: `${metric} ${operator} ${limit}`, text: `${metric} ${operator} ${limit}`, metric, operator, limit, unit: '', holdMs: 0, range }
}

export function sampleOutcome(outcome: Partial<ScriptedOutcome> & { step: string }): ScriptedOutcome {
  return { host: null, attempt: null, durationMs: 1000, exitCode: 0, stdout: '', stderr: '', fault: 'none', ...outcome }
}

export function sampleMetric(metric: Partial<ScriptedMetric>): ScriptedMetric {
  return { metric: 'error rate', base: 0, noise: 0, changes: [], gaps: [], ...metric }
}

export interface SampleParts {
  steps?: Step[]
  rollbackSteps?: Step[]
  hosts?: string[]
  outcomes?: ScriptedOutcome[]
  metrics?: ScriptedMetric[]
  thresholds?: Threshold[]
  planned?: { startMinute: number; endMinute: number }
}

export function sampleRunbook(parts: SampleParts): Runbook {
  const { steps = [], rollbackSteps = [], hosts = ['web-1', 'web-2'], outcomes = [], metrics = [], thresholds = [], planned } = parts
  return {
    title: 'Checkout 2.4', changes: [], tickets: [], checklists: [], smokeTests: [], validationQueries: [], healthChecks: [],
    overview: { deploymentType: null, environment: null, version: null, date: null, windowText: null, window: null },
    phases: [{ id: 'phase-1', number: 1, title: 'Preparation', planned: planned ? { ...planned, range } : null, steps, range }],
    rollback: { triggers: [], steps: rollbackSteps, validation: [] },
    metrics: [], thresholds, monitoring: null, messages: [], postChecklist: [], followUps: [], other: [],
    inventory: { hosts: hosts.map(sampleHost), groups: [], sources: [] },
    rehearsal: { outcomes, metrics },
  }
}
