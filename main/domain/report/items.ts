import type { ChecklistItem } from '../runbook.ts'
import type { RunState } from '../run/state.ts'
import type { VerificationReport } from './model.ts'
import type { ItemReport } from './work-model.ts'

/** Checklist results: who ticked or waived what and when, and what is still open. */
export function itemReport(state: RunState, id: string, text: string, extra: { owner?: string | null; optional?: boolean } = {}): ItemReport {
  const item = state.items[id]
  return {
    text, state: item?.state ?? 'open', at: item?.at ?? null, by: item?.by ?? null, note: item?.note ?? '',
    owner: extra.owner ?? null, optional: extra.optional ?? false,
  }
}

export const checklistReport = (state: RunState, items: ChecklistItem[]): ItemReport[] => items.map((item) => itemReport(state, item.id, item.text, item))

export function verificationReport(state: RunState): VerificationReport {
  const { smokeTests, validationQueries, healthChecks } = state.runbook
  const optional = { optional: true }
  return {
    smokeTests: smokeTests.map((test) => itemReport(state, test.id, test.text, optional)),
    validationQueries: validationQueries.map((query) => ({ ...itemReport(state, query.id, query.text, optional), sql: query.sql })),
    healthChecks: healthChecks.map(({ id, endpoint, expected }) => ({ ...itemReport(state, id, endpoint, optional), endpoint, expected })),
  }
}
