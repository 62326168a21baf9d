/** The value, or null as soon as the signal aborts. */
export function orAborted<T>(signal: AbortSignal, value: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(null)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** Ends early, without an error, when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
