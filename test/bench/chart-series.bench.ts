import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bucketSamples } from '#domain/series.ts'
import { openStorage } from '#storage/storage.ts'

/** A live chart of 120 columns with a day of readings behind it: in SQL against reading all rows and grouping them here. */
const SAMPLES = 86_400
const COLUMNS = 120
const ROUNDS = 25

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
try {
  const storage = openStorage(folder)
  storage.runbooks.create({ id: 'b', name: 'b', text: '', example: false, at: 0 })
  storage.runs.create({ id: 'r', runbookId: 'b', revision: 1, mode: 'rehearsal', title: '', operator: '', at: 0 })
  for (const metric of ['error rate', 'latency']) {
    storage.samples.append('r', metric, Array.from({ length: SAMPLES }, (_, second) => ({ at: second * 1000, value: second % 97 === 0 ? null : 50 + 40 * Math.sin(second / 500) })))
  }
  const to = (SAMPLES - 1) * 1000
  const inSql = () => storage.samples.buckets('r', 'latency', 0, to, COLUMNS)
  const byHand = () => bucketSamples(storage.samples.range('r', 'latency', 0, to), 0, to, COLUMNS)
  if (JSON.stringify(inSql()) !== JSON.stringify(byHand())) throw new Error('The two ways do not agree.')
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(timed(inSql))
    theirs.push(timed(byHand))
  }
  const [own, plain] = [middle(ours), middle(theirs)]
  console.log(`chart of ${COLUMNS} columns over ${SAMPLES} samples: ${(own / plain).toFixed(2)}x reading all rows (${own.toFixed(1)} against ${plain.toFixed(1)} ms)`)
  storage.close()
} finally {
  rmSync(folder, { recursive: true })
}

function timed(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

function middle(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}
