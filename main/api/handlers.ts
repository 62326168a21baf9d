import type { z } from 'zod'
import type { CallName, CallOutput, calls } from '#preload/contract.ts'
import { createRevisionCheck } from './check.ts'
import type { ApiDeps } from './deps.ts'
import { createHandOverHandlers } from './hand-over.ts'
import { createHistoryHandlers } from './history.ts'
import { createLearnHandlers } from './learn.ts'
import { createLeftoverHandlers } from './leftovers.ts'
import { createLibraryHandlers } from './library.ts'
import { createOutputHandlers } from './output.ts'
import { createReportHandlers } from './reports.ts'
import { createResumeHandlers } from './resume.ts'
import { createRunHandlers } from './runs.ts'
import { createSettingsHandlers } from './settings.ts'
import { createSourceHandlers } from './sources.ts'
import { createVerdictHandlers } from './verdicts.ts'

/** One handler a call; its input is checked before it gets here. Throws Problem for what cannot be done. */
export type Handlers = {
  [N in CallName]: (input: z.output<(typeof calls)[N]['input']>) => CallOutput<N> | Promise<CallOutput<N>>
}

export function createHandlers(deps: ApiDeps): Handlers {
  const check = createRevisionCheck(deps.secretFault)
  return { ...createLibraryHandlers(deps, check), ...createRunHandlers(deps, check), ...createResumeHandlers(deps, check), ...createLearnHandlers(deps, check), ...createOutputHandlers(deps), ...createHistoryHandlers(deps), ...createLeftoverHandlers(deps), ...createHandOverHandlers(deps), ...createVerdictHandlers(deps), ...createReportHandlers(deps), ...createSettingsHandlers(deps), ...createSourceHandlers(deps, check) }
}
