import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NewChunk } from '#storage/output.ts'
import { encodeDeflate } from '#storage/output-codec.ts'
import { connect, openDatabase } from '#storage/database.ts'
import { MIGRATIONS } from '#storage/schema.ts'
import { openStorage } from '#storage/storage.ts'
import { addOldRun, addRun, createFolders } from './fixture.ts'

const folder = createFolders()
const query = { runId: 'run-1', stepId: 'copy' }

describe('step output', () => {
  it('gives exactly the bytes of one stream back, whatever they are, past the first page', () => {
    const { storage, chunk } = opened()
    const sent = createHash('sha256')
    const chunks: NewChunk[] = []
    for (let index = 0; index < 300; index += 1) {
      const bytes = Buffer.from(Array.from({ length: (index * 37) % 5000 }, (_, place) => (index * 31 + place * 7) % 256))
      sent.update(bytes)
      chunks.push(chunk({ bytes }), chunk({ stream: 'stderr', bytes: Buffer.from('noise') }), chunk({ attempt: 2, bytes: Buffer.from('again') }), chunk({ host: 'web-2' }))
    }
    storage.output.appendMany(chunks)
    const kept = createHash('sha256')
    for (const bytes of storage.output.readBytes({ runId: 'run-1', stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout' })) {
      kept.update(bytes)
      storage.output.append(chunk({ stepId: 'other' }))
    }
    expect(kept.digest('hex')).toBe(sent.digest('hex'))
    storage.close()
  })

  it('is looked at in windows: the start, the end, around a place, of all hosts or of one', () => {
    const { storage, chunk } = opened()
    const seqs = storage.output.appendMany(['a', 'b', 'c', 'd', 'e'].map((text, index) => chunk({ host: index % 2 === 0 ? 'web-1' : 'web-2', at: index, bytes: Buffer.from(text) })))
    const look = (host: string | null, at: 'start' | 'end' | number, maxBytes: number) => {
      const { chunks, before, after } = storage.output.window({ ...query, host, at, maxBytes })
      return [chunks.map((found) => Buffer.from(found.bytes).toString()).join(''), before, after]
    }
    expect(look(null, 'start', 2)).toEqual(['ab', false, true])
    expect(look(null, 'end', 2)).toEqual(['de', true, false])
    expect(look(null, seqs[2] ?? 0, 2)).toEqual(['bc', true, true])
    expect(look(null, seqs[2] ?? 0, 100)).toEqual(['abcde', false, false])
    expect(look('web-1', 'start', 2)).toEqual(['ac', false, true])
    expect(look('web-1', 'end', 100)).toEqual(['ace', false, false])
    expect(look('web-2', seqs[2] ?? 0, 2)).toEqual(['bd', false, false])
    expect(look('nobody', 'end', 100)).toEqual(['', false, false])
    storage.close()
  })

  it('of what came since a cursor only the newest is told, and that something was left out', () => {
    const { storage, chunk } = opened()
    const seqs = storage.output.appendMany(Array.from({ length: 10 }, (_, index) => chunk({ bytes: Buffer.from(`${index}`.repeat(1000)) })))
    const since = (after: number, maxBytes: number) => {
      const { chunks, before } = storage.output.newest({ ...query, host: null, after, maxBytes })
      return [chunks.map(({ bytes }) => String.fromCodePoint(bytes[0] ?? 0)).join(''), before]
    }
    expect(since(0, 1e6)).toEqual(['0123456789', false])
    expect(since(0, 2500)).toEqual(['789', true])
    expect(since(seqs[7] ?? 0, 2500)).toEqual(['89', false])
    expect(since(seqs[9] ?? 0, 2500)).toEqual(['', false])
    storage.close()
  })

  it('says which chunk goes on with a line begun before it, for each host and stream', () => {
    const { storage, chunk } = opened()
    const said: [string, 'stdout' | 'stderr', string][] = [['web-1', 'stdout', 'begun '], ['web-2', 'stdout', 'whole\n'], ['web-1', 'stdout', 'over\n'], ['web-2', 'stdout', 'next\n'], ['web-1', 'stderr', 'oh\n']]
    const seqs = storage.output.appendMany(said.map(([host, stream, text]) => chunk({ host, stream, bytes: Buffer.from(text) })))
    const { chunks } = storage.output.newest({ ...query, host: null, after: seqs[1] ?? 0, maxBytes: 1e6 })
    expect(chunks.map(({ goesOn }) => goesOn)).toEqual([true, false, false])
    storage.close()
  })

  it('finds what was said on stderr, forwards and backwards', () => {
    const { storage, chunk } = opened()
    const seqs = storage.output.appendMany([1, 2, 3, 4, 5].map((number) => chunk({ host: number < 4 ? 'web-1' : 'web-2', stream: number % 2 === 0 ? 'stderr' : 'stdout' })))
    const find = (from: number, direction: 'later' | 'earlier', host: string | null = null) => seqs.indexOf(storage.output.findError({ ...query, host, from, direction }) ?? -1)
    expect([find(0, 'later'), find(seqs[1] ?? 0, 'later'), find(seqs[3] ?? 0, 'later'), find(0, 'later', 'web-2')]).toEqual([1, 3, -1, 3])
    expect([find(Number.MAX_SAFE_INTEGER, 'earlier'), find(seqs[3] ?? 0, 'earlier'), find(seqs[1] ?? 0, 'earlier')]).toEqual([3, 1, -1])
    storage.close()
  })

  it('is compressed where that pays, and the bytes and sizes are the same', () => {
    const { storage, chunk } = opened()
    const texts = [Buffer.from('GET /orders 200\n'.repeat(4000)), randomBytes(60_000), Buffer.from('short'), Buffer.alloc(0), Buffer.from('é\r\u0000'.repeat(100))]
    storage.output.appendMany(texts.map((bytes) => chunk({ bytes })))
    const all = Buffer.concat(texts)
    expect(Buffer.concat([...storage.output.readBytes({ ...query, attempt: 1, host: 'web-1', stream: 'stdout' })]).equals(all)).toBe(true)
    expect(storage.output.size({ ...query, host: null })).toBe(all.byteLength)
    const tail = storage.output.tail({ ...query, attempt: 1, host: 'web-1', maxBytes: 70_000 })
    expect([Buffer.from(tail.text).equals(all.subarray(-70_000)), tail.bytes]).toEqual([true, all.byteLength])
    storage.close()
    const disk = connect(join(storage.dataPath, 'holdpoint.db'), { timeoutMs: 0 })
    expect(disk.prepare('SELECT codec, length(bytes) < size AS smaller FROM output ORDER BY seq').all()).toEqual(
      [['zstd', 1], ['raw', 0], ['raw', 0], ['raw', 0], ['zstd', 1]].map(([codec, smaller]) => ({ codec, smaller })))
    disk.close()
  })

  it('compressed by a version that had only deflate is read as before', () => {
    const path = folder()
    const old = openDatabase(path, MIGRATIONS.slice(0, 5))
    addOldRun(old.durable)
    const insert = old.bulk.prepare("INSERT INTO output (run_id, step_id, attempt, host, stream, at, size, bytes, codec, ends_line) VALUES ('run-1', 'copy', 1, 'web-1', 'stdout', 1, ?, ?, ?, 1)")
    const texts = [Buffer.from('GET /orders 200\n'.repeat(4000)), Buffer.from('short\n'), randomBytes(60_000)]
    const kept = texts.map((bytes) => encodeDeflate(bytes))
    for (const [index, { codec, stored }] of kept.entries()) insert.run(texts[index]?.byteLength ?? 0, stored, codec)
    expect(kept.map(({ codec }) => codec)).toEqual(['deflate', 'raw', 'raw'])
    old.close()
    const storage = openStorage(path)
    expect(Buffer.concat([...storage.output.readBytes({ ...query, attempt: 1, host: 'web-1', stream: 'stdout' })]).equals(Buffer.concat(texts))).toBe(true)
    storage.close()
  })

  it('of an older version is read as before, and goes on', () => {
    const path = folder()
    const old = openDatabase(path, MIGRATIONS.slice(0, 2))
    addOldRun(old.durable)
    const insert = old.bulk.prepare("INSERT INTO output (run_id, step_id, attempt, host, stream, at, size, bytes) VALUES ('run-1', 'copy', 1, 'web-1', 'stdout', 1, ?, ?)")
    for (const text of ['one\n', 'two\n']) insert.run(text.length, Buffer.from(text))
    old.close()
    const storage = openStorage(path)
    storage.output.append({ ...query, attempt: 1, host: 'web-1', stream: 'stdout', at: 2, bytes: Buffer.from('three\n') })
    expect(Buffer.concat([...storage.output.readBytes({ ...query, attempt: 1, host: 'web-1', stream: 'stdout' })]).toString()).toBe('one\ntwo\nthree\n')
    expect(storage.output.size({ ...query, host: 'web-1' })).toBe(14)
    expect(storage.output.tail({ ...query, attempt: 1, host: 'web-1', maxBytes: 8 }).bytes).toBe(14)
    storage.close()
  })

  it('knows its size without reading it', () => {
    const { storage, chunk } = opened()
    expect(storage.output.size({ runId: 'run-1', stepId: 'copy', host: null })).toBe(0)
    storage.output.appendMany([chunk({ bytes: Buffer.alloc(10) }), chunk({ host: 'web-2', bytes: Buffer.alloc(5) }), chunk({ stepId: 'other', bytes: Buffer.alloc(99) })])
    expect(storage.output.size({ runId: 'run-1', stepId: 'copy', host: null })).toBe(15)
    expect(storage.output.size({ runId: 'run-1', stepId: 'copy', host: 'web-2' })).toBe(5)
    storage.close()
  })

  it('grows its cursor within a run and goes on after a restart', () => {
    const path = folder()
    const first = openStorage(path)
    addRun(first)
    const chunk = { runId: 'run-1', stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout' as const, at: 1.5, bytes: Buffer.from('x') }
    const seqs = first.output.appendMany([chunk, chunk])
    first.close()
    const second = openStorage(path)
    seqs.push(second.output.append(chunk))
    expect(seqs).toEqual(seqs.toSorted((one, other) => one - other))
    expect(new Set(seqs).size).toBe(3)
    second.close()
  })

  it('keeps all of a batch or none', () => {
    const { storage, chunk } = opened()
    expect(() => storage.output.appendMany([chunk({}), chunk({ runId: 'no-run' })])).toThrow('FOREIGN KEY')
    expect(storage.output.size({ runId: 'run-1', stepId: 'copy', host: null })).toBe(0)
    storage.close()
  })
})

function opened() {
  const storage = openStorage(folder())
  addRun(storage)
  const chunk = (part: Partial<NewChunk>): NewChunk =>
    ({ runId: 'run-1', stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout', at: 1, bytes: Buffer.from('line\n'), ...part })
  return { storage, chunk }
}
