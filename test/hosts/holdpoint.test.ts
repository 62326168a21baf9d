import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** Makes this Node look like one that cannot run TypeScript, to the first process only. */
const unfit = '--no-experimental-strip-types'

let project: string
let env: NodeJS.ProcessEnv
const running: ChildProcess[] = []

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'holdpoint-guard-'))
  env = process.env
  mkdirSync(join(project, 'main'))
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  copyFileSync(join(import.meta.dirname, '..', '..', 'main', 'holdpoint.js'), join(project, 'main', 'holdpoint.js'))
  writeCli('process.stdout.write(JSON.stringify(argv)); return 3')
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(project, { recursive: true, force: true })
})

const writeCli = (body: string): void => writeFileSync(join(project, 'main', 'cli.ts'), `export async function main(argv: string[]): Promise<number> { ${body} }`)

/** A wrapper rather than a link: a link to this very Node would not count as another one. */
function putLocalNode(): void {
  const path = join(project, 'node_modules', '.bin', 'node')
  writeFileSync(path, `#!/bin/sh\nexec ${process.execPath} "$@"\n`)
  chmodSync(path, 0o755)
}

function run(flags: string[], ...args: string[]) {
  const child = spawn(process.execPath, [...flags, join(project, 'main', 'holdpoint.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  running.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const ended = new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  const says = (text: string): Promise<void> => new Promise((resolve) => child.stdout.on('data', () => stdout.includes(text) && resolve()))
  return { child, ended, says }
}

describe('holdpoint.js', () => {
  test('runs the command line at once on a Node that is fit', async () => {
    expect(await run([], 'check', 'a b.md').ended).toMatchObject({ code: 3, stdout: '["check","a b.md"]' })
  })

  test('runs it with the local Node otherwise, with the same arguments and exit code', async () => {
    putLocalNode()
    expect(await run([unfit], 'check', 'a b.md', '--json').ended).toMatchObject({ code: 3, stdout: '["check","a b.md","--json"]' })
  })

  test('says in one sentence what is needed where there is no other Node', async () => {
    const { code, stdout, stderr } = await run([unfit], 'open').ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Holdpoint needs Node 22\.18 or newer; this is v[\d.]+\. .*npm ci.*\n$/)
  })

  test('passes signals on and ends as the command line ended', async () => {
    putLocalNode()
    writeCli(`process.stdout.write('up'); await new Promise((resolve) => setTimeout(resolve, 60_000)); return 0`)
    const { child, ended, says } = run([unfit])
    await says('up')
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  test('lets the command line decide what Ctrl+C means', async () => {
    putLocalNode()
    writeCli(`return new Promise((resolve) => { setTimeout(() => {}, 60_000); process.once('SIGINT', () => resolve(4)); process.stdout.write('up') })`)
    const { child, ended, says } = run([unfit])
    await says('up')
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 4, signal: null })
  })

  test('what it has compiled is kept in the cache folder of the account, and nowhere else', async () => {
    env = { ...process.env, XDG_CACHE_HOME: join(project, 'cache'), TMPDIR: join(project, 'shared'), NODE_COMPILE_CACHE: undefined }
    expect(await run([], 'check').ended).toMatchObject({ code: 3 })
    expect(readdirSync(join(project, 'cache', 'holdpoint', 'compiled'))).not.toEqual([])
    expect(existsSync(join(project, 'shared'))).toBe(false)
  })

  test('starts where nothing can be kept', async () => {
    writeFileSync(join(project, 'cache'), 'no folder')
    env = { ...process.env, XDG_CACHE_HOME: join(project, 'cache'), NODE_COMPILE_CACHE: undefined }
    expect(await run([], 'check').ended).toMatchObject({ code: 3, stderr: '' })
  })

  test('a defect on the way is shown and is a failure', async () => {
    writeCli(`throw new Error('broken')`)
    const { code, stderr } = await run([]).ended
    expect(code).toBe(1)
    expect(stderr).toContain('Error: broken')
  })
})
