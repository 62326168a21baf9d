import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findDataPath, makeDataPath } from '#storage/data-path.ts'
import { createFolders, problemOf } from './fixture.ts'

const folder = createFolders()

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/dana/.local/share/holdpoint'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/holdpoint'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/dana/.local/share/holdpoint'],
    ['linux', { XDG_DATA_HOME: '/data', HOLDPOINT_HOME: '/elsewhere' }, '/elsewhere'],
    ['linux', { HOLDPOINT_HOME: '' }, '/home/dana/.local/share/holdpoint'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/dana/Library/Application Support/Holdpoint'],
    ['win32', { APPDATA: 'C:\\Users\\dana\\AppData\\Roaming' }, 'C:\\Users\\dana\\AppData\\Roaming\\Holdpoint'],
  ])('on %s with %j is %s', (platform, env, path) => expect(findDataPath(env, platform, '/home/dana')).toBe(path))

  it('that cannot be made is said so, with the way out', () => {
    const file = join(folder(), 'a-file')
    writeFileSync(file, '')
    const problem = problemOf(() => makeDataPath(join(file, 'data')))
    expect([problem.code, problem.hint]).toEqual(['storage-io', expect.stringContaining('HOLDPOINT_HOME')])
  })
})
