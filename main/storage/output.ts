import { begunCharacter } from '#domain/output/begun-character.ts'
import { Problem } from '#domain/problem.ts'
import type { Connection } from './database.ts'
import { encode } from './output-codec.ts'
import { createOutputRows, taken, type StreamKey } from './output-rows.ts'
import { createOutputWindows, type OutputWindow } from './output-windows.ts'
import { explain } from './problems.ts'

export type OutputStream = 'stdout' | 'stderr'

/** Bytes as they came from a host, in the order they came. */
export interface NewChunk {
  runId: string
  stepId: string
  attempt: number
  host: string
  stream: OutputStream
  at: number
  bytes: Uint8Array
}

export interface StoredChunk {
  /** Grows within a run, with holes: a cursor, not a count. */
  seq: number
  attempt: number
  host: string
  stream: OutputStream
  at: number
  bytes: Uint8Array
}

export interface OutputQuery {
  runId: string
  stepId: string
  /** null for all hosts. */
  host: string | null
}

type AboutAttempt = Omit<StreamKey, 'stream'>

/** What hosts said: their bytes exactly but for secrets, compressed where that pays, never changed and never deleted. */
export interface Output {
  append(chunk: NewChunk): number
  /**
   * Keeps what a durable job said from `offset` on; the newest chunk of a stream is also its cursor, so the two cannot part.
   * `span` is how many of the job's bytes the chunk stands for, where that is not its own size: secrets in it are hidden.
   * Throws `output-gap` unless the offset is exactly where the stream ends so far.
   */
  appendAt(jobId: string, offset: number, chunk: NewChunk, span?: number): void
  /** Where the next byte of a job's stream belongs. */
  end(jobId: string, stream: OutputStream): number
  /** All or none, in one transaction: a busy step gathers its chunks for a moment and writes them together. */
  appendMany(chunks: readonly NewChunk[]): number[]
  /** About `maxBytes` of output from the start, from the end, or half of it before the chunk `at` and half from it on. */
  window(query: OutputQuery & { at: 'start' | 'end' | number; maxBytes: number }): OutputWindow
  /** About `maxBytes` from the chunk `from` on. */
  page(query: OutputQuery & { from: number; maxBytes: number }): OutputWindow
  /** The steps of a run that have output. */
  steps(runId: string): string[]
  /** What came after the cursor `after`; of more than about `maxBytes` only the newest, and `before` says so. */
  newest(query: OutputQuery & { after: number; maxBytes: number }): OutputWindow
  /** The nearest chunk of stderr after or before the chunk `from`; null when there is none. */
  findError(query: OutputQuery & { from: number; direction: 'later' | 'earlier' }): number | null
  /** Bytes kept so far. */
  size(query: OutputQuery): number
  /** Exactly what one stream delivered, piece by piece; nothing is held open between the pieces. */
  readBytes(key: StreamKey): Generator<Uint8Array, void>
  /** The end of what one host's attempt said, both streams in the order they came, and how many bytes it said in all. */
  tail(about: AboutAttempt & { maxBytes: number }): { text: Uint8Array; bytes: number }
}

type Row = [string, string, number, string, OutputStream, number, number, Uint8Array, string | null, number, string, number, number | null]

export function createOutput(connection: Connection): Output {
  const rows = createOutputRows(connection)
  const insert = connection.prepare<Row>(
    'INSERT INTO output (run_id, step_id, attempt, host, stream, at, size, bytes, job_id, off, codec, ends_line, job_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const ends = connection.prepare<[string, string], number>('SELECT coalesce(job_end, off + size) FROM output WHERE job_id = ? AND stream = ? ORDER BY off DESC LIMIT 1').pluck()
  const end = (jobId: string, stream: OutputStream): number => ends.get(jobId, stream) ?? 0

  const keep = (item: NewChunk, off: number, jobId: string | null, jobEnd: number | null): number => {
    const { bytes } = item
    const { codec, stored } = encode(bytes)
    return Number(insert.run(item.runId, item.stepId, item.attempt, item.host, item.stream, Math.round(item.at), bytes.byteLength, stored, jobId, off, codec, bytes.at(-1) === LINE_FEED ? 1 : 0, jobEnd).lastInsertRowid)
  }
  const append = (item: NewChunk): number => keep(item, rows.end(item), null, null)
  const appendMany = connection.transaction((items: readonly NewChunk[]) => items.map(append))
  const appendAt = connection.transaction((jobId: string, offset: number, item: NewChunk, span = item.bytes.byteLength): void => {
    const expected = end(jobId, item.stream)
    if (offset !== expected) throw new Problem('output-gap', `Output of ${item.host} came for byte ${offset} where byte ${expected} is next.`, 'Nothing was kept twice; the link is made anew and the output read from the right place.')
    const pieces = inChunks(item.bytes)
    let off = rows.end(item)
    for (const [index, bytes] of pieces.entries()) {
      keep({ ...item, bytes }, off, jobId, index === pieces.length - 1 ? offset + span : null)
      off += bytes.byteLength
    }
  })

  function* readBytes(key: StreamKey) {
    for (let next: number | null = 0; next !== null;) {
      const from: number = next
      const { seqs, more } = explain(() => taken(rows.ofStream(key, 'up', from), PAGE_BYTES), connection.name)
      for (const seq of seqs) {
        const chunk = explain(() => rows.chunk(seq), connection.name)
        if (chunk) yield chunk.bytes
      }
      next = more ? (seqs.at(-1) ?? 0) + 1 : null
    }
  }

  function tail({ maxBytes, ...about }: AboutAttempt & { maxBytes: number }) {
    const streams = STREAMS.map((stream) => ({ ...about, stream }))
    const newest = streams.flatMap((key) => taken(rows.ofStream(key, 'down', Number.MAX_SAFE_INTEGER), maxBytes, Infinity).seqs).toSorted((one, other) => other - one)
    const pieces: Uint8Array[] = []
    for (let length = 0; length < maxBytes && pieces.length < newest.length;) {
      const piece = rows.chunk(newest[pieces.length] ?? 0)?.bytes ?? new Uint8Array()
      length += piece.byteLength
      pieces.push(piece)
    }
    const text = Buffer.concat(pieces.toReversed())
    return { text: text.subarray(Math.max(text.byteLength - maxBytes, 0)), bytes: streams.reduce((sum, key) => sum + rows.end(key), 0) }
  }

  return {
    ...createOutputWindows(rows), steps: rows.steps,
    append, appendMany: appendMany.immediate, appendAt: appendAt.immediate, end, readBytes, tail,
    size: (query) => rows.streams(query).reduce((sum, key) => sum + rows.end(key), 0),
  }
}

/** What came at once in chunks that a page is not too small for, each ending between characters. */
function inChunks(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let rest = bytes; rest.byteLength > 0 || pieces.length === 0;) {
    const most = rest.subarray(0, CHUNK_BYTES)
    const piece = most.byteLength === rest.byteLength ? rest : most.subarray(0, CHUNK_BYTES - begunCharacter(most))
    pieces.push(piece)
    rest = rest.subarray(piece.byteLength)
  }
  return pieces
}

const CHUNK_BYTES = 64 * 1024
const STREAMS: readonly OutputStream[] = ['stdout', 'stderr']
const LINE_FEED = 0x0a
const PAGE_BYTES = 1024 * 1024
