import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

export function createHistoryHandlers({ engine }: { engine: Pick<ApiDeps['engine'], 'history'> }): Pick<Handlers, 'read-history'> {
  return {
    'read-history': ({ runId }) => {
      const { history, runs } = engine.history(runId)
      return { samples: Object.fromEntries([...history].map(([stepId, samples]) => [stepId, [...samples]])), runs }
    },
  }
}
