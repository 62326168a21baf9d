/** A wake-up: says that something is new, never what. Listeners read the truth from where it is kept. */
export interface Signal {
  emit(): void
  on(listener: () => void): () => void
}

export function createSignal(): Signal {
  const listeners = new Set<() => void>()
  return {
    // A copy: a listener may take itself off, or add another, while being told.
    emit: () => Array.from(listeners).forEach((listener) => listener()),
    on: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}

/**
 * Delivers items in order, each once: reads what stands after the cursor, then again at every wake-up. `read` returns at
 * most a page; the rest follows in later turns, so that a long log does not hold up the event loop.
 */
export function pump<T>(options: { after: number; read(after: number): { cursor: number; item: T }[]; wake: Signal; emit(item: { cursor: number; item: T }): void }): () => void {
  let cursor = options.after
  let stopped = false
  let scheduled = false
  const schedule = () => {
    if (stopped || scheduled) return
    scheduled = true
    setImmediate(turn)
  }
  const turn = () => {
    scheduled = false
    if (stopped) return
    const page = options.read(cursor)
    for (const fed of page) {
      if (stopped) return
      cursor = fed.cursor
      options.emit(fed)
    }
    if (page.length > 0) schedule()
  }
  const off = options.wake.on(schedule)
  schedule()
  return () => {
    stopped = true
    off()
  }
}
