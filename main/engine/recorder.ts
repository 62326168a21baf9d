import type { OutputStream } from '#kinds/ports.ts'
import type { NewChunk } from '#storage/output.ts'
import type { Signal } from './signal.ts'

/** What storage keeps of a host's output. */
export type OutputRow = NewChunk

export interface RecorderOptions {
  runId: string
  /** Stores all rows in one transaction; throws when it cannot. */
  append(rows: OutputRow[]): void
  now(): number
  wake: Signal
  /** Told once when output cannot be stored, and again (null) when it can. */
  onTrouble(thrown: unknown): void
}

export interface Recorder {
  write(about: { stepId: string; attempt: number; host: string }, stream: OutputStream, bytes: Uint8Array): void
  /** Stores everything that has come, whole characters or not. True when nothing is left in memory. */
  flush(): boolean
  close(): void
}

const FLUSH_MS = 80
const FLUSH_BYTES = 256 * 1024
const ROW_BYTES = 64 * 1024
/** Beyond this, unstorable output is cut and the cut is written into the output itself. */
const HELD_BYTES = 32 * 1024 * 1024

/**
 * Gathers output for a moment and stores it in batches. Chunks end between characters where they can, so that each can
 * be shown by itself; the bytes put together are exactly what the host sent.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  let rows: OutputRow[] = []
  let held = 0
  let cut = 0
  let timer: NodeJS.Timeout | null = null
  let troubled = false
  let closed = false

  const write: Recorder['write'] = (about, stream, bytes) => {
    if (bytes.byteLength === 0 || closed) return
    if (held + bytes.byteLength > HELD_BYTES) {
      cut += bytes.byteLength
      return
    }
    held += bytes.byteLength
    add({ runId: options.runId, ...about, stream, at: options.now(), bytes })
    if (held >= FLUSH_BYTES && !troubled) store(false)
    timer ??= setTimeout(() => store(false), FLUSH_MS)
  }

  const add = (row: OutputRow) => {
    const last = rows.at(-1)
    const isSame = last && last.stepId === row.stepId && last.attempt === row.attempt && last.host === row.host && last.stream === row.stream
    if (isSame && last.bytes.byteLength + row.bytes.byteLength <= ROW_BYTES) last.bytes = Buffer.concat([last.bytes, row.bytes])
    else rows.push(row)
  }

  const store = (whole: boolean): boolean => {
    if (timer) clearTimeout(timer)
    timer = null
    const split = splitRows(rows)
    const ready = whole ? [...split.ready, ...split.begun] : split.ready
    const kept = whole ? [] : split.begun
    if (cut > 0 && ready[0]) ready.push(cutNotice(ready[0], cut))
    try {
      if (ready.length > 0) options.append(ready)
    } catch (thrown) {
      if (!troubled) options.onTrouble(thrown)
      troubled = true
      if (!closed) timer = setTimeout(() => store(whole), 1000)
      return false
    }
    if (troubled) options.onTrouble(null)
    troubled = false
    cut = 0
    rows = kept
    held = kept.reduce((sum, row) => sum + row.bytes.byteLength, 0)
    if (ready.length > 0) options.wake.emit()
    return kept.length === 0
  }

  const close = () => {
    closed = true
    store(true)
  }

  // A step that ends after the close has nothing to say any more: its storage is gone.
  return { write, flush: () => closed || store(true), close }
}

const cutNotice = (like: OutputRow, bytes: number): OutputRow =>
  ({ ...like, stream: 'stderr', bytes: Buffer.from(`\n[holdpoint: ${bytes} bytes of output could not be stored and were lost here]\n`) })

/**
 * Rows that end between characters. Where a row ends inside one and the next of its stream ends it, the bytes move over;
 * what is still begun at the end is kept apart, for the next batch.
 */
function splitRows(rows: OutputRow[]): { ready: OutputRow[]; begun: OutputRow[] } {
  const open = new Map<string, OutputRow>()
  const ready: OutputRow[] = []
  for (const row of rows) {
    const key = JSON.stringify([row.stepId, row.attempt, row.host, row.stream])
    const before = open.get(key)
    const bytes = before ? Buffer.concat([before.bytes, row.bytes]) : row.bytes
    const end = bytes.byteLength - begunCharacter(bytes)
    open.delete(key)
    if (end < bytes.byteLength) open.set(key, { ...row, bytes: bytes.subarray(end) })
    if (end > 0) ready.push({ ...row, bytes: bytes.subarray(0, end) })
  }
  return { ready, begun: [...open.values()] }
}

/** How many bytes at the end begin a UTF-8 character without ending it (0-3); RFC 3629. */
export function begunCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.byteLength); back += 1) {
    const byte = bytes[bytes.byteLength - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc2 && byte <= 0xf4) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return back < length ? back : 0
    }
  }
  return 0
}
