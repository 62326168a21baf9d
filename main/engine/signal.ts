/** A wake-up: says that something is new, never what. Listeners read the truth from where it is kept. */
export interface Signal {
  emit(): void
  on(listener: () => void): () => void
}

export function createSignal(): Signal {
  const listeners = new Set<() => void>()
  return {
    // A copy: a listener may take itself off, or add another, while being told. One that fails (a window that is just
    // closing) must not keep the news from the others, nor the effects of what has been recorded from beginning.
    emit: () => Array.from(listeners).forEach((listener) => warned(listener)),
    on: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}

/** Does the work; when it fails, that is said as a warning of the process. */
function warned(work: () => void): void {
  try {
    work()
  } catch (thrown) {
    process.emitWarning(thrown instanceof Error ? thrown : new Error(String(thrown)))
  }
}

/**
 * Delivers items in order, each once: reads what stands after the cursor, then again at every wake-up. `read` returns at
 * most a page; the rest follows in later turns, so that a long log does not hold up the event loop. A read that fails
 * is tried again at the next wake-up.
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
    if (!stopped) warned(deliver)
  }
  const deliver = () => {
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

/** Does the work at once, and again after wake-ups, at most once in `everyMs`. Work that fails is done again at the next. */
export function atIntervals(wake: Signal, everyMs: number, work: () => void): () => void {
  let timer: NodeJS.Timeout | null = null
  let isDue = false
  const due = () => {
    isDue = true
    timer ??= setTimeout(turn, 0)
  }
  const turn = () => {
    timer = null
    if (!isDue) return
    isDue = false
    timer = setTimeout(turn, everyMs)
    warned(work)
  }
  const off = wake.on(due)
  due()
  return () => {
    off()
    if (timer) clearTimeout(timer)
    isDue = false
  }
}
