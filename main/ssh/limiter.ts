/** A queue with a number of places. `take` resolves to the function that gives the place back. */
export interface Limiter {
  take(): Promise<() => void>
  /** Whoever takes a place now waits for it. */
  isFull(): boolean
  /**
   * Halves the number of places until nobody is there any more, but not below `least`: the other side has shown that it
   * takes less. False when that few are there already.
   */
  shrink(): boolean
  /** Takes one place away for good, down to one. */
  lower(): void
  /** Resolves when the next place is given back. */
  freed(): Promise<void>
}

export function createLimiter(places: number, least = 1): Limiter {
  let most = places
  let limit = places
  let used = 0
  const queue: (() => void)[] = []
  const watchers = new Set<() => void>()

  const giveBack = (): (() => void) => {
    let done = false
    return () => {
      if (done) return
      done = true
      used--
      for (const watcher of watchers) watcher()
      watchers.clear()
      next()
    }
  }
  const next = (): void => {
    if (used === 0 && queue.length === 0) limit = most
    while (used < limit && queue.length > 0) {
      used++
      queue.shift()?.()
    }
  }
  return {
    take: () =>
      new Promise((resolve) => {
        queue.push(() => resolve(giveBack()))
        next()
      }),
    isFull: () => used >= limit || queue.length > 0,
    shrink: () => {
      if (used <= least) return false
      limit = Math.max(least, Math.floor(Math.min(limit, used) / 2))
      return true
    },
    lower: () => {
      most = Math.max(1, most - 1)
      limit = Math.min(limit, most)
    },
    freed: () => new Promise((resolve) => watchers.add(resolve)),
  }
}
