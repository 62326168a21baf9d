import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '#storage/database.ts'
import { createJournal, type Journal } from '#storage/journal.ts'
import { createOutput, type Output } from '#storage/output.ts'
import { withProblems } from '#storage/problems.ts'
import { createRunbooks } from '#storage/runbooks.ts'
import { createRuns } from '#storage/runs.ts'
import { openStorage } from '#storage/storage.ts'
import { addRun, createFolders, note, problemOf } from './fixture.ts'

const folder = createFolders()

describe('a full disk', () => {
  it.each([['a file system of 4 MB', mountedDisk], ['a limit on pages', limitedDatabase]])('(%s) refuses what does not fit, keeps everything before it, and goes on when there is room', (_name, makeDisk) => {
    const disk = makeDisk(folder())
    try {
      const opened = disk.open()
      const { journal, output } = opened
      const version = fillUp(journal)
      const problem = problemOf(() => journal.append('run-1', version, [note('y'.repeat(60_000))]))
      expect([problem.code, problem.hint]).toEqual(['storage-full', expect.stringContaining('not recorded')])
      expect(problemOf(() => { for (;;) output.append(chunk) }).code).toBe('storage-full')
      expect(journal.verify('run-1')).toEqual({ ok: true, count: version })
      disk.makeRoom()
      journal.append('run-1', version, [note('there is room again')])
      expect(journal.verify('run-1')).toEqual({ ok: true, count: version + 1 })
      opened.close()
      const again = disk.open()
      expect(again.journal.verify('run-1')).toEqual({ ok: true, count: version + 1 })
      expect(again.output.window({ runId: 'run-1', stepId: 'copy', host: null, at: 'start', maxBytes: 1 })).toMatchObject({ before: false })
      again.close()
    } finally {
      disk.remove()
    }
  })
})

const chunk = { runId: 'run-1', stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout' as const, at: 1, bytes: new Uint8Array(randomBytes(60_000)) }

/** Appends until the disk refuses; the version reached. */
function fillUp(journal: Journal): number {
  let version = journal.read('run-1', 0).length
  const problem = problemOf(() => {
    for (;;) version = journal.append('run-1', version, [note('x'.repeat(60_000))]).at(-1)!.seq
  })
  expect([problem.code, version > 3]).toEqual(['storage-full', true])
  return version
}

interface Disk {
  open(): { journal: Journal; output: Output; close(): void }
  makeRoom(): void
  remove(): void
}

/** A real file system where this user may mount one; else the page limit stands in for it. */
function mountedDisk(path: string): Disk {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    console.log('This user may not mount a file system: the full disk is a limit on pages instead.')
    return limitedDatabase(path)
  }
  const ballast = join(path, 'ballast')
  const data = join(path, 'data')
  const handle = openSync(ballast, 'w')
  writeSync(handle, Buffer.alloc(1024 * 1024))
  closeSync(handle)
  return {
    open() {
      const storage = openStorage(data)
      if (storage.runs.list().length === 0) addRun(storage)
      return { journal: storage.journal, output: storage.output, close: () => storage.close() }
    },
    makeRoom: () => rmSync(ballast),
    remove: () => void execFileSync('umount', [path]),
  }
}

function limitedDatabase(path: string): Disk {
  let pages = 700
  let limit = (count: number) => { pages = count }
  return {
    open() {
      mkdirSync(path, { recursive: true })
      const database = openDatabase(path)
      const { durable, bulk, file } = database
      limit = (count) => {
        pages = count
        for (const connection of [durable, bulk]) connection.pragma(`max_page_count = ${count}`)
      }
      limit(pages)
      const runs = createRuns(durable)
      if (runs.list().length === 0) addRun({ runbooks: createRunbooks(durable), runs })
      return { journal: withProblems(createJournal(durable), file), output: withProblems(createOutput(bulk), file), close: () => database.close() }
    },
    makeRoom: () => limit(5000),
    remove: () => {},
  }
}
