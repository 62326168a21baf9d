import { parseRunbook } from '#document/parse.ts'
import type { Finding } from '#domain/finding.ts'
import { checkFlowReferences } from '#domain/flow/references.ts'
import type { MetricSource } from '#domain/inventory.ts'
import { Problem } from '#domain/problem.ts'
import type { RunMode } from '#domain/run/events.ts'
import type { Runbook } from '#domain/runbook.ts'
import { checkStep } from '#kinds/steps/index.ts'
import { checkSource } from '#kinds/sources/index.ts'

/** The runbook and everything there is to say about it: its text, its steps' attributes, its metric sources. */
export function checkRunbook(text: string): { runbook: Runbook; findings: Finding[] } {
  const { runbook, findings } = parseRunbook(text)
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
  const all = [...findings, ...checkFlowReferences(runbook), ...steps.flatMap(checkStep), ...runbook.inventory.sources.flatMap(sourceFindings)]
  return { runbook, findings: all.toSorted((one, other) => one.line - other.line || one.column - other.column) }
}

/** Checks a runbook of the library once for each revision: its text never changes. */
export type CheckRevision = (stored: { id: string; revision: number; text: string }) => ReturnType<typeof checkRunbook>

export function createRevisionCheck(): CheckRevision {
  const checked = new Map<string, { revision: number; result: ReturnType<typeof checkRunbook> }>()
  return ({ id, revision, text }) => {
    const known = checked.get(id)
    if (known?.revision === revision) return known.result
    const result = checkRunbook(text)
    checked.set(id, { revision, result })
    return result
  }
}

const sourceFindings = (source: MetricSource): Finding[] =>
  checkSource(source).map((problem) => ({ severity: 'error', ...problem, line: source.range?.line ?? 1, column: source.range?.column ?? 1 }))

export const errorsOf = (findings: Finding[]): Finding[] => findings.filter((finding) => finding.severity === 'error')

/** A live run needs a runbook without errors; a rehearsal only one that has steps. Throws Problem. */
export function requireRunnable(mode: RunMode, runbook: Runbook, findings: Finding[]): void {
  const errors = errorsOf(findings)
  const [first] = errors
  const isEmpty = runbook.phases.every((phase) => phase.steps.length === 0)
  if (isEmpty) throw new Problem('runbook-empty', 'The runbook has no deployment steps.', `${first ? `Line ${first.line}: ${first.message} ` : ''}Add steps under "Deployment Steps". No run was created.`)
  if (mode === 'live' && first) {
    const count = errors.length === 1 ? 'an error' : `${errors.length} errors, the first`
    throw new Problem('runbook-errors', `The runbook has ${count} in line ${first.line}: ${first.message}`, 'Mend the runbook, or rehearse it as it is. No run was created.')
  }
}
