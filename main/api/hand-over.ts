import { canHandOver } from '#domain/run/hand-over.ts'
import { Problem, toProblem } from '#domain/problem.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

/** Copies the data for another machine, and pauses the run first when that was asked for: so the copy begins where this one stopped. */
export function createHandOverHandlers(deps: ApiDeps): Pick<Handlers, 'hand-over'> {
  /** Takes back the pause that was for the copy, and says how the run stands now. */
  const goOn = (runId: string, since: number | null): string => {
    const { paused } = deps.engine.state(runId)
    if (paused?.at !== since || paused.reason !== HANDED_OVER) return 'Somebody has paused or resumed the run meanwhile: it is left so.'
    try {
      deps.engine.handle(runId, { type: 'resume' }, operatorOf(deps))
      return 'The run was paused for the copy and goes on as before.'
    } catch (thrown) {
      return `The run stays paused: ${toProblem(thrown).message}`
    }
  }

  return {
    'hand-over': async ({ runId, folder, pause }) => {
      const state = deps.engine.state(runId)
      if (!canHandOver(state, deps.info.machine)) throw new Problem('hand-over-impossible', 'Only a live run that has not ended and is led here can be handed over.', 'Nothing was copied.')
      const target = deps.folderNamed(folder)
      const isPaused = pause && state.paused === null
      if (isPaused) deps.engine.handle(runId, { type: 'pause', reason: HANDED_OVER }, operatorOf(deps))
      const since = deps.engine.state(runId).paused?.at ?? null
      try {
        return { copy: await deps.copyData(target), folder: target }
      } catch (thrown) {
        const { code, message, hint } = toProblem(thrown)
        throw new Problem(code, message, `${hint} ${isPaused ? goOn(runId, since) : 'The run is as it was.'}`, thrown)
      }
    },
  }
}

const HANDED_OVER = 'Being handed over to another machine.'
