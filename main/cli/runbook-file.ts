import { createHash, randomUUID } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, readSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Problem } from '#domain/problem.ts'
import type { Storage } from '#storage/storage.ts'

const LARGEST_BYTES = 4 * 1024 * 1024

/** A runbook's text. Throws Problem `file-…` naming the file. */
export function readRunbookFile(file: string): string {
  try {
    const bytes = readAtMost(file, LARGEST_BYTES)
    if (bytes === null) throw new Problem('file-too-large', `${file} is larger than 4 MiB.`, 'That is no runbook. Nothing was changed.')
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    const why = thrown instanceof TypeError ? 'it is not UTF-8 text' : thrown instanceof Error ? thrown.message : String(thrown)
    throw new Problem('file-unreadable', `${file} cannot be read: ${why}.`, 'Check the path and the file. Nothing was changed.', thrown)
  }
}

/** Null when there is more: a pipe or a device says nothing of its size beforehand. */
function readAtMost(file: string, most: number): Buffer | null {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(most + 1)
    let size = 0
    for (let read = -1; read !== 0 && size <= most; size += read) read = readSync(handle, bytes, size, bytes.length - size, null)
    return size > most ? null : bytes.subarray(0, size)
  } finally {
    closeSync(handle)
  }
}

/**
 * Puts `text` in the place of `before`, whole or not at all, with the file's mode; a link goes on pointing to it. Throws Problem
 * `file-changed` when the file is no longer `before`, `file-unwritable` when it cannot be done.
 */
export function replaceRunbookFile(file: string, before: string, text: string): void {
  if (readRunbookFile(file) !== before) throw new Problem('file-changed', `${file} was changed meanwhile by somebody else.`, 'Begin again with the file as it is now. Nothing was changed.')
  const target = realpathSync(file)
  const fresh = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  try {
    const handle = openSync(fresh, 'wx', 0o600)
    try {
      writeFileSync(handle, text)
      fchmodSync(handle, statSync(target).mode & 0o7777)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(fresh, target)
  } catch (thrown) {
    rmSync(fresh, { force: true })
    throw new Problem('file-unwritable', `${file} cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, 'Check who may write to its folder, then try again. Nothing was changed.', thrown)
  }
}

/** Keeps the file's text in the library, as a new revision when the same file was there before. */
export function keepRunbook(storage: Storage, file: string, text: string, at: number): { id: string; revision: number } {
  const id = `file-${createHash('sha256').update(realpathSync(file)).digest('hex').slice(0, 16)}`
  // A file whose runbook was taken out of the library came back under a longer id.
  const known = storage.runbooks.list().find((entry) => entry.id === id || entry.id.startsWith(`${id}-`))
  if (known) return storage.runbooks.save({ id: known.id, expectedRevision: known.revision, text, at })
  const fresh = storage.runbooks.exists(id) ? `${id}-${at}` : id
  return storage.runbooks.create({ id: fresh, name: basename(file), text, example: false, at })
}
