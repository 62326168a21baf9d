import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketSamples } from '#domain/series.ts'
import { openDatabase } from '#storage/database.ts'
import { MIGRATIONS } from '#storage/schema.ts'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders } from './fixture.ts'

const folder = createFolders()

describe('samples', () => {
  it('are kept once for a metric and a time: the first reading stays', () => {
    const { samples, close } = opened()
    expect(samples.append('run-1', 'error rate', [{ at: 10, value: 1 }, { at: 20, value: null }])).toHaveLength(2)
    expect(samples.append('run-1', 'error rate', [{ at: 10, value: 9 }, { at: 20.2, value: 9 }, { at: 30, value: 3 }])).toEqual([{ metric: 'error rate', at: 30, value: 3, ordinal: 3 }])
    expect(samples.range('run-1', 'error rate', 10, 30)).toEqual([{ at: 10, value: 1 }, { at: 20, value: null }, { at: 30, value: 3 }])
    expect(samples.range('run-1', 'error rate', 11, 29)).toEqual([{ at: 20, value: null }])
    close()
  })

  it('follow each other over all metrics of one run, without holes', () => {
    const { storage, samples, close } = opened()
    addRun(storage, 'run-2')
    for (let at = 1; at <= 4; at += 1) {
      for (const metric of ['error rate', 'latency']) {
        samples.append('run-1', metric, [{ at, value: at }, { at, value: 99 }])
        samples.append('run-2', metric, [{ at, value: -1 }])
      }
    }
    const pages = [samples.after('run-1', 0, 3), samples.after('run-1', 3, 3), samples.after('run-1', 6, 3), samples.after('run-1', 8, 3)]
    expect(pages.map((page) => page.map((sample) => sample.ordinal))).toEqual([[1, 2, 3], [4, 5, 6], [7, 8], []])
    expect(pages[0]).toEqual([{ metric: 'error rate', at: 1, value: 1, ordinal: 1 }, { metric: 'latency', at: 1, value: 1, ordinal: 2 }, { metric: 'error rate', at: 2, value: 2, ordinal: 3 }])
    expect([samples.newestOrdinal('run-1'), samples.newestOrdinal('run-3')]).toEqual([8, 0])
    expect(samples.metrics('run-1')).toEqual(['error rate', 'latency'])
    close()
  })

  it('take a number that is none for no data', () => {
    const { samples, close } = opened()
    samples.append('run-1', 'latency', [{ at: 1, value: NaN }, { at: 2, value: Infinity }])
    expect(samples.range('run-1', 'latency', 0, 9)).toEqual([{ at: 1, value: null }, { at: 2, value: null }])
    close()
  })

  it('of an unknown metric are none, in as many empty columns as asked for', () => {
    const { samples, close } = opened()
    expect(samples.range('run-1', 'cpu', 0, 9)).toEqual([])
    expect(samples.buckets('run-1', 'cpu', 0, 10, 2)).toEqual([{ at: 0, min: null, max: null, last: null }, { at: 5, min: null, max: null, last: null }])
    close()
  })

  it('make the same columns from slots and readings as by hand from readings alone', () => {
    const { samples, close } = opened()
    let trial = 0
    const reading = fc.record({ at: fc.integer({ min: -90_000, max: 900_000 }), value: fc.option(fc.double({ min: 1e-6, max: 1e6, noNaN: true })) })
    const edge = fc.integer({ min: -50_000, max: 400_000 })
    fc.assert(fc.property(fc.array(fc.array(reading, { maxLength: 60 }), { maxLength: 4 }), edge, fc.oneof(fc.integer({ min: 0, max: 100 }), edge), fc.integer({ min: 1, max: 40 }), (batches, from, length, count) => {
      const metric = `metric ${trial += 1}`
      for (const batch of batches) samples.append('run-1', metric, batch)
      const kept = [...new Map(batches.flat().toReversed().map((one) => [one.at, one])).values()].toSorted((one, other) => one.at - other.at)
      expect(samples.buckets('run-1', metric, from, from + length, count)).toEqual(bucketSamples(kept, from, from + length, count))
    }), { numRuns: 300 })
    close()
  })

  it('from before slots were kept make the same columns as well, and take new and late readings in', () => {
    const path = folder()
    const before = openDatabase(path, MIGRATIONS.slice(0, MIGRATIONS.findIndex((change) => change.includes('TABLE sample_extents'))))
    const readings = Array.from({ length: 400 }, (_, second) => ({ at: (second - 20) * 1000, value: second % 7 === 0 || (second > 100 && second < 160) ? null : (second * 37) % 101 }))
    before.durable.exec("INSERT INTO runbooks VALUES ('b', 'b', 1, 0, 1, 1, NULL); INSERT INTO revisions VALUES ('b', 1, '', 1); INSERT INTO runs (id, runbook_id, revision, mode, title, operator, status, created_at) VALUES ('r', 'b', 1, 'live', '', '', '', 1); INSERT INTO series VALUES (1, 'r', 'latency')")
    for (const [place, { at, value }] of readings.entries()) before.bulk.prepare('INSERT INTO samples VALUES (1, ?, ?, ?)').run(at, value, place + 1)
    before.close()
    const { samples, close } = openStorage(path)
    const columnsOf = (all: typeof readings) => [1, 3, 8, 400].map((count) => bucketSamples(all, -20_000, 390_000, count))
    const found = () => [1, 3, 8, 400].map((count) => samples.buckets('r', 'latency', -20_000, 390_000, count))
    expect(found()).toEqual(columnsOf(readings))
    const [late, later] = [{ at: 5500, value: -7 }, { at: 380_500, value: 900 }]
    samples.append('r', 'latency', [later])
    samples.append('r', 'latency', [late])
    expect(found()).toEqual(columnsOf([...readings, late, later].toSorted((one, other) => one.at - other.at)))
    close()
  })
})

function opened() {
  const storage = openStorage(folder())
  addRun(storage)
  return { storage, samples: storage.samples, close: () => storage.close() }
}
