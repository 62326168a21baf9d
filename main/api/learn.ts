import { proposalsFor, type Proposal } from '#document/learn/proposals.ts'
import { countedLengths } from '#domain/forecast/history.ts'
import { own } from '#domain/own.ts'
import { Problem } from '#domain/problem.ts'
import { sameSteps } from '#domain/run/resume/same-step.ts'
import type { RunState } from '#domain/run/state.ts'
import { isEnded } from '#domain/run/view.ts'
import type { Runbook } from '#domain/runbook.ts'
import { applySplices, unifiedDiff } from '#domain/text-patch.ts'
import type { ApiDeps } from './deps.ts'
import type { CheckRevision } from './check.ts'
import type { Handlers } from './handlers.ts'

export function createLearnHandlers(deps: ApiDeps, check: CheckRevision): Pick<Handlers, 'plan-learning' | 'learn'> {
  const newest = (runId: string) => {
    const stored = deps.storage.runbooks.read(deps.engine.state(runId).runbookId)
    return { ...stored, runbook: check(stored).runbook }
  }
  return {
    'plan-learning': ({ runId, rehearsals }) => {
      const { text, name, revision, runbook } = newest(runId)
      const learned = learnFrom(deps.engine, runId, { text, runbook, rehearsals })
      return {
        runbookId: deps.engine.state(runId).runbookId, name, revision, runRevision: deps.engine.state(runId).revision, runs: learned.runs,
        proposals: learned.proposals.map(({ id, title, why, splices }) => ({ id, title, why, diff: unifiedDiff(text, splices, fileNameOf(name)) })),
      }
    },
    'learn': ({ runId, revision, rehearsals, accept }) => {
      const { id, text, revision: now, runbook } = newest(runId)
      if (now !== revision) throw changed(now)
      const { proposals } = learnFrom(deps.engine, runId, { text, runbook, rehearsals })
      const stored = deps.storage.runbooks.save({ id, expectedRevision: revision, text: takeProposals(text, proposals, accept), at: deps.now() })
      deps.libraryChanged()
      return { runbookId: id, revision: stored.revision }
    },
  }
}

export interface Learned {
  proposals: Proposal[]
  /** How many runs it rests on. */
  runs: number
}

/**
 * What a text of a run's runbook could learn from that run and those before it. The text may have been edited since: steps are
 * found again by their ids, and renamed commands by what they do. Throws Problem for a run that has not ended, and for a rehearsal unless they count.
 */
export function learnFrom(engine: Pick<ApiDeps['engine'], 'state' | 'history'>, runId: string, { text, runbook, rehearsals }: { text: string; runbook: Runbook; rehearsals: boolean }): Learned {
  const state = engine.state(runId)
  requireLearnable(state, rehearsals)
  const { history, runs } = engine.history(runId, { itself: true, rehearsals })
  const was = sameSteps(state.runbook, runbook)
  const steps = [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]
  const lengths = new Map(steps.map(({ id }) => [id, countedLengths(history.get(id) ?? history.get(was.get(id)?.id ?? '') ?? [])]))
  const done = new Set(steps.map(({ id }) => id).filter((id) => own(state.steps, was.get(id)?.id ?? '')?.status === 'succeeded'))
  return { proposals: proposalsFor({ text, runbook, lengths, done }), runs }
}

function requireLearnable(state: RunState, rehearsals: boolean): void {
  if (!isEnded(state)) throw new Problem('learn-not-ended', 'The run has not ended, so nobody knows yet how long it took.', 'Learn from it once it has ended. Nothing was changed.')
  if (state.mode === 'rehearsal' && !rehearsals) throw new Problem('learn-rehearsal', 'This run is a rehearsal: how long its steps took was made up.', 'Ask for rehearsals to be counted, or learn from a live run. Nothing was changed.')
}

/** The text with what was accepted. Throws Problem for a proposal there is not. */
export function takeProposals(text: string, proposals: readonly Proposal[], accept: readonly string[]): string {
  const unknown = accept.find((id) => !proposals.some((proposal) => proposal.id === id))
  if (unknown !== undefined) throw new Problem('learn-unknown', `There is no proposal “${unknown}”.`, 'Look at the proposals again. Nothing was changed.')
  return applySplices(text, proposals.filter(({ id }) => accept.includes(id)).flatMap(({ splices }) => splices))
}

/** A name without folders, line ends and what a patch would read as a date. */
export const fileNameOf = (name: string): string => name.replace(/[\s\p{Cc}]+/gu, '-').split('/').at(-1) || 'runbook.md'

const changed = (now: number): Problem => new Problem('runbook-changed', `The runbook has been saved as revision ${now} since you looked at what it could learn.`, 'Look at it again. Nothing was changed.')
