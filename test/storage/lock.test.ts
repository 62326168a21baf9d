import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStorage } from '#storage/storage.ts'
import { createFolders, problemOf } from './fixture.ts'

const folder = createFolders()

describe('the data folder', () => {
  it('has one owner: a second process is told who it is', async () => {
    const path = folder()
    const storage = openStorage(path)
    const child = openElsewhere(path)
    const [said] = await once(child.stdout!, 'data') as [Buffer]
    expect(String(said)).toContain('storage-in-use')
    expect(String(said)).toContain(`process ${process.pid}`)
    await once(child, 'close')
    storage.close()
  })

  it('has one owner within one process too', () => {
    const path = folder()
    const storage = openStorage(path)
    expect(problemOf(() => openStorage(path)).code).toBe('storage-in-use')
    storage.settings.set('theme', 'dark')
    storage.close()
    const again = openStorage(path)
    expect(again.settings.get('theme')).toBe('dark')
    again.close()
  })

  it('is free at once when its owner was killed', async () => {
    const path = folder()
    const child = openElsewhere(path)
    await once(child.stdout!, 'data')
    const problem = problemOf(() => openStorage(path))
    expect([problem.code, problem.message.includes(`process ${child.pid}`)]).toEqual(['storage-in-use', true])
    child.kill('SIGKILL')
    await once(child, 'close')
    openStorage(path).close()
    expect(readFileSync(join(path, 'holdpoint.pid'), 'utf8')).toBe(`${process.pid}\n`)
  })

  it('is made for its owner only', () => {
    const path = join(folder(), 'new', 'place')
    openStorage(path).close()
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })
})

/** Opens the storage in another process, says what came of it, and stays until it is killed when it got the lock. */
function openElsewhere(path: string): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'open-elsewhere.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] })
}
