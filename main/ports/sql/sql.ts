import type { Sql } from '#kinds/sql-port.ts'
import { startDeadline } from './deadline.ts'
import { dial } from './dial.ts'
import { fence } from './fence.ts'
import { broken, tooMuch, tooSlow } from './problems.ts'

/** Real PostgreSQL. What this machine's environment and ~/.pgpass say to its clients counts for nothing: the runbook says it all. */
export function createSql(): Sql {
  return {
    async connect(place, { password, timeoutMs, signal }) {
      const deadline = startDeadline(timeoutMs, signal, () => tooSlow(place, timeoutMs))
      try {
        // Loaded once a database is asked, which most runs do not; and before it is dialled, so that nothing is said to nobody.
        const { logIn } = await import('./session.ts')
        const socket = await dial(place, deadline.signal)
        const fenced = fence(socket, { tooMuch: () => tooMuch(place), senseless: (thrown) => broken(place, `it said what makes no sense (${String(thrown)})`) })
        return await logIn(fenced, place, password, deadline.signal)
      } finally {
        deadline.end()
      }
    },
  }
}
