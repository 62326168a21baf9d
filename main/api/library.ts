import { type CheckRevision, checkRunbook, errorsOf, runbookFor } from './check.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'
import { Problem } from '#domain/problem.ts'
import type { OpenRunbook, RunbookSummary } from '#preload/contract.ts'
import type { StoredRunbook } from '#storage/runbooks.ts'

type LibraryCalls = 'list-runbooks' | 'open-runbook' | 'import-runbook' | 'new-runbook' | 'save-runbook' | 'remove-runbook' | 'check-text' | 'create-run'

/** A rehearsal begins this long before its change window, so that the checklists come first, as on the night. */
const REHEARSAL_LEAD_MS = 5 * 60_000

export function createLibraryHandlers(deps: ApiDeps, check: CheckRevision): Pick<Handlers, LibraryCalls> {
  const { storage, engine } = deps
  const open = (stored: StoredRunbook): OpenRunbook => {
    const { id, name, revision, text } = stored
    return { id, name, revision, text, ...check(stored) }
  }

  const summarise = (id: string): RunbookSummary => {
    const stored = storage.runbooks.read(id)
    const { runbook, findings } = check(stored)
    return {
      id, name: stored.name, title: runbook.title, version: runbook.overview.version, environment: runbook.overview.environment,
      windowText: runbook.overview.windowText, steps: runbook.phases.reduce((sum, phase) => sum + phase.steps.length, 0),
      hosts: runbook.inventory.hosts.length, errors: errorsOf(findings).length,
      warnings: findings.filter((finding) => finding.severity === 'warning').length,
      revision: stored.revision, updatedAt: stored.updatedAt, example: stored.example,
    }
  }

  return {
    'list-runbooks': () => storage.runbooks.list().map(({ id }) => summarise(id)),
    'open-runbook': ({ runbookId }) => open(storage.runbooks.read(runbookId)),
    'import-runbook': ({ name, text }) => {
      const stored = storage.runbooks.create({ id: deps.newId(), name, text, example: false, at: deps.now() })
      deps.libraryChanged()
      return { runbookId: stored.id, findings: check(stored).findings }
    },
    'new-runbook': () => {
      const stored = storage.runbooks.create({ id: deps.newId(), name: 'deployment-task.md', text: deps.template(), example: false, at: deps.now() })
      deps.libraryChanged()
      return { runbookId: stored.id }
    },
    'save-runbook': ({ runbookId, revision, text }) => {
      const stored = storage.runbooks.save({ id: runbookId, expectedRevision: revision, text, at: deps.now() })
      deps.libraryChanged()
      return open(stored)
    },
    'remove-runbook': ({ runbookId }) => {
      storage.runbooks.remove(runbookId, deps.now())
      deps.libraryChanged()
      return null
    },
    'check-text': ({ text }) => checkRunbook(text, deps.secretFault).findings,
    'create-run': ({ runbookId, mode, speed, automatic, inventory = null }) => {
      const stored = storage.runbooks.read(runbookId)
      if (mode === 'live' && inventory !== null) throw new Problem('inventory-live', 'A live run is on the hosts of the runbook itself.', 'Only a rehearsal can be on another inventory. No run was created.')
      const isReal = mode === 'live' || inventory !== null
      const runbook = runbookFor(mode, check(stored), inventory)
      const windowStart = runbook.overview.window?.startAt
      const at = !isReal && windowStart !== undefined ? windowStart - REHEARSAL_LEAD_MS : deps.now()
      return { runId: engine.create({ runbookId, revision: stored.revision, runbook, mode, speed: isReal ? 1 : speed, automatic, ...(inventory !== null && { inventory }), by: operatorOf(deps), at }) }
    },
  }
}
