import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Problem } from '#domain/problem.ts'
import type { Storage } from '#storage/storage.ts'

const LARGEST_BYTES = 4 * 1024 * 1024

/** A runbook's text. Throws Problem `file-…` naming the file. */
export function readRunbookFile(file: string): string {
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new Problem('file-too-large', `${file} is larger than 4 MiB.`, 'That is no runbook. Nothing was changed.')
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    const why = thrown instanceof TypeError ? 'it is not UTF-8 text' : thrown instanceof Error ? thrown.message : String(thrown)
    throw new Problem('file-unreadable', `${file} cannot be read: ${why}.`, 'Check the path and the file. Nothing was changed.', thrown)
  }
}

/** Keeps the file's text in the library, as a new revision when the same file was there before. */
export function keepRunbook(storage: Storage, file: string, text: string, at: number): { id: string; revision: number } {
  const id = `file-${createHash('sha256').update(realpathSync(file)).digest('hex').slice(0, 16)}`
  const known = storage.runbooks.list().find((entry) => entry.id === id)
  if (known) return storage.runbooks.save({ id, expectedRevision: known.revision, text, at })
  const fresh = storage.runbooks.exists(id) ? `${id}-${at}` : id
  return storage.runbooks.create({ id: fresh, name: basename(file), text, example: false, at })
}
