import { onInventory } from '#domain/other-inventory.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import { inheritedFacts, requireResumable } from '#domain/run/resume/inherit.ts'
import { planResume } from '#domain/run/resume/plan.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Runbook } from '#domain/runbook.ts'
import { isEnded } from '#domain/run/view.ts'
import { runbookFor, type CheckRevision } from './check.ts'
import type { Runbooks } from '#storage/runbooks.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

/** Going on with a run as a new one, under its runbook as the library has it now. */
export function createResumeHandlers(deps: ApiDeps, check: CheckRevision): Pick<Handlers, 'plan-resume' | 'resume-run'> {
  const { engine, storage } = deps
  return {
    'plan-resume': ({ runId, from, keep, again }) => {
      const state = engine.state(runId)
      requireResumable(state)
      const newest = newestOf(storage.runbooks, check, state)
      const { revision, isRemoved } = newest
      return { ...planResume(state, hostsOf(newest.runbook, state), { from, keep, again }), revision, runRevision: state.revision, isRemoved }
    },
    'resume-run': ({ runId, revision, from, keep, again, reason }) => {
      const state = engine.state(runId)
      const newest = newestOf(storage.runbooks, check, state)
      if (newest.revision !== revision) throw new Problem('runbook-changed', `The runbook has been saved as revision ${newest.revision} since you looked at what goes on.`, 'Look at it again. Nothing was changed.')
      const runbook = runbookFor(state.mode, newest, state.inventory)
      const inherited = inheritedFacts(state, runbook, { from, keep, again }, reason)
      const by = operatorOf(deps)
      // First this: of two runs that are both open nobody could say which is the one.
      if (!isEnded(state)) engine.handle(runId, { type: 'abort', reason: `It goes on as a new run${reason === '' ? '' : `: ${reason}`}.` }, by)
      const isReal = state.mode === 'live' || state.inventory !== null
      const at = isReal ? deps.now() : engine.state(runId).lastEventAt
      return { runId: engine.create({ runbookId: state.runbookId, revision, runbook, mode: state.mode, speed: state.speed, automatic: state.automatic, ...(state.inventory !== null && { inventory: state.inventory }), by, at, inherited }) }
    },
  }
}

/** On the hosts the run is for: a rehearsal may be on another inventory's. */
const hostsOf = (runbook: Runbook, { inventory }: RunState): Runbook => (inventory === null ? runbook : onInventory(runbook, inventory))

/** A runbook that was taken out of the library goes on as it was. */
function newestOf(runbooks: Runbooks, check: CheckRevision, state: RunState) {
  try {
    const stored = runbooks.read(state.runbookId)
    return { ...check(stored), revision: stored.revision, isRemoved: false }
  } catch (thrown) {
    if (toProblem(thrown).code !== 'runbook-unknown') throw thrown
    const { runbookId: id, revision } = state
    return { ...check({ id, revision, text: runbooks.readRevision(id, revision).text }), revision, isRemoved: true }
  }
}
