import type { ChangeWindow, ChecklistItem, Phase, Runbook, SourceRange, TextItem } from '#domain/runbook.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunFact, RunMode, StoredEvent } from '#domain/run/events.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Step } from '#domain/step.ts'

export const range: SourceRange = { start: 0, end: 0, line: 1, column: 1 }
export const minute = 60_000
/** 2026-12-01 22:00 in Berlin. */
export const windowStart = Date.UTC(2026, 11, 1, 21, 0)
export const berlinWindow: ChangeWindow = { startAt: windowStart, endAt: windowStart + 120 * minute, zone: 'Europe/Berlin' }

export const textItem = (id: string, text = id): TextItem => ({ id, text, range })

export function checklistItem(id: string, change: Partial<ChecklistItem> = {}): ChecklistItem {
  return { id, text: id, range, checkedInFile: false, owner: null, optional: false, ...change }
}

export function step(id: string, change: Partial<Step> = {}): Step {
  return {
    id, title: id, kind: 'sh', body: 'true', attributes: {}, hosts: ['web-1'], unknownHosts: [], timeoutMs: null,
    plannedMs: null, undo: null, owner: null, checkbox: false, optional: false, range, ...change,
  }
}

/** `from` and `to` as `HH:MM`, or null for a phase without times. */
export function phase(number: number, from: string | null, to: string | null, steps: Step[], title = `Phase ${number} title`): Phase {
  const planned = from === null || to === null ? null : { startMinute: minuteOf(from), endMinute: minuteOf(to), range }
  return { id: `phase-${number}`, number, title, planned, steps, range }
}

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

/** Two hours in Berlin, two phases, four steps, a rollback of two, nothing else. */
export function runbook(change: Partial<Runbook> = {}): Runbook {
  return {
    title: 'Checkout 4.2',
    overview: { deploymentType: 'Release', environment: 'Production', version: '4.2.0', date: '2026-12-01', windowText: '22:00 - 00:00 Europe/Berlin', window: berlinWindow },
    changes: [], tickets: [], checklists: [],
    phases: [
      phase(1, '22:00', '22:20', [step('one'), step('two')], 'Preparation'),
      phase(2, '22:20', '23:00', [step('three'), step('four')], 'Application Deployment'),
    ],
    smokeTests: [], validationQueries: [], healthChecks: [],
    rollback: { triggers: [], steps: [step('back-one', { plannedMs: 5 * minute }), step('back-two', { plannedMs: 5 * minute })], validation: [] },
    metrics: [], thresholds: [], monitoring: null, messages: [], postChecklist: [], followUps: [], other: [],
    inventory: { hosts: [], groups: [], sources: [] },
    rehearsal: { outcomes: [], metrics: [] },
    ...change,
  }
}

export type Happening = RunFact & { at: number; by?: string }

/** The journal of a run: `run-created` an hour before the window, then what is given. */
export function journal(book: Runbook, happenings: Happening[] = [], mode: RunMode = 'live'): StoredEvent[] {
  const created: Happening = { type: 'run-created', runId: 'run-1', mode, speed: 1, automatic: true, runbookId: 'book-1', revision: 1, runbook: book, at: windowStart - 60 * minute, by: 'mira' }
  return [created, ...happenings].map((happening, index) => ({
    seq: index + 1,
    event: { by: 'holdpoint', ...happening },
    hash: `${index + 1}`.padStart(64, '0'),
  }))
}

export function fold(events: StoredEvent[]): RunState {
  const state = events.reduce<RunState | null>((folded, stored) => evolve(folded, stored), null)
  if (state === null) throw new Error('a run needs at least one event')
  return state
}

export function stateAfter(book: Runbook, happenings: Happening[] = [], mode: RunMode = 'live'): RunState {
  return fold(journal(book, happenings, mode))
}

/** A step that began and ended well on web-1, times in minutes after the window opened. */
export function done(stepId: string, fromMinute: number, toMinute: number): Happening[] {
  return [
    { type: 'step-started', stepId, attempt: 1, hosts: ['web-1'], at: windowStart + fromMinute * minute },
    { type: 'host-started', stepId, attempt: 1, host: 'web-1', at: windowStart + fromMinute * minute },
    { type: 'host-finished', stepId, attempt: 1, host: 'web-1', result: { outcome: 'succeeded', exitCode: 0 }, at: windowStart + toMinute * minute },
    { type: 'step-finished', stepId, attempt: 1, outcome: 'succeeded', message: '', at: windowStart + toMinute * minute },
  ]
}
