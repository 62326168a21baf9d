import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NewChunk } from '#storage/output.ts'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders } from './fixture.ts'

const folder = createFolders()

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

  it('is read in pages from a cursor, of all hosts or of one', () => {
    const { storage, chunk } = opened()
    storage.output.appendMany(['a', 'b', 'c', 'd', 'e'].map((text, index) => chunk({ host: index % 2 === 0 ? 'web-1' : 'web-2', at: index, bytes: Buffer.from(text) })))
    const page = (host: string | null, after: number, limit: number) => {
      const { chunks, next, more } = storage.output.read({ runId: 'run-1', stepId: 'copy', host, after, limit })
      return { text: chunks.map((found) => Buffer.from(found.bytes).toString()).join(''), next, more }
    }
    const first = page(null, 0, 2)
    expect(first).toMatchObject({ text: 'ab', more: true })
    expect(page(null, first.next, 2)).toMatchObject({ text: 'cd', more: true })
    expect(page(null, page(null, first.next, 2).next, 2)).toMatchObject({ text: 'e', more: false })
    expect(page('web-1', 0, 10)).toMatchObject({ text: 'ace', more: false })
    expect(page('web-1', first.next, 10)).toMatchObject({ text: 'ce' })
    const { next } = page(null, 0, 10)
    expect(page(null, next, 10)).toEqual({ text: '', next, more: false })
    storage.close()
  })

  it('never makes a page much larger than asked, and never an empty one when there is more', () => {
    const { storage, chunk } = opened()
    storage.output.appendMany(Array.from({ length: 5 }, () => chunk({ bytes: Buffer.alloc(1000) })))
    const count = (maxBytes: number) => storage.output.read({ runId: 'run-1', stepId: 'copy', host: null, after: 0, limit: 100, maxBytes }).chunks.length
    expect([count(1), count(2500), count(5000), count(1e9)]).toEqual([1, 2, 5, 5])
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
