import { Problem } from '#domain/problem.ts'

/** Aborts with a Problem when the time is over, and with the signal's reason as a Problem when that aborts. */
export function startDeadline(ms: number, signal: AbortSignal, late: () => Problem): { signal: AbortSignal; end(): void } {
  const over = new AbortController()
  const stop = (): void => over.abort(new Problem('sql-aborted', 'The database is not asked any more.', 'Nothing needs to be done.', signal.reason))
  const timer = setTimeout(() => over.abort(late()), ms)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  return {
    signal: over.signal,
    end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}
