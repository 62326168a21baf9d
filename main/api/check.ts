import { parseRunbook } from '#document/parse.ts'
import type { Finding } from '#domain/finding.ts'
import { dependenciesOf } from '#domain/forecast/dependencies.ts'
import { checkFlowReferences } from '#domain/flow/references.ts'
import { checkUndoNames } from '#domain/flow/undo-names.ts'
import type { MetricSource } from '#domain/inventory.ts'
import { onInventory } from '#domain/other-inventory.ts'
import { Problem } from '#domain/problem.ts'
import type { RunMode } from '#domain/run/events.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { Step } from '#domain/step.ts'
import { checkStep } from '#kinds/steps/index.ts'
import { secretsOf } from '#kinds/secrets.ts'
import { checkSource } from '#kinds/sources/index.ts'

/** What keeps a secret from being had on this machine now; null when nothing does. */
export type SecretFault = (reference: SecretReference) => Problem | null

/** The runbook and everything there is to say about it: its text, its steps' attributes, its metric sources, and the secrets it names. */
export function checkRunbook(text: string, secretFault: SecretFault): { runbook: Runbook; findings: Finding[] } {
  return withSecrets(checkText(text), secretFault)
}

function checkText(text: string): { runbook: Runbook; findings: Finding[] } {
  const { runbook, findings } = parseRunbook(text)
  return { runbook, findings: inOrder([...findings, ...checkFlowReferences(runbook), ...checkUndoNames(runbook), ...dependenciesOf(runbook).findings, ...stepsOf(runbook).flatMap(checkStep), ...runbook.inventory.sources.flatMap(sourceFindings)]) }
}

const stepsOf = (runbook: Runbook): Step[] => [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
const inOrder = (findings: Finding[]): Finding[] => findings.toSorted((one, other) => one.line - other.line || one.column - other.column)

/** A warning: the runbook may be checked on another machine than the one it runs from, or before the secret is there. */
function withSecrets({ runbook, findings }: { runbook: Runbook; findings: Finding[] }, secretFault: SecretFault): { runbook: Runbook; findings: Finding[] } {
  const missing = secretsOf(runbook).flatMap(({ secret, who, without, range }): Finding[] => {
    const fault = secretFault(secret)
    return fault === null ? [] : [{ severity: 'warning', code: fault.code, message: `${who} ${fault.message}`, hint: `${fault.hint} ${without}`, line: range?.line ?? 1, column: range?.column ?? 1 }]
  })
  return { runbook, findings: missing.length === 0 ? findings : inOrder([...findings, ...missing]) }
}

/** Checks the text of a runbook of the library once for each revision, since it never changes, and its secrets each time. */
export type CheckRevision = (stored: { id: string; revision: number; text: string }) => ReturnType<typeof checkRunbook>

export function createRevisionCheck(secretFault: SecretFault): CheckRevision {
  const checked = new Map<string, { revision: number; result: ReturnType<typeof checkText> }>()
  return ({ id, revision, text }) => {
    const known = checked.get(id)
    const result = known?.revision === revision ? known.result : checkText(text)
    checked.set(id, { revision, result })
    return withSecrets(result, secretFault)
  }
}

const sourceFindings = (source: MetricSource): Finding[] =>
  checkSource(source).map((problem) => ({ severity: 'error', ...problem, line: source.range?.line ?? 1, column: source.range?.column ?? 1 }))

export const errorsOf = (findings: Finding[]): Finding[] => findings.filter((finding) => finding.severity === 'error')

/** The runbook as a run takes it, on the hosts it is for. Throws Problem when it cannot run there. */
export function runbookFor(mode: RunMode, { runbook, findings }: ReturnType<typeof checkRunbook>, inventory: string | null): Runbook {
  requireRunnable(inventory === null ? mode : 'live', runbook, findings)
  return inventory === null ? runbook : onInventory(runbook, inventory)
}

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
