import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Runbook, SourceRange } from '#domain/runbook.ts'
import { parseRunbook } from '#document/parse.ts'

const text = readFileSync(new URL('../../resources/template/deployment-task.md', import.meta.url), 'utf8')
const filled = readFileSync(new URL('../../resources/examples/checkout-release.md', import.meta.url), 'utf8')

/** Everything in the model that says where it stands, but the phases: each covers all of its lines anyway. */
function rangesOf(runbook: Runbook): SourceRange[] {
  const ranges: SourceRange[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, part] of Object.entries(value)) {
      if (key === 'range') ranges.push(part as SourceRange)
      else visit(part)
    }
  }
  visit({ ...runbook, phases: runbook.phases.map(({ steps, planned }) => ({ steps, planned })) })
  return ranges
}

const headings = /^#{1,6} |^\*\*(?:Pre-Deployment|During Deployment|Post-Deployment):\*\*$/

/** Lines that no part of the model covers. Fields of the overview have no range: their values must be there. */
function homeless(source: string): string[] {
  const { runbook } = parseRunbook(source)
  const ranges = rangesOf(runbook)
  const facts = Object.values(runbook.overview).filter((value) => typeof value === 'string')
  let offset = 0
  const lost: string[] = []
  const body = source.indexOf('\n---\n', 4) + (source.startsWith('---\n') ? 5 : 0)
  for (const line of source.split('\n')) {
    const start = offset
    offset += line.length + 1
    if (line.trim() === '' || headings.test(line) || (source.startsWith('---\n') && start < body)) continue
    const end = start + line.trimEnd().length
    const covered = ranges.some((range) => range.start <= start && end <= range.end)
    if (!covered && !facts.some((fact) => line.replaceAll('\\', '').endsWith(fact))) lost.push(line)
  }
  return lost
}

test('every line of the template has a home in the model', () => {
  expect(homeless(text)).toEqual([])
})

test('every line of the filled example has a home in the model', () => {
  expect(homeless(filled)).toEqual([])
})

test('the template parses into its sections', () => {
  const { runbook } = parseRunbook(text)
  expect({
    title: runbook.title,
    changes: runbook.changes.length,
    tickets: runbook.tickets.map((ticket) => ticket.key),
    checklists: runbook.checklists.map((group) => [group.title, group.items.length]),
    phases: runbook.phases.map((phase) => [phase.number, phase.title, phase.steps.length]),
    smokeTests: runbook.smokeTests.length,
    queries: runbook.validationQueries.length,
    checks: runbook.healthChecks.length,
    rollback: [runbook.rollback.triggers.length, runbook.rollback.steps.length, runbook.rollback.validation.length],
    metrics: runbook.metrics.length,
    messages: runbook.messages.map((message) => [message.stage, message.timing.when]),
    post: [runbook.postChecklist.length, runbook.followUps.length],
  }).toEqual({
    title: 'Deployment Task',
    changes: 3,
    tickets: ['#TICKET-1', '#TICKET-2'],
    checklists: [['Code Preparation', 6], ['Environment Preparation', 6], ['Database Changes', 4], ['Dependencies', 4]],
    phases: [[1, 'Preparation', 2], [2, 'Application Deployment', 5], [3, 'Database Migration', 4], [4, 'Verification', 5], [5, 'Finalization', 4]],
    smokeTests: 3,
    queries: 1,
    checks: 1,
    rollback: [2, 7, 4],
    metrics: 5,
    messages: [['before', 'unclear'], ['before', 'unclear'], ['during', 'start'], ['during', 'unclear'], ['during', 'issue'], ['after', 'success'], ['after', 'report']],
    post: [5, 4],
  })
})

test('the pristine template is refused for its placeholders and for nothing else', () => {
  const { findings } = parseRunbook(text)
  expect(new Set(findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.code))).toEqual(new Set(['placeholder-left']))
  expect(findings.find((finding) => finding.code === 'placeholder-left')).toMatchObject({ severity: 'error', line: 5, column: 26 })
})

test('the checkboxes of Phase 4 are steps, and “if applicable” is optional', () => {
  const { runbook } = parseRunbook(text)
  expect(runbook.phases[3]?.steps.every((step) => step.checkbox)).toBe(true)
  expect(runbook.phases[4]?.steps.map((step) => step.optional)).toEqual([false, false, true, false])
})

test('the example has no errors, no warnings, and everything a rehearsal needs', () => {
  const { runbook, findings } = parseRunbook(filled)
  expect(findings.filter((finding) => finding.severity !== 'info')).toEqual([])
  expect(runbook.overview.window).toEqual({ startAt: Date.parse('2026-12-05T21:00:00Z'), endAt: Date.parse('2026-12-05T22:30:00Z'), zone: 'Europe/Berlin' })
  expect(runbook.inventory.hosts.map((host) => host.name)).toEqual(['app1', 'app2', 'app3', 'db1', 'lb1'])
  expect(runbook.other).toEqual([])
  const scripted = new Set(runbook.rehearsal.outcomes.map((outcome) => outcome.step))
  const commands = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps].filter((step) => step.kind === 'sh')
  expect(commands.filter((step) => !scripted.has(step.id))).toEqual([])
  expect(runbook.rehearsal.outcomes.filter((outcome) => outcome.exitCode !== 0 || outcome.fault !== 'none')).toMatchObject([
    { step: 'install-release', host: 'app2', attempt: 1, exitCode: 1 }, { step: 'check-logs', host: 'app3', attempt: 1, fault: 'link-drop' },
  ])
})

test('a backout plan is a rollback plan, and headings may be written a little differently', () => {
  const other = filled
    .replace('## Rollback Plan', '## Back-out plan').replace('### Rollback Steps', '### 2. Backout Steps:')
    .replace('## Verification & Testing', '## Verification and testing').replace('### Follow-up Actions', '### Follow-Up actions')
    .replace('## Overview', 'Overview\n--------')
  const { runbook, findings } = parseRunbook(other)
  expect(findings.filter((finding) => finding.severity === 'error')).toEqual([])
  expect(runbook.rollback.steps.length).toBe(8)
  expect(runbook.followUps.length).toBe(4)
  expect(runbook.overview.version).toBe('2.14.0')
})
