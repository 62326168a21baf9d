import { plainText } from './inline.ts'

/** What a section is for. `title` and `other` have no place of their own in the template. */
export type Role =
  | 'title' | 'overview' | 'summary' | 'changes' | 'tickets' | 'checklists' | 'checklist' | 'phases' | 'phase'
  | 'testing' | 'smoke-tests' | 'queries' | 'health-checks' | 'rollback' | 'triggers' | 'rollback-steps' | 'rollback-validation'
  | 'monitoring' | 'metrics' | 'thresholds' | 'monitoring-duration' | 'communication' | 'before' | 'during' | 'after'
  | 'closing' | 'closing-checklist' | 'follow-ups' | 'other'

/** Sections made of other sections: a heading they do not know starts a section of its own inside them. */
const parents = new Set<Role>(['title', 'summary', 'checklists', 'phases', 'testing', 'rollback', 'monitoring', 'communication', 'closing'])

const names: Record<string, Role> = {
  overview: 'overview', 'deployment overview': 'overview', 'release overview': 'overview',
  'deployment summary': 'summary', 'release summary': 'summary', summary: 'summary',
  'changes included': 'changes', changes: 'changes', 'included changes': 'changes',
  'tickets included': 'tickets', tickets: 'tickets', 'included tickets': 'tickets',
  'pre deployment checklist': 'checklists', 'pre deployment checklists': 'checklists', 'pre deployment': 'checklists',
  'deployment steps': 'phases', 'deployment plan': 'phases', steps: 'phases',
  'verification and testing': 'testing', 'verification testing': 'testing', 'testing and verification': 'testing', verification: 'testing',
  'smoke tests': 'smoke-tests', 'smoke test': 'smoke-tests',
  'validation queries': 'queries', 'validation query': 'queries',
  'api health checks': 'health-checks', 'api health check': 'health-checks', 'health checks': 'health-checks',
  'rollback plan': 'rollback', rollback: 'rollback',
  'rollback trigger conditions': 'triggers', 'rollback triggers': 'triggers', 'rollback trigger condition': 'triggers', 'trigger conditions': 'triggers',
  'rollback steps': 'rollback-steps', 'rollback validation': 'rollback-validation', 'rollback verification': 'rollback-validation',
  'monitoring and alerts': 'monitoring', 'monitoring and alerting': 'monitoring', monitoring: 'monitoring',
  'metrics to monitor': 'metrics', metrics: 'metrics', 'monitored metrics': 'metrics',
  'alert thresholds': 'thresholds', thresholds: 'thresholds', alerts: 'thresholds', 'monitoring duration': 'monitoring-duration',
  'communication plan': 'communication', communication: 'communication', communications: 'communication', 'stakeholder notification': 'communication', 'stakeholder notifications': 'communication',
  'post deployment': 'closing', 'post deployment tasks': 'closing',
  'verification checklist': 'closing-checklist', 'post deployment checklist': 'closing-checklist', 'post deployment verification': 'closing-checklist',
  'follow up actions': 'follow-ups', 'follow up': 'follow-ups', 'follow ups': 'follow-ups',
}

const stages: Record<string, Role> = {
  'pre deployment': 'before', 'before deployment': 'before', 'during deployment': 'during', 'post deployment': 'after', 'after deployment': 'after',
}

/** What a heading means below `parent`, or null when it is a part of what `parent` already is. */
export function roleOf(title: string, parent: Role | null, parentIsAbove: boolean): Role | null {
  const name = normalised(title)
  if (parent === 'checklists' && parentIsAbove) return 'checklist'
  if (parent === 'phases' && parentIsAbove) return 'phase'
  if (/^phase \d+\b/.test(name)) return 'phase'
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined
  if (stage && parentIsAbove && (parent === 'communication' || parent === 'before' || parent === 'during')) return stage
  const known = Object.hasOwn(names, name) ? names[name] : undefined
  if (known) return known
  return parent === null || parents.has(parent) || !parentIsAbove ? 'other' : null
}

/** The stage of the communication plan that a label such as `**During Deployment:**` opens. */
export function stageOf(label: string): 'before' | 'during' | 'after' | null {
  const name = normalised(label)
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined
  return stage === 'before' || stage === 'during' || stage === 'after' ? stage : null
}

/** A name without case, punctuation and numbering; `backout` is an old word for rollback. */
export function normalised(text: string): string {
  return plainText(text).toLowerCase().replaceAll('&', ' and ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
    .replace(/^\d+(?: \d+)* (?=\p{L})/u, '').replace(/\bback ?out\b/g, 'rollback').replace(/\broll back\b/g, 'rollback')
    .replace(/\b(pre|post)deployment\b/g, '$1 deployment')
}
