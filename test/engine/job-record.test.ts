import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSecretMask } from '#domain/secrets/mask.ts'
import { createJobRecord } from '#engine/job-record.ts'
import { openStorage, type Storage } from '#storage/storage.ts'

const SECRET = 'hunter2hunter2'
const key = { runId: 'run', stepId: 'deploy', attempt: 1, host: 'app1' }
const mask = createSecretMask([{ name: 'ask:pin', value: SECRET }])

describe('the local half of a job that prints secrets', () => {
  let folder: string
  let storage: Storage
  const open = () => createJobRecord({
    storage, key, now: () => 1, token: () => 1, mask: () => mask, wake: () => undefined, report: () => undefined,
    record: (_, also) => {
      storage.together(also)
      return true
    },
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-job-'))
    storage = openStorage(folder)
    storage.runbooks.create({ id: 'book', name: 'book.md', text: '# book', example: false, at: 1 })
    storage.runs.create({ id: 'run', runbookId: 'book', revision: 1, mode: 'live', title: 'x', operator: 'dana', at: 1 })
    open().begin({ bootId: 'boot', hostKey: 'key', helper: 'helper', commandSha256: 'sum' })
  })
  afterEach(() => {
    storage.close()
    rmSync(folder, { recursive: true })
  })
  const stored = () => Buffer.concat([...storage.output.readBytes({ ...key, stream: 'stdout' })]).toString()

  test('keeps the cursor in the bytes of the host while what is stored is hidden, whenever the program ends in between', () => {
    const said = Buffer.from(`a ${SECRET} € ${Buffer.from(`user:${SECRET}`).toString('base64')} b ${SECRET.slice(0, 9)}`)
    // Each piece to a new program, which goes on where the one before had got to: nothing that waited in memory is needed.
    for (let end = 1; end <= said.length; end += 1) {
      const job = open()
      const from = job.cursor('stdout')
      expect(job.keep('stdout', from, said.subarray(from, end), false)).toBeLessThanOrEqual(end - from)
    }
    const job = open()
    const from = job.cursor('stdout')
    expect(from).toBe(said.length - 9)
    expect(job.keep('stdout', from, said.subarray(from), true)).toBe(9)
    expect(job.cursor('stdout')).toBe(said.length)
    expect(stored()).toMatch(/^a \[secret:ask:pin\] € dXNlcj\[secret:ask:pin\]== b \[secret:ask:pin\]$/)
  })

  test('hides what came late', () => {
    open().finish({ outcome: 'succeeded', exitCode: 0 }, Buffer.from(`late ${SECRET}`))
    expect(Buffer.from(storage.jobs.find(key)?.late ?? []).toString()).toBe('late [secret:ask:pin]')
  })

  test('keeps nothing but a notice where what it prints could not be hidden, and is at its end all the same', () => {
    const job = open()
    job.withhold('[withheld]\n')
    expect(job.keep('stdout', 0, Buffer.from(`x${SECRET}`), false)).toBe(15)
    job.finish({ outcome: 'failed', reason: 'aborted', message: '' }, Buffer.from(SECRET))
    expect([stored(), open().cursor('stdout'), storage.jobs.find(key)?.late.length]).toEqual(['[withheld]\n', 15, 0])
  })
})
