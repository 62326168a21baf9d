import { useEffect, useRef, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { Series } from '#preload/contract.ts'

export interface SeriesQuery {
  from: number
  to: number
  /** As many as the plot has pixels; 0 asks for nothing. */
  columns: number
}

/**
 * What main makes of a stretch, asked anew whenever it changes; what was there stays until the answer comes. One question at a
 * time: while a brush is dragged, only the newest of those that wait is asked.
 */
export function useSeries(client: Client, runId: string, metric: string, { from, to, columns }: SeriesQuery): { series: Series | null; problem: ProblemValue | null } {
  const [series, setSeries] = useState<Series | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const line = useRef<{ busy: boolean; next: SeriesQuery | null; gone: boolean }>({ busy: false, next: null, gone: false })

  useEffect(() => {
    const state = line.current
    state.gone = false
    return () => {
      state.gone = true
    }
  }, [])

  useEffect(() => {
    const ask = async (query: SeriesQuery): Promise<void> => {
      const state = line.current
      state.busy = true
      const reply = await client.call('read-series', { runId, metric, from: query.from, to: query.to, buckets: query.columns })
      const { next } = state
      state.busy = false
      state.next = null
      if (state.gone) return
      setProblem(reply.ok ? null : reply.problem)
      if (reply.ok) setSeries(reply.value)
      if (next !== null) await ask(next)
    }
    if (columns === 0) return
    if (line.current.busy) line.current.next = { from, to, columns }
    else void ask({ from, to, columns })
  }, [client, runId, metric, from, to, columns])

  return { series, problem }
}
