import type { Clock, Http, Ports, Shell } from '#kinds/ports.ts'

/** The world of a live run. The connections are shared by all runs, so closing these ports leaves them open. */
export function createLivePorts({ shell, http, clock }: { shell: Shell; http: Http; clock: Clock }): Ports {
  return { shell, http, clock, synthetic: null, close: () => Promise.resolve() }
}
