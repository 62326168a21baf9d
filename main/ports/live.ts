import type { Clock, Http, Ports, Shell } from '#kinds/ports.ts'

/** The world of a live run. `shell` is the connection pool all runs share, so closing these ports leaves it open. */
export function createLivePorts({ shell, http, clock }: { shell: Shell; http: Http; clock: Clock }): Ports {
  return { clock, shell, http, synthetic: null, faults: null, close: () => Promise.resolve() }
}
