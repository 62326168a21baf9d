import { Problem } from '#domain/problem.ts'
import type { RunHistory } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

type HistoryDeps = Pick<ApiDeps, 'storage' | 'info' | 'now'> & { engine: Pick<ApiDeps['engine'], 'history'> }

export function createHistoryHandlers(deps: HistoryDeps): Pick<Handlers, 'read-history' | 'exclude-sample'> {
  return {
    'read-history': ({ runId }) => historyFor(deps, runId),
    'exclude-sample': ({ runId, sample, excluded }) => {
      setExcluded(deps, runId, sample, excluded)
      return historyFor(deps, runId)
    },
  }
}

/** What earlier runs say about a run's steps. Throws Problem `run-unknown`. */
export function historyFor({ engine }: Pick<HistoryDeps, 'engine'>, runId: string): RunHistory {
  const { history, runs } = engine.history(runId)
  return { samples: Object.fromEntries([...history].map(([stepId, samples]) => [stepId, [...samples]])), runs }
}

/** Says whether one earlier length counts. Throws Problem when the run's history has no such length. */
export function setExcluded(deps: HistoryDeps, runId: string, { runId: of, stepId, attempt }: { runId: string; stepId: string; attempt: number }, excluded: boolean): void {
  const known = deps.engine.history(runId).history.get(stepId)?.some((sample) => sample.runId === of && sample.attempt === attempt)
  if (known !== true) throw new Problem('sample-unknown', `No earlier run has that length of “${stepId}”.`, 'Look at the lengths again. Nothing was changed.')
  deps.storage.excludedSamples.set({ runId: of, stepId, attempt }, excluded, deps.now(), operatorOf(deps))
}
