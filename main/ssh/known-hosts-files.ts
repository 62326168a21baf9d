import { appendFileSync, chmodSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Problem } from '#domain/problem.ts'
import { formatKnownHost, parseKnownHosts, type KnownHostsLine } from './known-hosts.ts'
import { readFailure, readRegularFile } from './regular-file.ts'

/** Some 100,000 lines. Every connection reads the file. */
const MAX_BYTES = 32 * 1024 * 1024

/** All lines of these files. A missing file is empty; one that cannot be read stops the connection, because it may hold a revocation. */
export function readKnownHosts(files: string[]): KnownHostsLine[] {
  return files.flatMap((file) => parseKnownHosts(readText(file), file))
}

function readText(file: string): string {
  try {
    return readRegularFile(file, MAX_BYTES).bytes.toString('utf8')
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw new Problem(
      'ssh-known-hosts',
      `The known hosts file ${file} cannot be read (${readFailure(thrown)}), so no host key can be trusted.`,
      'Make the file readable, or take it out of the configuration. No connection was made.',
      thrown,
    )
  }
}

/** Appends a key to the app's own store (0600), on disk before this returns. */
export function rememberHostKey(file: string, name: string, key: Buffer): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const text = readText(file)
    const handle = openSync(file, 'a', 0o600)
    try {
      appendFileSync(handle, `${text === '' || text.endsWith('\n') ? '' : '\n'}${formatKnownHost(name, key)}`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    chmodSync(file, 0o600)
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    throw new Problem('ssh-known-hosts', `The key of ${name} could not be remembered in ${file}: ${String(thrown)}.`, 'Check the folder and the disk, then try again. No command was sent.', thrown)
  }
}
