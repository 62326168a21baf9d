import type { ChecklistItem, Runbook } from '#domain/runbook.ts'
import type { RunState, Stage } from '#domain/run/state.ts'
import { currentPhase, gateBefore } from '#domain/run/view.ts'
import type { Step } from '#domain/step.ts'

export type RowKind = 'section' | 'group' | 'item' | 'gate' | 'phase' | 'step'

/** A row of the runbook tree as laid out. What it says about the run it reads itself, by id. */
export interface TreeRow {
  id: string
  kind: RowKind
  title: string
  level: 1 | 2 | 3
  parent: string | null
  /** Null for rows without children. */
  expanded: boolean | null
  /** Rows below it, shown or not. */
  children: TreeRow[]
  /** Progress of a section or group counts these. */
  countIds: string[]
}

interface Branch {
  id: string
  kind: 'section' | 'group' | 'phase'
  title: string
  level: 1 | 2
  parent: string | null
}

/** The whole runbook as a tree, in the order it is worked through, with what the run takes back. `expanded` is what was folded by hand. */
export function treeOf(runbook: Runbook, undo: readonly { step: Step }[], expanded: Record<string, boolean>, openByItself: ReadonlySet<string>): TreeRow[] {
  const branch = (of: Branch, children: TreeRow[]): TreeRow => ({
    ...of, children, expanded: expanded[of.id] ?? openByItself.has(of.id), countIds: children.flatMap((child) => (child.children.length > 0 ? child.countIds : [child.id])),
  })
  const leaf = (id: string, kind: RowKind, title: string, level: 1 | 2 | 3, parent: string): TreeRow =>
    ({ id, kind, title, level, parent, expanded: null, children: [], countIds: [] })
  const group = (id: string, title: string, parent: string, items: { id: string; text: string }[]): TreeRow =>
    branch({ id, kind: 'group', title, level: 2, parent }, items.map((item) => leaf(item.id, 'item', item.text, 3, id)))
  const section = (id: string, title: string, children: TreeRow[]): TreeRow[] =>
    children.length === 0 ? [] : [branch({ id, kind: 'section', title, level: 1, parent: null }, children)]

  const phases = runbook.phases.flatMap((phase) => [
    { ...leaf(gateBefore(phase.id), 'gate', `Go / no-go before phase ${phase.number}`, 1, ''), parent: null },
    branch({ id: phase.id, kind: 'phase', title: `${phase.number} ${phase.title}`, level: 1, parent: null }, phase.steps.map((step) => leaf(step.id, 'step', step.title, 2, phase.id))),
  ])
  const health = runbook.healthChecks.map((check) => ({ id: check.id, text: `${check.endpoint} answers ${check.expected}` }))
  return [
    ...section(SECTIONS.before, 'Pre-deployment checklist', runbook.checklists.map((list) => group(list.id, list.title, SECTIONS.before, list.items))),
    ...phases,
    ...section(SECTIONS.tests, 'Verification & testing', [
      ...filled(group('tests-smoke', 'Smoke tests', SECTIONS.tests, runbook.smokeTests)),
      ...filled(group('tests-queries', 'Validation queries', SECTIONS.tests, runbook.validationQueries)),
      ...filled(group('tests-health', 'API health checks', SECTIONS.tests, health)),
    ]),
    ...section(SECTIONS.rollback, 'Rollback plan', [
      ...[...undo.map(({ step }) => step), ...runbook.rollback.steps].map((step) => leaf(step.id, 'step', step.title, 2, SECTIONS.rollback)),
      ...filled(group('rollback-validation', 'Rollback validation', SECTIONS.rollback, runbook.rollback.validation)),
    ]),
    ...section(SECTIONS.after, 'Post-deployment', [
      ...filled(group('after-checklist', 'Verification checklist', SECTIONS.after, runbook.postChecklist)),
      ...filled(group('after-follow-ups', 'Follow-up actions', SECTIONS.after, runbook.followUps)),
    ]),
  ]
}

export const SECTIONS = { before: 'section-before', tests: 'section-tests', rollback: 'section-rollback', after: 'section-after' } as const

const filled = (row: TreeRow): TreeRow[] => (row.children.length > 0 ? [row] : [])

/** What is unfolded unless a person says otherwise: what the present stage works on. */
export function openByStage(state: RunState): string[] {
  const phases = state.runbook.phases.map((phase) => phase.id)
  const byStage: Record<Stage, string[]> = {
    planned: [SECTIONS.before, ...phases],
    preparation: [SECTIONS.before, ...openGroups(state), ...phases],
    phases,
    monitoring: [...phases, SECTIONS.tests, 'tests-smoke'],
    closing: [SECTIONS.after, 'after-checklist', ...phases],
    aborting: phases,
    rollback: [SECTIONS.rollback, ...[currentPhase(state)?.id ?? []].flat()],
    'rollback-validation': [SECTIONS.rollback, 'rollback-validation'],
    ended: phases,
  }
  return byStage[state.stage]
}

const openGroups = (state: RunState): string[] => state.runbook.checklists.filter((list) => list.items.some((item) => isOpen(state, item))).map((list) => list.id)
const isOpen = (state: RunState, item: ChecklistItem): boolean => state.items[item.id]?.state === 'open'

/** The rows that can be seen, top to bottom. */
export function visibleRows(rows: TreeRow[]): TreeRow[] {
  return rows.flatMap((row) => (row.expanded === true ? [row, ...visibleRows(row.children)] : [row]))
}

/** Which a row is of those beside it under the same row, from 1. */
export interface RowPlace {
  position: number
  of: number
}

/** By id, of rows shown or not. */
export function placesOf(rows: readonly TreeRow[]): Map<string, RowPlace> {
  const places = new Map<string, RowPlace>()
  const add = (beside: readonly TreeRow[]): void => beside.forEach((row, index) => {
    places.set(row.id, { position: index + 1, of: beside.length })
    add(row.children)
  })
  add(rows)
  return places
}

/** The rows above one, outermost first: they have to be unfolded for it to be seen. */
export function pathTo(rows: TreeRow[], id: string): TreeRow[] {
  for (const row of rows) {
    if (row.id === id) return []
    if (row.children.some((child) => child.id === id)) return [row]
    const deeper = pathTo(row.children, id)
    if (deeper.length > 0) return [row, ...deeper]
  }
  return []
}
