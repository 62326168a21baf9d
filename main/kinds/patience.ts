import { Problem } from '#domain/problem.ts'
import type { SecretReference } from '#domain/secrets/reference.ts'
import type { Ports } from './ports.ts'

/** Asked for again so long after nobody gave it: not at each reading. */
export const PERSON_MS = 30_000

/** What was made of a secret, or why it cannot be had now. */
export type Had<T> = { value: T } | { problem: Problem }

/**
 * What `make` makes of a secret, read anew each time where that costs nothing, so that it may be changed while the run goes
 * on. A person who is asked is not waited for longer than `patienceMs`, nor asked twice at once.
 */
export function patiently<T>(secret: SecretReference, patienceMs: number, clock: Ports['clock'], make: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<Had<T>> {
  let refused: { problem: Problem; until: number } | null = null
  let asking: Promise<Had<T>> | null = null
  const ask = async (signal: AbortSignal): Promise<Had<T>> => {
    try {
      return { value: await make(signal) }
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      refused = secret.from === 'ask' ? { problem: thrown, until: clock.now() + PERSON_MS } : null
      return { problem: thrown }
    } finally {
      asking = null
    }
  }
  return async (signal) => {
    if (refused !== null && clock.now() < refused.until) return { problem: refused.problem }
    const answered = new AbortController()
    asking ??= ask(signal)
    const late = (): Had<T> => ({ problem: new Problem('secret-not-given', `Nobody has given the secret "${secret.name}" yet.`, 'The question for it is open.') })
    try {
      return await Promise.race([asking, clock.sleep(patienceMs, AbortSignal.any([signal, answered.signal])).then(late, late)])
    } finally {
      answered.abort()
    }
  }
}
