import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { CallInput, OutputBatch, OutputWindow } from '#preload/contract.ts'
import { addChunks, emptyLog, linesAround } from '#renderer/parts/log/lines.ts'
import type { LogWindow, Place } from '#renderer/parts/log/lines.ts'

/** Where the view is to stand once the lines have changed under it. */
export interface Target extends Place {
  /** How far below the upper edge, in pixels; null for the middle, and the line is marked. */
  offset: number | null
}

/** The output of one step, or of one host of it: a window on what is kept, which follows the end until it is held. */
export interface OutputRoom {
  log: LogWindow
  /** How long the output is in all. */
  bytes: number
  /** There is more before the first line, or after the last. */
  before: boolean
  after: boolean
  following: boolean
  /** While it is held: output has come since. */
  newer: boolean
  target: Target | null
  loading: boolean
  problem: ProblemValue | null
  /** The lines stay as they are, whatever comes. */
  hold(): void
  /** Lays the window around a place, which stays where it is on the screen; `offset` null shows and marks it. */
  show(target: Target): Promise<void>
  toStart(): Promise<void>
  /** The newest, and follows from there. */
  toEnd(): Promise<void>
  /** The next line on stderr from a place on, in either direction; false when there is none. */
  toError(from: number, direction: 'earlier' | 'later'): Promise<boolean>
  /** Begins at a place, or at the end. */
  start(place?: Place | null): () => void
}
export type OutputStore = StoreApi<OutputRoom>

export interface OutputSource {
  client: Client
  runId: string
  stepId: string
  /** Null for all hosts, merged in the order it came. */
  host: string | null
}

export function createOutputStore({ client, runId, stepId, host }: OutputSource): OutputStore {
  const about = { runId, stepId, host }
  let cursor = 0

  return createStore<OutputRoom>()((set, get) => {
    /** Null when it was refused, or when another place was asked for meanwhile. */
    let asked = 0
    const read = async (at: CallInput<'read-output'>['at']): Promise<OutputWindow | null> => {
      const own = (asked += 1)
      set({ loading: true })
      const reply = await client.call('read-output', { ...about, at })
      if (own !== asked) return null
      set({ loading: false, problem: reply.ok ? null : reply.problem })
      return reply.ok ? reply.value : null
    }
    const take = ({ chunks, bytes, skipped }: OutputBatch): void => {
      const fresh = chunks.filter(({ seq }) => seq > cursor)
      if (!get().following) return set({ bytes, newer: true })
      if (fresh.length === 0) return
      cursor = fresh.at(-1)?.seq ?? cursor
      set((room) => {
        const log = addChunks(skipped ? emptyLog() : room.log, fresh)
        return { log, bytes, before: room.before || skipped || (log.lines[0]?.index ?? 0) > 0 }
      })
    }
    const lay = (window: OutputWindow, target: Target): void => {
      cursor = window.chunks.at(-1)?.seq ?? cursor
      const { log, cutBefore, cutAfter } = linesAround(window.chunks, target)
      set({ log, target, bytes: window.bytes, before: window.before || cutBefore, after: window.after || cutAfter, following: false, newer: false })
    }

    return {
      log: emptyLog(), bytes: 0, before: false, after: false, following: true, newer: false, target: null, loading: false, problem: null,
      hold: () => set({ following: false, target: null }),
      async show(target) {
        const window = await read(target.seq)
        if (window) lay(window, target)
      },
      async toStart() {
        const window = await read('start')
        if (window) lay(window, { seq: 0, breaks: 0, offset: 0 })
      },
      async toEnd() {
        const window = await read('end')
        if (!window) return
        cursor = window.chunks.at(-1)?.seq ?? cursor
        const log = addChunks(emptyLog(), window.chunks)
        set({ log, target: null, bytes: window.bytes, before: window.before || (log.lines[0]?.index ?? 0) > 0, after: false, following: true, newer: false })
      },
      async toError(from, direction) {
        const reply = await client.call('find-error', { ...about, from, direction })
        if (!reply.ok) set({ problem: reply.problem })
        if (!reply.ok || reply.value.seq === null) return false
        await get().show({ seq: reply.value.seq, breaks: 0, offset: null })
        return true
      },
      start(place = null) {
        let stop: (() => void) | null = null
        let stopped = false
        void (place ? get().show({ ...place, offset: null }) : get().toEnd()).then(() => {
          if (!stopped) stop = client.follow('output', { ...about, after: cursor }, take, (problem) => set({ problem }))
        })
        return () => {
          stopped = true
          stop?.()
        }
      },
    }
  })
}
