import { watchedMetrics } from '#domain/run/health.ts'
import type { RunState } from '#domain/run/state.ts'
import { timingOf } from '#domain/timing.ts'
import type { Client } from '#preload/client.ts'
import type { RunHistory } from '#preload/contract.ts'
import { createRoomView } from '#renderer/stores/room-view.ts'
import { createRunStore, runTime } from '#renderer/stores/run.ts'
import { createSamplesStore } from '#renderer/stores/samples.ts'
import { createSearchStore } from '#renderer/stores/search.ts'
import { startAutoplay } from './autoplay.ts'
import type { Room } from './room-context.ts'
import { createRunOutlook } from './run-outlook.ts'
import { createStalePress } from './stale-press.ts'

export interface OpenedRoom extends Room {
  /** Follows the run and ticks once a second until the returned function is called. */
  start(): () => void
}

const TICK_MS = 1_000

/** The stores of one run's room, joined: samples begin once the run says which metrics it has. */
export function openRoom(client: Client, runId: string, machineNow: () => number = Date.now): OpenedRoom {
  const run = createRunStore({ client, runId })
  // What has ended is looked at as it was then: nothing gets older, nothing falls due.
  const now = (): number => run.getState().state?.finishedAt ?? runTime(run.getState().clock, machineNow())
  const samples = createSamplesStore({ client, runId, now })
  const view = createRoomView(machineNow())
  const stale = createStalePress(run, machineNow)
  const search = createSearchStore({ client, runId })

  const tick = (): void => {
    const { state } = run.getState()
    const at = now()
    view.setState({ now: at, timing: state && timingOf(state, at), ...(state && outlook.at(state, at)) })
  }
  const outlook = createRunOutlook({ client, runId, machineNow, onReady: tick })
  const start = (): (() => void) => {
    let version = 0
    let stopSamples: (() => void) | null = null
    const onChange = (state: RunState | null): void => {
      if (!state || state.version === version) return
      version = state.version
      tick()
      stopSamples ??= samples.getState().start(watchedMetrics(state.runbook).map((one) => one.metric))
    }
    const stops = [stale.start(), startAutoplay({ client, runId, run, view }), run.subscribe((room) => onChange(room.state)), run.getState().start()]
    onChange(run.getState().state)
    const timer = setInterval(tick, TICK_MS)
    return () => {
      clearInterval(timer)
      for (const stop of stops) stop()
      stopSamples?.()
      search.getState().stop()
    }
  }
  const relearn = (history: RunHistory): void => {
    const { state } = run.getState()
    if (state) outlook.learn(state, history)
  }
  return { client, runId, run, view, samples, stale, search, relearn, start }
}
