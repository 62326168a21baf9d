import BetterSqlite3 from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '#domain/run/events.ts'
import { openStorage } from '#storage/storage.ts'

/** One durable fact at a time: through the journal (version check, canonical JSON, hash chain) against a bare insert. */
const ROUNDS = 12
const EVENTS = 150

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
try {
  const storage = openStorage(join(folder, 'ours'))
  storage.runbooks.create({ id: 'b', name: 'b', text: '', example: false, at: 0 })
  storage.runs.create({ id: 'r', runbookId: 'b', revision: 1, mode: 'rehearsal', title: '', operator: '', at: 0 })
  const raw = new BetterSqlite3(join(folder, 'raw.db'))
  raw.pragma('journal_mode = WAL')
  raw.pragma('synchronous = FULL')
  raw.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT')
  const insert = raw.prepare('INSERT INTO events (body) VALUES (?)')
  let version = 0
  const ours: number[] = []
  const theirs: number[] = []
  // In turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(timed(() => { version = storage.journal.append('r', version, [fact(version)]).at(-1)?.seq ?? version }))
    theirs.push(timed(() => insert.run(JSON.stringify(fact(version)))))
  }
  const [own, bare] = [middle(ours), middle(theirs)]
  console.log(`journal append, one durable event: ${(own / bare).toFixed(2)}x raw better-sqlite3 (${(own * 1000).toFixed(0)} against ${(bare * 1000).toFixed(0)} µs)`)
  raw.close()
  storage.close()
} finally {
  rmSync(folder, { recursive: true })
}

function fact(number: number): RunEvent {
  return { type: 'host-finished', stepId: `step-${number}`, attempt: 1, host: 'web-1.shop.example', result: { outcome: 'succeeded', exitCode: 0 }, at: 1_700_000_000_000 + number, by: 'holdpoint' }
}

/** ms for one. */
function timed(work: () => void): number {
  const startedAt = performance.now()
  for (let count = 0; count < EVENTS; count += 1) work()
  return (performance.now() - startedAt) / EVENTS
}

function middle(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}
