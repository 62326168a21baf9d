import type { RunState } from '#domain/run/state.ts'
import type { RehearsalContext } from './metrics.ts'

/** What the rehearsal needs to know of a run, read from its state. */
export function rehearsalContext(run: Pick<RunState, 'steps' | 'rollback'>): RehearsalContext {
  const steps = Object.entries(run.steps)
  return {
    stepStarts: Object.fromEntries(steps.flatMap(([id, { startedAt }]) => (startedAt === null ? [] : [[id, startedAt]]))),
    stepEnds: Object.fromEntries(steps.flatMap(([id, { finishedAt }]) => (finishedAt === null ? [] : [[id, finishedAt]]))),
    stepAttempts: Object.fromEntries(steps.map(([id, { attempt }]) => [id, attempt])),
    rollbackAt: run.rollback?.startedAt ?? null,
  }
}
