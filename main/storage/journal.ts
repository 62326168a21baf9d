import { createHash } from 'node:crypto'
import { canonicalJson } from '#domain/canonical.ts'
import { Problem } from '#domain/problem.ts'
import type { RunEvent, StoredEvent } from '#domain/run/events.ts'
import type { Connection } from './database.ts'

/** What the first event of a run chains to. */
export const FIRST_HASH = '0'.repeat(64)

export interface Journal {
  /**
   * Adds the facts after `expectedVersion`, the sequence number of the last event known, all or none. When it returns
   * they are on the disk. Throws `journal-conflict` when the run has moved on.
   */
  append(runId: string, expectedVersion: number, events: readonly RunEvent[]): StoredEvent[]
  read(runId: string, afterSeq: number): StoredEvent[]
  /** The events of these types behind the first, in order: where much is looked through for little, the rest is not even parsed. */
  readOf(runId: string, types: readonly RunEvent['type'][]): RunEvent[]
  /** Recomputes the chain; `seq` is the first event that does not fit. */
  verify(runId: string): { ok: true; count: number } | { ok: false; seq: number }
}

interface Row { seq: number; body: string; hash: string }

export function createJournal(connection: Connection): Journal {
  const newest = connection.prepare<[string], { seq: number; hash: string }>('SELECT seq, hash FROM events WHERE run_id = ? ORDER BY seq DESC LIMIT 1')
  const insert = connection.prepare<[string, number, string, string]>('INSERT INTO events (run_id, seq, body, hash) VALUES (?, ?, ?, ?)')
  const after = connection.prepare<[string, number], Row>('SELECT seq, body, hash FROM events WHERE run_id = ? AND seq > ? ORDER BY seq')

  const bodies = connection.prepare<[string], string>('SELECT body FROM events WHERE run_id = ? AND seq > 1 ORDER BY seq').pluck()

  const append = connection.transaction((runId: string, expectedVersion: number, events: readonly RunEvent[]): StoredEvent[] => {
    const head = newest.get(runId) ?? { seq: 0, hash: FIRST_HASH }
    if (head.seq !== expectedVersion) throw conflict(expectedVersion, head.seq)
    let { seq, hash } = head
    return events.map((event) => {
      const body = canonicalJson(event)
      seq += 1
      hash = chain(hash, seq, body)
      insert.run(runId, seq, body, hash)
      return { seq, event, hash }
    })
  })

  return {
    append: (runId, expectedVersion, events) => append.immediate(runId, expectedVersion, events),
    read: (runId, afterSeq) => after.all(runId, afterSeq).map((row) => ({ seq: row.seq, event: JSON.parse(row.body) as RunEvent, hash: row.hash })),
    readOf(runId, types) {
      // Bodies are canonical: within a string its quotation marks are escaped, so this finds names of types, if at times a nested one too.
      const named = new RegExp(`"type":"(?:${types.join('|')})"`)
      const wanted = new Set<string>(types)
      return bodies.all(runId).filter((body) => named.test(body)).map((body) => JSON.parse(body) as RunEvent).filter(({ type }) => wanted.has(type))
    },
    verify(runId) {
      let count = 0
      let hash = FIRST_HASH
      for (const row of after.iterate(runId, 0)) {
        count += 1
        hash = chain(hash, count, row.body)
        if (row.seq !== count || row.hash !== hash) return { ok: false, seq: count }
      }
      return { ok: true, count }
    },
  }
}

/** sha256(previous hash, canonical JSON of { seq, event }); `body` is the event's canonical JSON already. */
function chain(previous: string, seq: number, body: string): string {
  return createHash('sha256').update(`${previous}{"event":${body},"seq":${seq}}`).digest('hex')
}

function conflict(expected: number, actual: number): Problem {
  return new Problem('journal-conflict', `The run has moved on to event ${actual}; this action was decided at event ${expected}.`, 'Nothing was recorded. Look at the run as it stands now, then decide again.')
}
