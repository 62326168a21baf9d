import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBrowserBridge } from '#preload/browser.ts'
import { createLoopbackPage } from '#support/loopback-page.ts'
import { sendRequest } from '#support/loopback-request.ts'

const project = join(import.meta.dirname, '..', '..')
let folder: string
const running: ChildProcess[] = []

beforeAll(async () => {
  // `npm test` has built it; other tests read it at the same time, so it is only made where it is missing.
  if (!existsSync(join(project, 'dist', 'renderer', 'index.html'))) await build({ root: project, configFile: join(project, 'vite.config.ts'), logLevel: 'error' })
}, 60_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-door-'))
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function putElectron(script: string): string {
  const path = join(folder, 'electron')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return folder
}

function start(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(project, 'main', 'holdpoint.js'), ...args], {
    // No PATH: a test must not open the browser of whoever runs it.
    env: { HOME: folder, HOLDPOINT_HOME: join(folder, 'data'), PATH: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let said = ''
  const hear = (text: Buffer): void => void (said += text.toString())
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => void child.once('close', (code) => resolve({ code, said })))
  const link = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{22}\n/.exec(said)
      if (found) resolve(found[0].trim())
    })
    child.once('close', (code) => reject(new Error(`ended with ${code} before it printed a link: ${said}`)))
  })
  // A test that expects no link does not wait for one.
  link.catch(() => {})
  return { child, ended, link, said: () => said }
}

describe('the browser door', () => {
  test('is opened where there is no screen; its link works, and Ctrl+C closes it with exit code 0', async () => {
    const door = start(['open'], {})
    const url = await door.link
    expect(door.said()).toMatch(/^Holdpoint opens in the browser: there is no screen \(neither DISPLAY nor WAYLAND_DISPLAY is set\)\.\n/)
    const page = createLoopbackPage(url)
    const bridge = createBrowserBridge(page)
    expect(await bridge.call('app-info', {})).toMatchObject({ ok: true, value: { door: 'browser' } })
    bridge.close()
    door.child.kill('SIGINT')
    expect((await door.ended).code).toBe(0)
    await expect(sendRequest({ port: Number(new URL(url).port) })).rejects.toThrow('ECONNREFUSED')
  })

  test('is what serve opens, on the port it is given', async () => {
    const first = start(['serve'], {})
    const { port } = new URL(await first.link)
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    const second = start(['serve', '--port', port], {})
    expect(new URL(await second.link).port).toBe(port)
  })

  test('is opened when Electron is here but cannot start, and says so', async () => {
    const door = start(['open'], { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: putElectron('exit 127') })
    await door.link
    expect(door.said()).toContain('Holdpoint opens in Electron: its binary is here.\nHoldpoint opens in the browser: Electron could not start here (exit code 127).\n')
  })

  test('is refused to a second Holdpoint on the same data, in words', async () => {
    await start(['serve'], {}).link
    const { code, said } = await start(['serve'], {}).ended
    expect(code).toBe(1)
    expect(said).toMatch(/Holdpoint/)
    expect(said).not.toContain('    at ')
  })
})

describe('the Electron door', () => {
  test('starts the binary with the project and ends when it ends', async () => {
    const dist = putElectron(`echo "$@" > "$HOME/args"; exit 0`)
    const { code, said } = await start(['open'], { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: dist, ELECTRON_RUN_AS_NODE: '1' }).ended
    expect({ code, said }).toEqual({ code: 0, said: 'Holdpoint opens in Electron: its binary is here.\n' })
    expect(readFileSync(join(folder, 'args'), 'utf8').trim()).toBe(project)
  })

  test('is not replaced by the browser where HOLDPOINT_DOOR asks for it', async () => {
    const { code, said } = await start(['open'], { HOLDPOINT_DOOR: 'electron', ELECTRON_OVERRIDE_DIST_PATH: putElectron('exit 9') }).ended
    expect({ code, said }).toEqual({ code: 1, said: 'Holdpoint opens in Electron: its binary is here.\n' })
  })

  test('says what is missing where HOLDPOINT_DOOR asks for it in vain', async () => {
    const { code, said } = await start(['open'], { HOLDPOINT_DOOR: 'electron', ELECTRON_OVERRIDE_DIST_PATH: folder, ELECTRON_MIRROR: 'http://127.0.0.1:9/' }).ended
    expect(code).toBe(1)
    expect(said).toContain("Electron's binary is not here and the place to get it from cannot be reached")
  })
})
