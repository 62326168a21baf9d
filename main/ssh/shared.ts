/** Values made once a key and shared by everyone who asks while they are good. */
export interface Shared<T> {
  /**
   * The value for a key, made when there is none or it is not good any more. The signal given to `make` aborts when
   * everyone who waits for it has gone, or at close.
   */
  get(key: string, signal: AbortSignal, make: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** The next to ask starts afresh; what is still being made goes on and is shared. */
  forget(key: string): void
  /** Stops what is being made and disposes of what is there. */
  close(dispose: (value: T) => void): Promise<void>
}

interface Entry<T> {
  made: Promise<T>
  settled: { value: T } | null
  waiting: number
  stop: AbortController
}

export function createShared<T>(isGood: (value: T) => boolean): Shared<T> {
  const entries = new Map<string, Entry<T>>()

  const begin = (key: string, make: (signal: AbortSignal) => Promise<T>): Entry<T> => {
    const stop = new AbortController()
    const entry: Entry<T> = { made: make(stop.signal), settled: null, waiting: 0, stop }
    entries.set(key, entry)
    entry.made.then(
      (value) => {
        entry.settled = { value }
        if (!isGood(value) && entries.get(key) === entry) entries.delete(key)
      },
      () => {
        // The waiters get the reason; the next one to ask starts afresh.
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    return entry
  }
  return {
    get: (key, signal, make) => {
      const present = entries.get(key)
      const usable = present !== undefined && !present.stop.signal.aborted && (present.settled === null || isGood(present.settled.value))
      const entry = usable ? present : begin(key, make)
      if (entry.settled !== null) return entry.made
      entry.waiting++
      const leave = (): void => {
        signal.removeEventListener('abort', leave)
        entry.waiting--
        if (entry.waiting === 0 && entry.settled === null) entry.stop.abort()
      }
      signal.addEventListener('abort', leave)
      return entry.made.finally(() => signal.removeEventListener('abort', leave))
    },
    forget: (key) => {
      if (entries.get(key)?.settled) entries.delete(key)
    },
    close: async (dispose) => {
      const all = [...entries.values()]
      entries.clear()
      for (const entry of all) entry.stop.abort()
      // Those who asked have had the reason of a failure.
      await Promise.allSettled(all.map((entry) => entry.made.then(dispose)))
    },
  }
}
