import type { Clock, Http, Ports, Secrets, Shell } from '#kinds/ports.ts'

/** The world of a live run. `shell` is the connection pool all runs share, so closing these ports leaves it open. */
export function createLivePorts({ shell, http, secrets, clock }: { shell: Shell; http: Http; secrets: Secrets; clock: Clock }): Ports {
  return { clock, shell, http, secrets, synthetic: null, faults: null, close: () => Promise.resolve() }
}
