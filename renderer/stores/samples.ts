import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { Client } from '#preload/client.ts'
import type { SampleItem } from '#preload/contract.ts'
import { addSample, emptySeries, LIVE_BUCKETS, LIVE_SPAN_MS, seedSeries, slideTo } from '#renderer/parts/chart/live-series.ts'
import type { LiveSeries } from '#renderer/parts/chart/live-series.ts'

/** The live window of every metric of a run. A metric's entry is a new object only when its chart has to change. */
export interface SamplesRoom {
  series: Record<string, LiveSeries>
  /** Why there is no history or no feed, in words; the charts say so. */
  problem: string | null
  /** Reads the history of these metrics, then follows them, until the returned function is called. */
  start(metrics: string[]): () => void
}
export type SamplesStore = StoreApi<SamplesRoom>

export interface SamplesSource {
  client: Client
  runId: string
  /** The run's own time, epoch ms. */
  now: () => number
}

const UPDATE_MS = 1_000

/** Each metric's chart changes once a second at most, and not two in the same moment: recharts costs 10-15 ms each. */
export function createSamplesStore({ client, runId, now }: SamplesSource): SamplesStore {
  let waiting: SampleItem[] = []

  return createStore<SamplesRoom>()((set, get) => {
    const update = (metric: string): void => {
      const mine = waiting.filter((item) => item.metric === metric)
      waiting = waiting.filter((item) => item.metric !== metric)
      const before = get().series[metric]
      if (!before) return
      const after = slideTo(mine.reduce(addSample, before), now())
      if (after !== before) set((room) => ({ series: { ...room.series, [metric]: after } }))
    }
    const seed = async (metric: string): Promise<number> => {
      const empty = emptySeries(metric, now())
      const reply = await client.call('read-series', { runId, metric, from: empty.from, to: empty.from + LIVE_SPAN_MS, buckets: LIVE_BUCKETS })
      if (!reply.ok) {
        set({ problem: reply.problem.message })
        return 0
      }
      set((room) => ({ series: { ...room.series, [metric]: seedSeries(empty, reply.value) } }))
      return reply.value.cursor ?? 0
    }
    return {
      series: {},
      problem: null,
      start(metrics) {
        set({ series: Object.fromEntries(metrics.map((metric) => [metric, emptySeries(metric, now())])) })
        let stopFeed: (() => void) | null = null
        let stopped = false
        const timers = metrics.map((metric, place) => staggered(() => update(metric), (place * UPDATE_MS) / metrics.length))
        void Promise.all(metrics.map(seed)).then((cursors) => {
          if (stopped) return
          // Readings already in the seed change nothing when they come again: a bucket keeps least, greatest and last.
          const after = cursors.length === 0 ? 0 : Math.min(...cursors)
          stopFeed = client.follow('samples', { runId, after }, (item) => waiting.push(item), (problem) => set({ problem: problem.message }))
        })
        return () => {
          stopped = true
          stopFeed?.()
          for (const stop of timers) stop()
        }
      },
    }
  })
}

/** Repeats `work` every UPDATE_MS, the first time after `offsetMs`. */
function staggered(work: () => void, offsetMs: number): () => void {
  let repeat: ReturnType<typeof setInterval> | null = null
  const first = setTimeout(() => {
    work()
    repeat = setInterval(work, UPDATE_MS)
  }, offsetMs)
  return () => {
    clearTimeout(first)
    if (repeat !== null) clearInterval(repeat)
  }
}
