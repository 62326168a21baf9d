import { createOutlook, type Outlook } from '#domain/forecast/outlook.ts'
import { USUAL_RESERVE_MS } from '#domain/forecast/no-return.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Client } from '#preload/client.ts'
import type { RunHistory } from '#preload/contract.ts'
import type { RoomView } from '#renderer/stores/room-view.ts'

export type OutlookView = Pick<RoomView, 'outlook' | 'forecasts' | 'historyProblem'>

export interface RunOutlook {
  /** Worked out at most once a second; between, the last one is given again. The first call asks for the history. */
  at(state: RunState, now: number): OutlookView
  /** What earlier runs took, and what of it counts, is something else now. */
  learn(state: RunState, history: RunHistory): void
}

export interface RunOutlookSource {
  client: Client
  runId: string
  machineNow: () => number
  /** Called when the history is there, or cannot be had. */
  onReady: () => void
}

/** A little less than a tick, so that a tick that comes early is not left out. */
const LEAST_MS = 900

/** The outlook of one open run. Its runbook never changes while it runs, so what can be worked out beforehand is, once. */
export function createRunOutlook({ client, runId, machineNow, onReady }: RunOutlookSource): RunOutlook {
  let made: ReturnType<typeof createOutlook> | null = null
  let hasAsked = false
  let historyProblem: string | null = null
  let last: { outlook: Outlook; state: RunState; now: number; madeAt: number } | null = null

  const ask = async ({ runbook }: RunState): Promise<void> => {
    const reply = await client.call('read-history', { runId })
    if (!reply.ok) historyProblem = reply.problem.message
    make(runbook, reply.ok ? reply.value.samples : {})
  }
  const make = (runbook: RunState['runbook'], samples: RunHistory['samples']): void => {
    made = createOutlook({ runbook, history: new Map(Object.entries(samples)), reserveMs: USUAL_RESERVE_MS })
    last = null
    onReady()
  }

  return {
    learn: ({ runbook }, { samples }) => make(runbook, samples),
    at(state, now) {
      if (!hasAsked) {
        hasAsked = true
        void ask(state)
      }
      if (made === null) return { outlook: null, forecasts: null, historyProblem }
      const machineAt = machineNow()
      const isFresh = last !== null && ((last.state === state && last.now === now) || Math.abs(machineAt - last.madeAt) < LEAST_MS)
      if (last === null || !isFresh) last = { outlook: made.at(state, now), state, now, madeAt: machineAt }
      return { outlook: last.outlook, forecasts: made.forecasts, historyProblem }
    },
  }
}
