import { bucketsOf, gridOf, type Bucket } from '#domain/series.ts'
import type { Sample } from '#domain/threshold.ts'
import type { Connection } from './database.ts'
import { createSampleExtents } from './sample-extents.ts'

export interface StoredSample extends Sample {
  metric: string
  /** Counts the samples of a run from 1, without holes; the cursor of the samples feed. */
  ordinal: number
}

export interface Samples {
  /** Keeps what is new and returns it; a second reading for the same metric and time is ignored. */
  append(runId: string, metric: string, samples: readonly Sample[]): StoredSample[]
  /** Both ends included, oldest first. */
  range(runId: string, metric: string, from: number, to: number): Sample[]
  /** All metrics of the run, in the order they were kept. */
  after(runId: string, cursor: number, limit: number): StoredSample[]
  /** What a chart of at most `count` columns shows, see `gridOf`; reads no more than some slots a column. */
  buckets(runId: string, metric: string, from: number, to: number, count: number): Bucket[]
  /** The metrics with at least one sample, by name. */
  metrics(runId: string): string[]
  /** The newest ordinal of the run, 0 when it has no samples. */
  newestOrdinal(runId: string): number
}

export function createSamples(connection: Connection): Samples {
  const findSeries = connection.prepare<[string, string], number>('SELECT id FROM series WHERE run_id = ? AND metric = ?').pluck()
  const addSeries = connection.prepare<[string, string]>('INSERT INTO series (run_id, metric) VALUES (?, ?)')
  const newestOrdinal = connection.prepare<[string], number | null>(
    'SELECT max((SELECT max(ordinal) FROM samples WHERE series = s.id)) FROM series s WHERE run_id = ?').pluck()
  const insert = connection.prepare<[number, number, number | null, number]>(
    'INSERT INTO samples (series, at, value, ordinal) VALUES (?, ?, ?, ?) ON CONFLICT (series, at) DO NOTHING')
  const between = connection.prepare<[number, number, number], Sample>('SELECT at, value FROM samples WHERE series = ? AND at BETWEEN ? AND ? ORDER BY at')
  // Ordinals have no holes, so the second bound keeps this to the rows it returns.
  const following = connection.prepare<[string, number, number], StoredSample>(
    'SELECT metric, at, value, ordinal FROM samples JOIN series s ON s.id = series WHERE run_id = ? AND ordinal > ? AND ordinal <= ? ORDER BY ordinal')
  const named = connection.prepare<[string], string>('SELECT metric FROM series WHERE run_id = ? ORDER BY metric').pluck()
  const extents = createSampleExtents(connection)

  const append = connection.transaction((runId: string, metric: string, samples: readonly Sample[]): StoredSample[] => {
    const series = findSeries.get(runId, metric) ?? Number(addSeries.run(runId, metric).lastInsertRowid)
    let ordinal = (newestOrdinal.get(runId) ?? 0) + 1
    const kept: StoredSample[] = []
    for (const sample of samples) {
      const at = Math.round(sample.at)
      const value = sample.value !== null && Number.isFinite(sample.value) ? sample.value : null
      if (insert.run(series, at, value, ordinal).changes === 0) continue
      kept.push({ metric, at, value, ordinal })
      ordinal += 1
    }
    extents.add(series, kept)
    return kept
  })

  return {
    append: (runId, metric, samples) => (samples.length === 0 ? [] : append.immediate(runId, metric, samples)),
    range(runId, metric, from, to) {
      const series = findSeries.get(runId, metric)
      return series === undefined ? [] : between.all(series, from, to)
    },
    after: (runId, cursor, limit) => following.all(runId, cursor, cursor + limit),
    buckets(runId, metric, from, to, count) {
      const [series, grid] = [findSeries.get(runId, metric), gridOf(from, to, count)]
      if (grid === null) return []
      return bucketsOf(series === undefined ? [] : grid.isSlotted ? extents.slots(series, from, to) : extents.each(series, from, to), grid)
    },
    metrics: (runId) => named.all(runId),
    newestOrdinal: (runId) => newestOrdinal.get(runId) ?? 0,
  }
}
