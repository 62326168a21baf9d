import type { Clock, Http, Ports, Secrets, Shell } from '#kinds/ports.ts'
import type { Sql } from '#kinds/sql-port.ts'

/** The world of a live run. `shell` is the connection pool all runs share, so closing these ports leaves it open. */
export function createLivePorts({ shell, http, sql, secrets, clock }: { shell: Shell; http: Http; sql: Sql; secrets: Secrets; clock: Clock }): Ports {
  return { clock, shell, http, sql, secrets, synthetic: null, faults: null, close: () => Promise.resolve() }
}
