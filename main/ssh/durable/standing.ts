import { toProblem } from '#domain/problem.ts'
import type { HostStanding } from '#kinds/ports.ts'
import type { Probe } from './probe.ts'

/** What a probe says to somebody who has nothing to send yet; `ask` gives null when it was given up. */
export async function standingOf(place: string, ask: () => Promise<Probe | null>): Promise<HostStanding> {
  try {
    const probe = await ask()
    if (probe === null) return { durable: null, why: `${place} was not waited for any longer.` }
    switch (probe.probed) {
      case 'durable': return { durable: true, why: '' }
      case 'plain': return { durable: false, why: probe.why }
      case 'cut': return { durable: null, why: `The connection to ${place} closed again right after the login.` }
    }
  } catch (thrown) {
    return { durable: null, why: toProblem(thrown).message }
  }
}
