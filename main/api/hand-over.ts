import { canHandOver } from '#domain/run/hand-over.ts'
import { Problem } from '#domain/problem.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'
import { operatorOf } from './settings.ts'

/** Copies the data for another machine, and pauses the run first when that was asked for: so the copy begins where this one stopped. */
export function createHandOverHandlers(deps: ApiDeps): Pick<Handlers, 'hand-over'> {
  return {
    'hand-over': ({ runId, folder, pause }) => {
      const state = deps.engine.state(runId)
      if (!canHandOver(state, deps.info.machine)) throw new Problem('hand-over-impossible', 'Only a live run that has not ended and is led here can be handed over.', 'Nothing was copied.')
      const target = deps.folderNamed(folder)
      if (pause && state.paused === null) deps.engine.handle(runId, { type: 'pause', reason: 'Being handed over to another machine.' }, operatorOf(deps))
      return { copy: deps.copyData(target), folder: target }
    },
  }
}
