import type { MetricSource } from '#domain/inventory.ts'
import { Problem } from '#domain/problem.ts'
import type { CheckRevision } from './check.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

/** The longest of all sources' own limits is ten minutes; a person who tries one waits no longer than this. */
const TRIAL_MS = 60_000

export function createSourceHandlers(deps: ApiDeps, check: CheckRevision): Pick<Handlers, 'try-source'> {
  return {
    'try-source': ({ runbookId, metric }) => {
      const source = check(deps.storage.runbooks.read(runbookId)).runbook.inventory.sources.find((one) => one.metric === metric)
      if (!source) throw noSource(metric)
      return tryInTime(deps, source)
    },
  }
}

export const tryInTime = (deps: Pick<ApiDeps, 'trySource'>, source: MetricSource): ReturnType<ApiDeps['trySource']> => deps.trySource(source, AbortSignal.timeout(TRIAL_MS))

const noSource = (metric: string): Problem =>
  new Problem('source-unknown', `The runbook has no source for "${metric}".`, 'Add it under metrics: in the front matter, and save. Nothing was asked.')
