import { begunCharacter } from '#domain/output/begun-character.ts'
import type { SecretMask } from '#domain/secrets/mask.ts'
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
  /** What hides secrets in output now. */
  mask(): SecretMask
  wake: Signal
  /** Told once when output cannot be stored, and again (null) when it can. */
  onTrouble(thrown: unknown): void
  /** Told of output of a host that was more than memory holds while storage refused: so many bytes are lost. The output itself says so, too. */
  onLost(about: AboutHost, bytes: number): void
}

export interface Recorder {
  write(about: AboutHost, stream: OutputStream, bytes: Uint8Array): void
  /** Stores what has come. Of this host's attempt, which has ended, all of it. True when nothing of it is left in memory. */
  flush(about?: AboutHost): boolean
  /** Everything has ended. */
  close(): void
}

interface AboutHost { stepId: string; attempt: number; host: string }

const FLUSH_MS = 80
const FLUSH_BYTES = 256 * 1024
const ROW_BYTES = 64 * 1024
/** Beyond this, unstorable output is cut and the cut is written into the output itself. */
const HELD_BYTES = 32 * 1024 * 1024

/**
 * Gathers output for a moment, hides the secrets in it and stores it in batches. Chunks end between characters where they
 * can, so that each can be shown by itself; the bytes put together are exactly what the host sent, but for secrets. What
 * may be the beginning of one waits in memory for what follows.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  let rows: OutputRow[] = []
  let held = 0
  let cut = new Map<string, { row: OutputRow; bytes: number }>()
  let timer: NodeJS.Timeout | null = null
  let troubled = false
  let closed = false
  const ended = new Set<string>()

  const write: Recorder['write'] = (about, stream, bytes) => {
    if (bytes.byteLength === 0 || closed) return
    if (held + bytes.byteLength > HELD_BYTES) {
      const lost = cut.get(keyOf(about))?.bytes ?? 0
      cut.set(keyOf(about), { row: { runId: options.runId, ...about, stream: 'stderr', at: options.now(), bytes: new Uint8Array() }, bytes: lost + bytes.byteLength })
      timer ??= setTimeout(store, FLUSH_MS)
      return
    }
    held += bytes.byteLength
    add({ runId: options.runId, ...about, stream, at: options.now(), bytes })
    if (held >= FLUSH_BYTES && !troubled) store()
    timer ??= setTimeout(store, FLUSH_MS)
  }

  const add = (row: OutputRow) => {
    const last = rows.at(-1)
    const isSame = last && last.stepId === row.stepId && last.attempt === row.attempt && last.host === row.host && last.stream === row.stream
    if (isSame && last.bytes.byteLength + row.bytes.byteLength <= ROW_BYTES) last.bytes = Buffer.concat([last.bytes, row.bytes])
    else rows.push(row)
  }

  const store = (): boolean => {
    if (timer) clearTimeout(timer)
    timer = null
    const { ready, kept } = splitRows(rows, options.mask(), (row) => closed || ended.has(keyOf(row)))
    const lost = [...cut.values()]
    for (const { row, bytes } of lost) ready.push(cutNotice(row, bytes))
    try {
      if (ready.length > 0) options.append(ready)
    } catch (thrown) {
      if (!troubled) options.onTrouble(thrown)
      troubled = true
      if (!closed) timer = setTimeout(store, 1000)
      return false
    }
    if (troubled) options.onTrouble(null)
    troubled = false
    cut = new Map()
    ended.clear()
    rows = kept
    held = kept.reduce((sum, row) => sum + row.bytes.byteLength, 0)
    if (ready.length > 0) options.wake.emit()
    for (const { row: { stepId, attempt, host }, bytes } of lost) options.onLost({ stepId, attempt, host }, bytes)
    return true
  }

  const flush = (about?: AboutHost): boolean => {
    if (about !== undefined) ended.add(keyOf(about))
    return closed || store()
  }

  const close = () => {
    closed = true
    store()
  }

  // A step that ends after the close has nothing to say any more: its storage is gone.
  return { write, flush, close }
}

const cutNotice = (like: OutputRow, bytes: number): OutputRow =>
  ({ ...like, bytes: Buffer.from(`\n[holdpoint: ${bytes} bytes of output could not be stored and were lost here]\n`) })

const keyOf = ({ stepId, attempt, host }: AboutHost): string => JSON.stringify([stepId, attempt, host])

/**
 * Rows without secrets that end between characters. Where a row ends inside one of the two and the next of its stream ends
 * it, the bytes move over; what is still open at the end is kept as it came, for the next batch, unless its host has ended.
 */
function splitRows(rows: OutputRow[], mask: SecretMask, hasEnded: (row: OutputRow) => boolean): { ready: OutputRow[]; kept: OutputRow[] } {
  const open = new Map<string, OutputRow>()
  const ready: OutputRow[] = []
  for (const row of rows) {
    const key = JSON.stringify([keyOf(row), row.stream])
    const before = open.get(key)
    const bytes = before ? Buffer.concat([before.bytes, row.bytes]) : row.bytes
    const { shown, used } = mask.cut(bytes.subarray(0, bytes.byteLength - begunCharacter(bytes)), false)
    open.delete(key)
    if (used < bytes.byteLength) open.set(key, { ...row, bytes: bytes.subarray(used) })
    if (used > 0) ready.push({ ...row, bytes: shown })
  }
  const rest = [...open.values()]
  const last = rest.filter(hasEnded).map((row) => ({ ...row, bytes: mask.cut(row.bytes, true).shown }))
  return { ready: [...ready, ...last], kept: rest.filter((row) => !hasEnded(row)) }
}
