import { readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Problem } from '#domain/problem.ts'
import { splitConfigLine, type ConfigLine } from './config-words.ts'
import { readFailure, readRegularFile } from './regular-file.ts'

const MAX_DEPTH = 10
const MAX_BYTES = 1024 * 1024
const MAX_FILES = 1000

/** A line, or what an Include at this place brought in. */
export type ConfigNode = { line: ConfigLine; at: string } | { include: ConfigNode[][]; at: string }

export interface ConfigFileOptions {
  /** For `~` and as the base of relative Includes in a personal file. */
  home: string
  /** Base of relative Includes in the system's file is /etc/ssh; a personal file must also be safe from other users. */
  system: boolean
}

/** Reads an ssh_config with its Includes. A missing file is empty; anything else that cannot be read is a Problem. */
export function readConfigFile(file: string, options: ConfigFileOptions): ConfigNode[] {
  return readNodes(file, { ...options, filesLeft: MAX_FILES }, [])
}

/** Ten files that each include the next ten times over would be read until the end of days. */
interface Reading extends ConfigFileOptions {
  filesLeft: number
}

function readNodes(file: string, options: Reading, open: string[]): ConfigNode[] {
  const trail = [...open, file]
  if (open.includes(file)) throw configProblem(trail.join(' → '), 'the files include each other in a circle', 'Remove one of these Include lines.')
  if (trail.length > MAX_DEPTH + 1) throw configProblem(file, `Include goes deeper than ${MAX_DEPTH} files`, 'Flatten the Include lines.')
  if (options.filesLeft-- <= 0) throw configProblem(trail[0] ?? file, `its Include lines bring in more than ${MAX_FILES} files`, 'Check which of them include the same files again.')
  const text = readText(file, options)
  if (text === null) return []
  return text.split(/\r\n|\n/).flatMap((raw, index): ConfigNode[] => {
    const at = `${file}:${index + 1}`
    const line = parseLine(raw, at)
    if (line === null) return []
    if (line.keyword !== 'include') return [{ line, at }]
    const files = line.words.flatMap((word) => expandGlob(includePath(word, options)))
    return [{ include: files.map((included) => readNodes(included, options, trail)), at }]
  })
}

function readText(file: string, options: ConfigFileOptions): string | null {
  try {
    const { bytes, facts } = readRegularFile(file, MAX_BYTES)
    const mine = process.getuid?.()
    if (!options.system && mine !== undefined && facts.isFile() && ((facts.uid !== 0 && facts.uid !== mine) || (facts.mode & 0o022) !== 0)) {
      throw configProblem(file, 'other users can write to it', `Run: chmod go-w '${file}' (and check that you own it).`)
    }
    return bytes.toString('utf8')
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EFBIG') throw configProblem(file, readFailure(thrown), 'Check that this is really an ssh_config file.')
    throw configProblem(file, `it cannot be read (${readFailure(thrown)})`, 'Check the file and its permissions.')
  }
}

function parseLine(raw: string, at: string): ConfigLine | null {
  try {
    return splitConfigLine(raw)
  } catch (thrown) {
    throw configProblem(at, thrown instanceof Error ? thrown.message : String(thrown), 'Mend this line. No connection was made.')
  }
}

function includePath(word: string, options: ConfigFileOptions): string {
  if (word.startsWith('~/')) return join(options.home, word.slice(2))
  if (isAbsolute(word)) return word
  return resolve(options.system ? '/etc/ssh' : join(options.home, '.ssh'), word)
}

/** Existing paths for a pattern with `*`, `?` and `[…]`, sorted as glob(3) does; dot files only when asked for by name. */
function expandGlob(pattern: string): string[] {
  if (!/[*?[]/.test(pattern)) return [pattern]
  const parent = dirname(pattern)
  const last = pattern.slice(parent.length).replace(/^\//, '')
  const folders = parent === pattern ? [parent] : expandGlob(parent)
  if (!/[*?[]/.test(last)) return folders.map((folder) => join(folder, last)).filter(exists)
  const source = last.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\[!/g, '[^').replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]')
  const wanted = expressionFor(/\[[^\]]+\]/.test(source) || !source.includes('[') ? source : source.replace(/\[/g, '\\['))
  return folders.flatMap((folder) =>
    list(folder)
      .filter((name) => wanted.test(name) && (!name.startsWith('.') || last.startsWith('.')))
      .toSorted()
      .map((name) => join(folder, name)),
  )
}

function expressionFor(source: string): RegExp {
  try {
    return new RegExp(`^${source}$`)
  } catch {
    // As in glob(3): a range that runs backwards, such as [z-a], matches nothing.
    return /(?!)/
  }
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // In a folder that is not ours to enter: reading it says so, if it is there.
    return true
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // As in glob(3): a folder that is not there or not ours to read matches nothing.
    return []
  }
}

/** The Problem for a config that cannot be used as written. */
export function configProblem(place: string, reason: string, hint: string): Problem {
  return new Problem('ssh-config', `The SSH configuration cannot be used: ${place}: ${reason}.`, hint)
}
