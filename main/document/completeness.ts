import type { Runbook } from '#domain/runbook.ts'
import type { Reading } from './reading.ts'
import type { Role } from './section-names.ts'
import type { Section } from './sections.ts'

const optional: [title: string, ...roles: Role[]][] = [
  ['Changes Included', 'changes'], ['Tickets Included', 'tickets'], ['Pre-Deployment Checklist', 'checklists', 'checklist'],
  ['Smoke Tests', 'smoke-tests'], ['Validation Queries', 'queries'], ['API Health Checks', 'health-checks'],
  ['Rollback Trigger Conditions', 'triggers'], ['Rollback Validation', 'rollback-validation'],
  ['Metrics to Monitor', 'metrics'], ['Alert Thresholds', 'thresholds'], ['Monitoring Duration', 'monitoring-duration'],
  ['Communication Plan', 'communication'], ['Verification Checklist', 'closing-checklist'], ['Follow-up Actions', 'follow-ups'],
]

/** Reports what the template has and this runbook has not. Without steps, or without a way back, it cannot be run. */
export function checkSections(sections: Section[], runbook: Runbook, { report }: Reading): void {
  const missing = (title: string, isError: boolean, offset = 0): void => {
    const say = isError ? report.error : report.warning
    say(offset, 'section-missing', `The runbook has no “${title}”.`, `Add the heading “${title}” with its lines, as in the template.`)
  }
  const find = (...roles: Role[]): Section | undefined => sections.find((section) => roles.includes(section.role))
  const offsetOf = (section: Section | undefined): number => section?.heading?.start ?? 0

  if (!find('overview')) missing('Overview', false)
  if (!runbook.phases.some((phase) => phase.steps.length > 0)) missing('Deployment Steps', true, offsetOf(find('phases', 'phase')))
  if (runbook.rollback.steps.length === 0) missing('Rollback Plan', true, offsetOf(find('rollback-steps', 'rollback')))
  for (const [title, ...roles] of optional) if (!find(...roles)) missing(title, false)
}
