/** A queue with a number of places. `take` resolves to the function that gives the place back. */
export interface Limiter {
  take(): Promise<() => void>
  /** Halves the number of places: the other side has shown that it takes less. */
  shrink(): void
  /** Takes one place away, down to one. */
  lower(): void
  /** Resolves when the next place is given back. */
  freed(): Promise<void>
}

export function createLimiter(places: number): Limiter {
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
    shrink: () => {
      limit = Math.max(1, Math.floor(limit / 2))
    },
    lower: () => {
      limit = Math.max(1, limit - 1)
    },
    freed: () => new Promise((resolve) => watchers.add(resolve)),
  }
}
