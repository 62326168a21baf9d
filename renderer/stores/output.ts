import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { OutputChunk } from '#preload/contract.ts'
import { addChunks, emptyLog, MAX_LINES } from '#renderer/parts/log/lines.ts'
import type { LogLine, LogWindow } from '#renderer/parts/log/lines.ts'

/** The output of one step, or of one host of it. The newest lines are kept; older ones are read again when asked for. */
export interface OutputRoom {
  log: LogWindow
  /** A page of lines from before the window, shown instead of the tail until the person goes back. */
  older: { lines: LogLine[]; firstIndex: number } | null
  loading: boolean
  problem: ProblemValue | null
  showOlder(beforeIndex: number): Promise<void>
  showTail(): void
  start(): () => void
}
export type OutputStore = StoreApi<OutputRoom>

export interface OutputSource {
  client: Client
  runId: string
  stepId: string
  /** Null for all hosts, merged in the order it came. */
  host: string | null
}

/** A flood of output is laid in ten times a second, whatever its rate. */
const BURST_MS = 100
const PAGE_CHUNKS = 500

export function createOutputStore({ client, runId, stepId, host }: OutputSource): OutputStore {
  let waiting: OutputChunk[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  let cursor = 0

  return createStore<OutputRoom>()((set, get) => {
    const flush = (): void => {
      timer = null
      const chunks = waiting
      waiting = []
      set((room) => ({ log: addChunks(room.log, chunks) }))
    }
    return {
      log: emptyLog(), older: null, loading: false, problem: null,
      async showOlder(beforeIndex) {
        if (get().loading) return
        const mark = get().log.marks.findLast((candidate) => candidate.index <= Math.max(0, beforeIndex - MAX_LINES / 5))
        set({ loading: true })
        const reply = await client.call('read-output', { runId, stepId, host, after: mark?.seq ?? 0, limit: PAGE_CHUNKS })
        if (!reply.ok) set({ loading: false, problem: reply.problem })
        else {
          const page = addChunks(emptyLog(mark?.index ?? 0), reply.value.chunks)
          set({ loading: false, problem: null, older: { lines: page.lines, firstIndex: mark?.index ?? 0 } })
        }
      },
      showTail: () => set({ older: null }),
      start() {
        const stop = client.follow(
          'output',
          { runId, stepId, host, after: cursor },
          (chunk, next) => {
            cursor = next
            waiting.push(chunk)
            timer ??= setTimeout(flush, BURST_MS)
          },
          (problem) => set({ problem }),
        )
        return () => {
          stop()
          if (timer !== null) clearTimeout(timer)
          if (waiting.length > 0) flush()
          timer = null
        }
      },
    }
  })
}
