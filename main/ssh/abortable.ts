/** The value, or null as soon as the signal aborts. */
export function orAborted<T>(signal: AbortSignal, value: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(null)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
