import type { Finding } from '#domain/finding.ts'
import type { ChecklistGroup, Runbook } from '#domain/runbook.ts'
import type { Step } from '#domain/step.ts'
import { readMessages } from './communication.ts'
import { readFences } from './fences.ts'
import { readFollowUps } from './follow-ups.ts'
import { cutFrontMatter, readFrontMatter } from './front-matter.ts'
import { createIds, slug } from './ids.ts'
import { readChecklist, readTextItems } from './items.ts'
import { MAX_STEP_HOSTS, MAX_STEPS, refusal, tooLarge } from './limits.ts'
import { checkSources, readMetrics, readMonitoring, readThresholds, readTriggers } from './monitoring.ts'
import { readOther } from './other.ts'
import { noOverview, readOverview } from './overview.ts'
import { checkPhaseTimes, readPhases } from './phases.ts'
import { checkPlaceholders } from './placeholders.ts'
import type { Reading } from './reading.ts'
import { readRehearsal } from './rehearsal.ts'
import { createReport } from './report.ts'
import { type Section, cutSections } from './sections.ts'
import type { Role } from './section-names.ts'
import { type Source, createSource } from './source.ts'
import { checkStrayFences, readSteps } from './steps.ts'
import { checkSections } from './completeness.ts'
import { parseBlocks } from './syntax-tree.ts'
import { readHealthChecks, readQueries } from './testing.ts'
import { readTickets } from './tickets.ts'

/**
 * Reads a runbook out of its Markdown, and everything `holdpoint check` has to say about it. Never throws: a text that is
 * too large or too tangled gives a runbook with nothing in it but the text, and the reason.
 */
export function parseRunbook(text: string): { runbook: Runbook; findings: Finding[] } {
  const refused = refusal(text)
  if (refused) return unread(text, refused)
  const source = createSource(text)
  const report = createReport(source)
  const frontMatterText = cutFrontMatter(text, report)
  const blocks = parseBlocks(text, frontMatterText?.end ?? (text.startsWith('\uFEFF') ? 1 : 0))
  if (!Array.isArray(blocks)) return unread(text, blocks)
  const ids = createIds()
  const frontMatter = readFrontMatter(frontMatterText, report)
  const reading: Reading = {
    source, report, ids, inventory: frontMatter.inventory, isFrontMatterRead: frontMatter.isRead, zone: frontMatter.zone,
    fences: readFences(blocks, source, ids, report), used: new Set(),
  }
  const sections = cutSections(blocks, source)
  const runbook = readSections(sections, reading)
  const steps = limitSteps(runbook, reading)
  const overflowing = overflowingStep(steps)
  if (overflowing) return unread(text, tooLarge(overflowing.range.line, `The steps up to this one name ${MAX_STEP_HOSTS} hosts in all; no more can be run.`))
  runbook.rehearsal = readRehearsal(frontMatter, steps, report)

  checkSections(sections, runbook, reading)
  checkPlaceholders(blocks, source, report)
  checkPhaseTimes(runbook.phases, runbook.overview, reading)
  checkSources(runbook, reading)
  checkStrayFences(reading)
  return { runbook, findings: report.findings() }
}

function readSections(sections: Section[], reading: Reading): Runbook {
  const ofRole = (...roles: Role[]): Section[] => sections.filter((section) => roles.includes(section.role))
  const each = <T>(role: Role, read: (section: Section) => T[]): T[] => ofRole(role).flatMap(read)
  const thresholds = each('thresholds', (section) => readThresholds(section, reading))
  const triggers = each('triggers', (section) => readTriggers(section, reading))
  const watched = [...reading.inventory.sources, ...thresholds, ...triggers.flatMap(({ threshold }) => threshold ?? [])].map(({ metric }) => metric)
  const runbook: Runbook = {
    ...emptyRunbook(),
    title: ofRole('title')[0]?.title || 'Runbook without a title',
    overview: readOverview(ofRole('overview'), reading),
    changes: each('changes', (section) => readTextItems(section, 'changes', reading)),
    tickets: each('tickets', (section) => readTickets(section, reading)),
    checklists: ofRole('checklists', 'checklist').flatMap((section) => readGroup(section, reading)),
    phases: readPhases(ofRole('phases', 'phase'), reading),
    smokeTests: each('smoke-tests', (section) => readTextItems(section, 'smoke-tests', reading)),
    validationQueries: each('queries', (section) => readQueries(section, reading)),
    healthChecks: each('health-checks', (section) => readHealthChecks(section, reading)),
    rollback: {
      triggers,
      steps: each('rollback-steps', (section) => readSteps(section, 'rollback', false, reading)),
      validation: each('rollback-validation', (section) => readChecklist(section, 'rollback-validation', reading)),
    },
    metrics: each('metrics', (section) => readMetrics(section, watched, reading)),
    thresholds,
    monitoring: ofRole('monitoring-duration').map((section) => readMonitoring(section, reading)).find((found) => found !== null) ?? null,
    messages: ofRole('communication', 'before', 'during', 'after').flatMap((section) => readMessages(section, reading)),
    postChecklist: each('closing-checklist', (section) => readChecklist(section, 'post-deployment', reading)),
    followUps: each('follow-ups', (section) => readFollowUps(section, reading)),
    inventory: reading.inventory,
  }
  return { ...runbook, other: readOther(sections, reading) }
}

function readGroup(section: Section, reading: Reading): ChecklistGroup[] {
  const items = readChecklist(section, slug(section.title), reading)
  if (items.length === 0 && section.role === 'checklists') return []
  return [{ id: reading.ids.make('checklist', section.title), title: section.title, items }]
}

function limitSteps(runbook: Runbook, { report }: Reading): Step[] {
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
  const extra = steps[MAX_STEPS]
  if (extra) report.error(extra.range.start, 'too-large', `The runbook has ${steps.length} steps; at most ${MAX_STEPS} can be run.`, 'Split it into several runbooks.')
  return steps
}

/** A group of thousands of hosts in each of thousands of steps: a quarter of a megabyte of text would become a hundred of run. */
function overflowingStep(steps: Step[]): Step | undefined {
  let hosts = 0
  return steps.find((step) => (hosts += step.hosts.length) > MAX_STEP_HOSTS)
}

/** The text kept as it is, when nothing else could be read from it. */
function unread(text: string, finding: Finding): { runbook: Runbook; findings: Finding[] } {
  const source: Source = createSource(text.slice(0, 1))
  const whole = { id: 'text', title: '', text, range: { ...source.range(0, 0), end: text.length } }
  return { runbook: { ...emptyRunbook(), title: 'Runbook that could not be read', other: [whole] }, findings: [finding] }
}

const emptyRunbook = (): Runbook => ({
  title: '', overview: noOverview(), changes: [], tickets: [], checklists: [], phases: [], smokeTests: [], validationQueries: [], healthChecks: [],
  rollback: { triggers: [], steps: [], validation: [] }, metrics: [], thresholds: [], monitoring: null, messages: [], postChecklist: [], followUps: [],
  other: [], inventory: { hosts: [], groups: [], sources: [] }, rehearsal: { outcomes: [], metrics: [] },
})
