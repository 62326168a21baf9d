import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

/**
 * A whole file, at most `maxBytes` of it. Everything else runs in the same thread, so nothing here may wait: a pipe (where
 * some key managers put an IdentityFile) or a terminal would hold the program until somebody writes to it. A character
 * device is taken for /dev/null, which is how ssh is told that there is no such file. Throws an Error with a `code`.
 */
export function readRegularFile(file: string, maxBytes: number): { bytes: Buffer; facts: Stats } {
  // Without O_NONBLOCK even opening a pipe waits for its other end. Windows has neither.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(handle)
    if (facts.isDirectory()) throw failure('EISDIR', 'it is a folder')
    if (facts.isCharacterDevice()) return { bytes: Buffer.alloc(0), facts }
    if (!facts.isFile()) throw failure('ENOTFILE', 'it is a pipe, a socket or a device')
    if (facts.size > maxBytes) throw failure('EFBIG', `it is larger than ${maxBytes / 1024 / 1024} MiB`)
    return { bytes: readUpTo(handle, maxBytes), facts }
  } finally {
    closeSync(handle)
  }
}

/** The size is not believed: it is 0 under /proc, and a file may grow while it is read. */
function readUpTo(handle: number, maxBytes: number): Buffer {
  const pieces: Buffer[] = []
  let size = 0
  for (;;) {
    const piece = Buffer.alloc(64 * 1024)
    const read = readSync(handle, piece, 0, piece.length, null)
    if (read === 0) return Buffer.concat(pieces, size)
    pieces.push(piece.subarray(0, read))
    size += read
    if (size > maxBytes) throw failure('EFBIG', `it is larger than ${maxBytes / 1024 / 1024} MiB`)
  }
}

const failure = (code: string, why: string): Error => Object.assign(new Error(why), { code })

/** Why a file could not be read, in words where it was refused here, else the system's code. */
export function readFailure(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  return thrown instanceof Error && (code === 'ENOTFILE' || code === 'EFBIG') ? thrown.message : code || String(thrown)
}
