import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfigFile } from '#ssh/config-files.ts'
import { readKeyFile } from '#ssh/key-files.ts'
import { readKnownHosts } from '#ssh/known-hosts-files.ts'
import { sshdMissing } from '#support/sshd.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-files-'))
const fifo = join(folder, 'fifo')
const source = (name: string): string => pathToFileURL(join(import.meta.dirname, '../../main/ssh', name)).href

beforeAll(() => {
  expect(spawnSync('mkfifo', ['-m', '600', fifo]).status).toBe(0)
  mkdirSync(join(folder, 'directory'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In a process of its own: whoever waits for a pipe cannot even be told to stop waiting. */
function inChild(code: string): string {
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 10_000, env: { ...process.env, FILE: fifo } })
  return child.error === undefined ? child.stdout + child.stderr : `never came back: ${child.error.message}`
}

// Windows has no pipes among its files.
describe.skipIf(process.platform === 'win32')('a pipe where a file should be', () => {
  it('is no identity, and nothing waits for it', () =>
    expect(inChild(`import { readKeyFile } from '${source('key-files.ts')}'; console.log(JSON.stringify(readKeyFile(process.env.FILE)))`)).toContain('"state":"unreadable"'))

  it.skipIf(sshdMissing)('is not waited for as the .pub beside a locked key', () => {
    const key = join(folder, 'locked')
    expect(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', key]).status).toBe(0)
    rmSync(`${key}.pub`)
    expect(spawnSync('mkfifo', [`${key}.pub`]).status).toBe(0)
    expect(inChild(`import { readKeyFile } from '${source('key-files.ts')}'; console.log(readKeyFile('${key}').state)`)).toContain('locked')
  })

  it('is no known hosts file: no key is trusted', () =>
    expect(inChild(`import { readKnownHosts } from '${source('known-hosts-files.ts')}'; try { readKnownHosts([process.env.FILE]) } catch (thrown) { console.log(thrown.code, thrown.message) }`)).toMatch(/ssh-known-hosts .*it is a pipe/))

  it('is no configuration', () =>
    expect(inChild(`import { readConfigFile } from '${source('config-files.ts')}'; try { readConfigFile(process.env.FILE, { home: '/', system: true }) } catch (thrown) { console.log(thrown.code, thrown.message) }`)).toMatch(/ssh-config .*it is a pipe/))
})

describe('a file that is none', () => {
  it('/dev/null is empty, as ssh takes it', () => {
    expect(readKnownHosts(['/dev/null'])).toEqual([])
    expect(readConfigFile('/dev/null', { home: folder, system: false })).toEqual([])
  })

  it('a device without an end is not read to its end', () => {
    expect(readKnownHosts(['/dev/zero'])).toEqual([])
    expect(readKeyFile('/dev/zero').state).toBe('unreadable')
  })

  it('a folder cannot be read', () => {
    expect(readKeyFile(join(folder, 'directory'))).toMatchObject({ state: 'unreadable', reason: expect.stringContaining('EISDIR') })
    expect(() => readKnownHosts([join(folder, 'directory')])).toThrow('EISDIR')
  })

  it('a known hosts file without measure stops the connection: it may hold a revocation', () => {
    const large = join(folder, 'large')
    writeFileSync(large, '')
    truncateSync(large, 33 * 1024 * 1024)
    expect(() => readKnownHosts([large])).toThrow('larger than 32 MiB')
  })
})
