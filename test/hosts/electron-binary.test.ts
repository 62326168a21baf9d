import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { downloadHost, findElectron, installElectron, isReachable } from '#hosts/electron-binary.ts'

let project: string
let folder: string
const env = process.env

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'holdpoint-project-'))
  folder = join(project, 'node_modules', 'electron')
  mkdirSync(folder, { recursive: true })
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

function putBinary(dist: string): void {
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(dist, 'electron'), '#!/bin/sh\n')
  chmodSync(join(dist, 'electron'), 0o755)
}
const putInstaller = (script: string): void => writeFileSync(join(folder, 'install.js'), script)
const install = (stallMs = 20_000, onProgress: (bytes: number) => void = () => {}): Promise<string | null> => installElectron({ projectPath: project, env, stallMs, onProgress })

describe('finding the binary', () => {
  test('needs both the path and the file it names', () => {
    expect(findElectron(project, {})).toBeNull()
    writeFileSync(join(folder, 'path.txt'), 'electron')
    expect(findElectron(project, {})).toBeNull()
    putBinary(join(folder, 'dist'))
    expect(findElectron(project, {})).toBe(join(folder, 'dist', 'electron'))
  })

  test.skipIf(process.platform === 'win32')('takes ELECTRON_OVERRIDE_DIST_PATH instead', () => {
    const dist = join(project, 'other')
    expect(findElectron(project, { ELECTRON_OVERRIDE_DIST_PATH: dist })).toBeNull()
    putBinary(dist)
    expect(findElectron(project, { ELECTRON_OVERRIDE_DIST_PATH: dist })).toBe(join(dist, 'electron'))
  })
})

describe('reaching the download', () => {
  test('goes to GitHub, or to the mirror that is named', () => {
    expect(downloadHost({})).toEqual({ host: 'github.com', port: 443 })
    expect(downloadHost({ ELECTRON_MIRROR: 'http://mirror.example:8081/electron/' })).toEqual({ host: 'mirror.example', port: 8081 })
    expect(downloadHost({ npm_config_electron_mirror: 'https://mirror.example/' })).toEqual({ host: 'mirror.example', port: 443 })
    expect(downloadHost({ ELECTRON_MIRROR: 'nonsense' })).toEqual({ host: 'github.com', port: 443 })
  })

  test('says whether something listens', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await isReachable({ host: '127.0.0.1', port }, 5000)).toBe(true)
    await new Promise((resolve) => server.close(resolve))
    expect(await isReachable({ host: '127.0.0.1', port }, 5000)).toBe(false)
  })

  test('gives up on a name that does not exist', async () => expect(await isReachable({ host: 'no-such-host.invalid', port: 443 }, 2500)).toBe(false))

  // 192.0.2.0/24 belongs to nobody: packets to it vanish or are refused, depending on the network.
  test('gives up on an address that never answers', async () => expect(await isReachable({ host: '192.0.2.1', port: 443 }, 200)).toBe(false))
})

describe('installing', () => {
  test('is quiet about success and counts what arrives', async () => {
    putInstaller(`
      const fs = require('fs'), path = require('path')
      fs.writeFileSync(path.join(require('os').tmpdir(), 'electron.zip'), Buffer.alloc(5000))
      // Stays until it has been seen to have grown, which the test shows by a file of its own.
      const wait = setInterval(() => { if (fs.existsSync(path.join(__dirname, 'seen'))) { clearInterval(wait) } }, 20)
    `)
    const seen: number[] = []
    expect(
      await install(20_000, (bytes) => {
        seen.push(bytes)
        writeFileSync(join(folder, 'seen'), '')
      }),
    ).toBeNull()
    expect(seen).toEqual([5000])
  })

  test('says in one line why it failed', async () => {
    putInstaller(`console.error('HTTPError: Response code 403\\n    at x'); process.exit(1)`)
    expect(await install()).toBe('its installer failed: HTTPError: Response code 403')
  })

  test('is ended when nothing arrives any more', async () => {
    putInstaller(`setInterval(() => {}, 1000)`)
    expect(await install(300)).toMatch(/^the download stood still/)
  })

  test('without an installer fails, and does not throw', async () => expect(await install()).toMatch(/^its installer failed: /))
})
