import type { Link } from '../link.ts'

/** When hosts are asked to forget jobs that are over: once no step is in the way, or after a while. */
export interface Rests {
  /** Does the work a moment after the last job of this connection, one after another. It must not reject. */
  later(link: Link, work: () => Promise<void>): void
  /** Has all of it done now, and from now on at once. Waits for it, but not for long. */
  end(): Promise<void>
}

const REST_MS = 400
/** Jobs that come closely one after another put it off no longer than this, and no more of it. */
const MOST_REST_MS = 3000
const MOST_RESTING = 20
const END_WITHIN_MS = 1000

interface Resting {
  works: (() => Promise<void>)[]
  since: number
  timer: NodeJS.Timeout
}

export function createRests(): Rests {
  const resting = new Map<Link, Resting>()
  const working = new Set<Promise<void>>()
  let isOver = false
  const begin = async (works: (() => Promise<void>)[]): Promise<void> => {
    for (const work of works) await work()
  }
  const wake = (link: Link): void => {
    const { works, timer } = resting.get(link) ?? { works: [], timer: undefined }
    clearTimeout(timer)
    resting.delete(link)
    const done = begin(works).finally(() => working.delete(done))
    working.add(done)
  }
  return {
    later: (link, work) => {
      const before = resting.get(link)
      clearTimeout(before?.timer)
      const works = [...(before?.works ?? []), work]
      const since = before?.since ?? Date.now()
      const restMs = Math.max(Math.min(REST_MS, since + MOST_REST_MS - Date.now()), 0)
      resting.set(link, { works, since, timer: setTimeout(() => wake(link), restMs) })
      if (isOver || works.length >= MOST_RESTING) wake(link)
    },
    end: async () => {
      isOver = true
      for (const link of resting.keys()) wake(link)
      if (working.size === 0) return
      const impatience = new Promise<void>((resolve) => { setTimeout(resolve, END_WITHIN_MS).unref() })
      await Promise.race([Promise.all(working), impatience])
    },
  }
}
