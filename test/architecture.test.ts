import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * The import law as a table: what each layer may import besides itself. A layer is the longest matching prefix of a
 * file's path. `node` stands for every node: module; other words are layers or packages; a trailing `(type)` allows
 * type-only imports.
 */
const LAW: Record<string, string[]> = {
  'main/domain': ['zod'],
  'main/document': ['zod', 'main/domain', 'mdast (type)', 'mdast-util-from-markdown', 'micromark-util-types (type)', 'yaml'],
  'main/kinds': ['zod', 'main/domain'],
  'main/storage': ['zod', 'main/domain', 'node', 'better-sqlite3'],
  'main/ssh': ['ssh2', 'node', 'main/domain', 'main/kinds (type)'],
  'main/ports': ['main/ssh', 'main/kinds (type)', 'main/domain', 'main/document', 'main/rehearsal', 'pg', 'node'],
  'main/rehearsal': ['main/ssh', 'main/kinds (type)', 'main/domain', 'main/document', 'ssh2', 'node'],
  'main/engine': ['main/domain', 'main/kinds', 'main/storage (type)'],
  'main/api': ['preload/contract', 'preload/bridge (type)', 'main/domain', 'main/document', 'main/kinds', 'main/engine', 'main/storage (type)', 'zod'],
  'main/hosts/electron': ['electron', 'node', 'preload/bridge (type)', 'main/hosts', 'main/domain'],
  'main/hosts/browser': ['ws', 'zod', 'node', 'preload/bridge (type)', 'preload/messages', 'main/hosts', 'main/domain'],
  'main/hosts': ['node', 'zod', 'preload/bridge (type)', 'preload/messages', 'main/domain', 'main/browser.ts'],
  'main/cli': ['node', 'main/domain', 'main/api', 'main/storage (type)', 'main/hosts', 'main/app.ts', 'preload/contract (type)'],
  'main/log.ts': ['node'],
  'main/machine.ts': ['node', 'main/domain'],
  'main/app.ts': ['node', 'main/domain', 'main/document', 'main/kinds', 'main/engine', 'main/ports', 'main/ssh', 'main/rehearsal', 'main/storage', 'main/api', 'main/log.ts', 'main/machine.ts', 'preload/bridge (type)', 'preload/contract'],
  'main/cli.ts': ['main/cli', 'main/domain'],
  'main/browser.ts': ['node', 'main/app.ts', 'main/hosts/browser', 'main/hosts'],
  'main/electron.ts': ['node', 'electron', 'main/app.ts', 'main/hosts/electron'],
  'preload/contract': ['zod', 'main/domain'],
  'preload/bridge': ['main/domain'],
  'preload/client': ['preload/bridge', 'preload/contract', 'main/domain'],
  'preload/messages': ['zod', 'main/domain', 'preload/bridge'],
  'preload/link': ['main/domain', 'preload/bridge', 'preload/messages'],
  'preload/electron-bridge': ['main/domain', 'preload/bridge', 'preload/messages', 'preload/link'],
  'preload/electron': ['electron', 'preload/bridge', 'preload/messages', 'preload/electron-bridge (type)'],
  'preload/browser': ['main/domain', 'preload/bridge', 'preload/messages', 'preload/link'],
  'renderer': [
    'react', 'react-dom', 'zustand', 'recharts', 'zod', 'cmdk', 'lucide-react', 'tinykeys', '@tanstack/react-virtual', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono',
    'preload/contract', 'preload/bridge', 'preload/client', 'preload/browser', 'preload/electron-bridge', 'main/domain', 'main/kinds',
  ],
}

/** Only here may the renderer touch the window's transport. */
const BRIDGE_FILE = 'renderer/bridge.ts'

const root = resolve(import.meta.dirname, '..')
const files = ['main', 'preload', 'renderer'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`).filter((file) => /\.tsx?$/.test(file)))

const layerOf = (path: string): string | undefined =>
  Object.keys(LAW).filter((layer) => path === layer || path.startsWith(`${layer}/`) || path.startsWith(`${layer}.`)).toSorted((one, other) => other.length - one.length)[0]

interface Import { from: string; isType: boolean }

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm), ...text.matchAll(/()()\bimport\('([^']+)'\)/g)]
  return statements.map(([, type, names, from]) => ({ from: from ?? '', isType: type !== undefined && type !== '' || isAllTypes(names) }))
}

const isAllTypes = (names: string | undefined): boolean =>
  /^\{.*\}$/s.test(names?.trim() ?? '') && (names ?? '').replace(/[{}\s]/g, ' ').split(',').filter((name) => name.trim() !== '').every((name) => name.trim().startsWith('type '))

/** The imported module as a path from the root, or as a package's name. */
function targetOf(file: string, from: string): string {
  if (from.startsWith('.')) return relative(root, resolve(root, dirname(file), from))
  if (from.startsWith('node:') || ['fs', 'path', 'url', 'child_process'].includes(from)) return 'node'
  const own = /^#([a-z]+)\/(.*)$/.exec(from)
  if (own) {
    const [, name = '', rest = ''] = own
    return name === 'preload' || name === 'renderer' ? `${name}/${rest}` : name === 'main' ? `main/${rest}` : `main/${name}/${rest}`
  }
  return from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/')
}

function isAllowed(file: string, { from, isType }: Import): boolean {
  const layer = layerOf(file)
  if (layer === undefined) return false
  const target = targetOf(file, from)
  if (/\.(css|svg|woff2)$/.test(target)) return layer === 'renderer'
  const targetLayer = layerOf(target) ?? target
  return targetLayer === layer || (LAW[layer] ?? []).some((rule) => {
    const [name = '', type] = rule.split(' ')
    return (targetLayer === name || target === name || targetLayer.startsWith(`${name}/`)) && (type === undefined || isType)
  })
}

describe('the import law', () => {
  test('every source file belongs to a layer', () => {
    expect(files.filter((file) => layerOf(file) === undefined)).toEqual([])
  })

  test('every import is one the table allows', () => {
    const broken = files.flatMap((file) => importsOf(file).filter((found) => !isAllowed(file, found)).map(({ from, isType }) => `${file} imports ${isType ? 'type ' : ''}${from}`))
    expect(broken).toEqual([])
  })

  test('only storage/database.ts takes better-sqlite3 as a value', () => {
    const takers = files.filter((file) => importsOf(file).some(({ from, isType }) => from === 'better-sqlite3' && !isType))
    expect(takers).toEqual(['main/storage/database.ts'])
  })

  test('only renderer/bridge.ts reads what a door put on the window', () => {
    const readers = files.filter((file) => file.startsWith('renderer/') && /window\.holdpoint|ipcRenderer|new WebSocket/.test(readFileSync(join(root, file), 'utf8')))
    expect(readers.filter((file) => file !== BRIDGE_FILE)).toEqual([])
  })

  test('the domain reads no clock and no chance', () => {
    const impure = files.filter((file) => file.startsWith('main/domain/') && /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bprocess\b/.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*/g, '')))
    expect(impure).toEqual([])
  })
})
