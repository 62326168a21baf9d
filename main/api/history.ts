import type { DurationSample } from '#domain/forecast/history.ts'
import { Problem } from '#domain/problem.ts'
import { undoId } from '#domain/run/undo-step.ts'
import type { RunHistory } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

type HistoryDeps = Pick<ApiDeps, 'storage' | 'info' | 'now'> & { engine: Pick<ApiDeps['engine'], 'history' | 'state'> }

/** Of the lengths that do not count so many of the newest are shown: a step that was tried again all night fills no dialog. */
const MOST_UNCOUNTED = 50

export function createHistoryHandlers(deps: HistoryDeps): Pick<Handlers, 'read-history' | 'exclude-sample'> {
  return {
    'read-history': ({ runId }) => roomHistory(deps, runId),
    'exclude-sample': ({ runId, sample, excluded }) => {
      setExcluded(deps, runId, sample, excluded)
      return roomHistory(deps, runId)
    },
  }
}

/** What earlier runs say about a run's steps. Throws Problem `run-unknown`. */
export function historyFor({ engine }: { engine: Pick<ApiDeps['engine'], 'history'> }, runId: string): RunHistory {
  const { history, runs } = engine.history(runId)
  return { samples: Object.fromEntries([...history].map(([stepId, samples]) => [stepId, [...samples]])), runs }
}

/** What of it a room shows and forecasts by: the steps of this run and their undo, every length that counts, and the newest of the others. */
function roomHistory({ engine }: Pick<HistoryDeps, 'engine'>, runId: string): RunHistory {
  const { samples, runs } = historyFor({ engine }, runId)
  const { phases, rollback } = engine.state(runId).runbook
  const ids = [...phases.flatMap(({ steps }) => steps), ...rollback.steps].flatMap(({ id }) => [id, undoId(id)])
  return { samples: Object.fromEntries(ids.flatMap((id) => (samples[id] === undefined ? [] : [[id, shownOf(samples[id])] as const]))), runs }
}

function shownOf(samples: DurationSample[]): DurationSample[] {
  // What is excluded by hand can be taken back there.
  const others = samples.filter(({ excluded }) => excluded !== null && excluded !== 'by-hand')
  const left = new Set(others.slice(0, -MOST_UNCOUNTED))
  return left.size === 0 ? samples : samples.filter((sample) => !left.has(sample))
}

/** Says whether one earlier length counts. Throws Problem when the run's history has no such length. */
export function setExcluded(deps: HistoryDeps, runId: string, { runId: of, stepId, attempt }: { runId: string; stepId: string; attempt: number }, excluded: boolean): void {
  const known = deps.engine.history(runId).history.get(stepId)?.some((sample) => sample.runId === of && sample.attempt === attempt)
  if (known !== true) throw new Problem('sample-unknown', `No earlier run has that length of “${stepId}”.`, 'Look at the lengths again. Nothing was changed.')
  deps.storage.excludedSamples.set({ runId: of, stepId, attempt }, excluded, deps.now(), operatorOf(deps))
}
