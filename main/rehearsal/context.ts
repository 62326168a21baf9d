import type { RunState } from '#domain/run/state.ts'
import type { RehearsalContext } from './metrics.ts'

type Followed = Pick<RunState, 'version' | 'steps' | 'rollback'>

/** `rehearsalContext` of the run as it stands at each call, worked out once a version: metrics ask for every reading. */
export function followRun(run: () => Followed): () => RehearsalContext {
  let known: { version: number; context: RehearsalContext } | null = null
  return () => {
    const state = run()
    if (known?.version !== state.version) known = { version: state.version, context: rehearsalContext(state) }
    return known.context
  }
}

/** What a rehearsal needs to know of a run, read from its state. */
export function rehearsalContext({ steps, rollback }: Pick<RunState, 'steps' | 'rollback'>): RehearsalContext {
  const entries = Object.entries(steps)
  return {
    stepStarts: Object.fromEntries(entries.flatMap(([id, { startedAt }]) => (startedAt === null ? [] : [[id, startedAt]]))),
    stepEnds: Object.fromEntries(entries.flatMap(([id, { finishedAt }]) => (finishedAt === null ? [] : [[id, finishedAt]]))),
    stepAttempts: Object.fromEntries(entries.map(([id, { attempt }]) => [id, attempt])),
    rollbackAt: rollback?.startedAt ?? null,
  }
}
