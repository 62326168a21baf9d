import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { copyData } from '#storage/database.ts'
import { openStorage, type Storage } from '#storage/storage.ts'
import { addRun, createFolders, note } from './fixture.ts'

const folder = createFolders()

/** Data of some 24 MB, which is open. */
function filled(dataPath: string): Storage {
  const storage = openStorage(dataPath)
  addRun(storage)
  for (let n = 0; n < 400; n++) storage.output.appendMany([{ runId: 'run-1', stepId: 'copy', attempt: 1, host: 'web-1', stream: 'stdout', at: n, bytes: new Uint8Array(randomBytes(60_000)) }])
  storage.journal.append('run-1', 0, [note('before the copy')])
  return storage
}
const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  const thrown = await work.then(() => null, (reason: unknown) => reason)
  if (!(thrown instanceof Problem)) throw new Error(`no Problem but ${String(thrown)}`)
  return thrown
}

describe('a copy of all data while the program has it open', () => {
  it('lets others have their turn and write meanwhile, and is whole and as it was when it began', async () => {
    const [from, to] = [folder(), join(folder(), 'copy')]
    const storage = filled(from)
    let turns = 0
    let isDone = false
    const copying = copyData(from, to).finally(() => { isDone = true })
    for (; !isDone; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!isDone && turns < 50) storage.journal.append('run-1', turns + 1, [note(`meanwhile ${turns}`)])
    }
    expect(await copying).toBe(join(to, 'holdpoint.db'))
    // Six pieces at least, each a turn of its own; and a write in between never began it anew.
    expect(turns).toBeGreaterThan(5)
    expect(storage.journal.read('run-1', 0).length).toBeGreaterThan(5)
    storage.close()
    expect(readdirSync(to)).toEqual(['holdpoint.db'])
    expect(statSync(join(to, 'holdpoint.db')).mode & 0o777).toBe(0o600)
    const copy = openStorage(to)
    expect(copy.journal.verify('run-1')).toEqual({ ok: true, count: 1 })
    expect(copy.output.size({ runId: 'run-1', stepId: 'copy', host: null })).toBe(400 * 60_000)
    copy.close()
  })

  it('says where it could not be written and leaves nothing', async () => {
    const from = folder()
    const storage = filled(from)
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    expect(await problemOf(copyData(from, join(file, 'copy')))).toMatchObject({ code: 'storage-copy', message: expect.stringContaining(join(file, 'copy')), hint: expect.stringContaining('the data itself is safe') })
    storage.close()
  })

  it('says that the disk is full, leaves nothing, and another folder will do', async (context) => {
    const [from, disk] = [folder(), folder()]
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      console.warn('No right to mount a small file system: the copy to a full disk is SKIPPED.')
      return context.skip()
    }
    const storage = filled(from)
    try {
      expect(await problemOf(copyData(from, join(disk, 'copy')))).toMatchObject({ code: 'storage-full', message: `The disk that holds ${join(disk, 'copy')} is full.`, hint: expect.stringContaining('Nothing is left of the copy') })
      expect(readdirSync(join(disk, 'copy'))).toEqual([])
      const other = folder()
      mkdirSync(join(other, 'copy'))
      expect(existsSync(await copyData(from, join(other, 'copy')))).toBe(true)
    } finally {
      storage.close()
      execFileSync('umount', [disk])
    }
  })
})
