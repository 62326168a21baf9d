import { createOutlook, type Outlook } from '#domain/forecast/outlook.ts'
import { USUAL_RESERVE_MS } from '#domain/forecast/no-return.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Client } from '#preload/client.ts'
import type { RoomView } from '#renderer/stores/room-view.ts'

export type OutlookView = Pick<RoomView, 'outlook' | 'forecasts' | 'historyProblem'>

export interface RunOutlook {
  /** Worked out at most once a second; between, the last one is given again. The first call asks for the history. */
  at(state: RunState, now: number): OutlookView
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
    const history = new Map(reply.ok ? Object.entries(reply.value.samples) : [])
    made = createOutlook({ runbook, baseline: runbook, history, reserveMs: USUAL_RESERVE_MS })
    onReady()
  }

  return {
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
