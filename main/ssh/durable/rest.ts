import type { Link } from '../link.ts'

/** When hosts are asked to forget jobs that are over: a little later, so that no step waits for it. */
export interface Rests {
  /** Does the work in a moment, or once another job of this connection is over, or at the end. It must not reject. */
  later(link: Link, work: () => Promise<void>): void
  /** Has all of it done now, and from now on at once. Waits for it, but not for long. */
  end(): Promise<void>
}

const REST_MS = 400
const END_WITHIN_MS = 1000

/** A job at rest holds a channel of its connection; a connection has one such job at most. */
export function createRests(): Rests {
  const resting = new Map<Link, () => void>()
  const working = new Set<Promise<void>>()
  let isOver = false
  const begin = (work: () => Promise<void>): void => {
    const done = work().finally(() => working.delete(done))
    working.add(done)
  }
  return {
    later: (link, work) => {
      resting.get(link)?.()
      if (isOver) return begin(work)
      const wake = (): void => {
        clearTimeout(timer)
        if (resting.get(link) === wake) resting.delete(link)
        begin(work)
      }
      const timer = setTimeout(wake, REST_MS)
      resting.set(link, wake)
    },
    end: async () => {
      isOver = true
      for (const wake of resting.values()) wake()
      if (working.size === 0) return
      const impatience = new Promise<void>((resolve) => { setTimeout(resolve, END_WITHIN_MS).unref() })
      await Promise.race([Promise.all(working), impatience])
    },
  }
}
