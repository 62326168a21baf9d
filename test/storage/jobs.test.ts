import { describe, expect, it } from 'vitest'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders, problemOf } from './fixture.ts'

const folder = createFolders()
const facts = { bootId: 'boot', hostKey: 'SHA256:key', helper: 'abc', commandSha256: 'f'.repeat(64), token: 1 }

function opened() {
  const path = folder()
  const storage = openStorage(path)
  const key = { runId: addRun(storage), stepId: 'Stop app!', attempt: 2, host: 'Web_1.example' }
  const row = (bytes: string) => ({ ...key, stream: 'stdout' as const, at: 1, bytes: Buffer.from(bytes) })
  return { path, storage, key, row }
}

describe('durable jobs', () => {
  it('have a name of plain letters, digits and hyphens, chosen once and found again', () => {
    const { path, storage, key } = opened()
    const job = storage.jobs.begin(key, facts, 7)
    expect(job.id).toMatch(/^rrun-1-sstop-app-a2-web-1-example-[a-z]{8}$/)
    expect(job).toMatchObject({ ...facts, run: 'run-1', state: 'intended', at: 7 })
    storage.close()
    const again = openStorage(path)
    expect(again.jobs.find(key)).toEqual(job)
    expect(again.jobs.find({ ...key, attempt: 1 })).toBeNull()
    again.close()
  })

  it('are begun once for a run, step, attempt and host', () => {
    const { storage, key } = opened()
    storage.jobs.begin(key, facts, 7)
    expect(problemOf(() => storage.jobs.begin(key, facts, 8)).code).toBe('job-exists')
    storage.jobs.begin({ ...key, attempt: 3 }, facts, 9)
    storage.close()
  })

  it('only move forward: intended, launched, finished, acknowledged', () => {
    const { storage, key } = opened()
    const { id } = storage.jobs.begin(key, facts, 7)
    const state = () => storage.jobs.find(key)?.state
    storage.jobs.acknowledged(id)
    expect(state()).toBe('intended')
    storage.jobs.launched(id)
    expect(state()).toBe('launched')
    storage.jobs.finish(id, Buffer.from('late'))
    storage.jobs.launched(id)
    expect(state()).toBe('finished')
    expect(Buffer.from(storage.jobs.find(key)?.late ?? []).toString()).toBe('late')
    storage.jobs.acknowledged(id)
    expect(state()).toBe('acknowledged')
    storage.close()
  })

  it('keep output and cursor together: no gap, no repeat, and nothing of a refused piece', () => {
    const { storage, key, row } = opened()
    const { id } = storage.jobs.begin(key, facts, 7)
    storage.output.appendAt(id, 0, row('one '))
    storage.output.appendAt(id, 4, row('two'))
    expect(problemOf(() => storage.output.appendAt(id, 4, row('two'))).code).toBe('output-gap')
    expect(problemOf(() => storage.output.appendAt(id, 8, row('!'))).code).toBe('output-gap')
    expect([storage.output.end(id, 'stdout'), storage.output.end(id, 'stderr')]).toEqual([7, 0])
    expect(Buffer.concat([...storage.output.readBytes({ ...key, stream: 'stdout' })]).toString()).toBe('one two')
    storage.close()
  })

  it('keep much output at once in chunks that can each be shown by themselves, with one cursor behind the last', () => {
    const { storage, key, row } = opened()
    const { id } = storage.jobs.begin(key, facts, 7)
    const text = '€'.repeat(70_000)
    storage.output.appendAt(id, 0, row(text), 300_000)
    expect(storage.output.end(id, 'stdout')).toBe(300_000)
    expect(problemOf(() => storage.output.appendAt(id, 210_000, row('!'))).code).toBe('output-gap')
    storage.output.appendAt(id, 300_000, row(' and more'))
    expect(storage.output.end(id, 'stdout')).toBe(300_009)
    const chunks = [...storage.output.readBytes({ ...key, stream: 'stdout' })].map((bytes) => Buffer.from(bytes))
    expect(chunks.every((bytes) => bytes.byteLength <= 64 * 1024 && !bytes.toString().includes('\ufffd'))).toBe(true)
    expect(chunks.length).toBe(5)
    expect(Buffer.concat(chunks).toString()).toBe(`${text} and more`)
    storage.close()
  })
})
