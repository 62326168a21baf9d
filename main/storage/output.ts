import { Problem } from '#domain/problem.ts'
import type { Connection } from './database.ts'
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

export interface Output {
  append(chunk: NewChunk): number
  /**
   * Keeps what a durable job said from `offset` on; the newest chunk of a stream is also its cursor, so the two cannot part.
   * Throws `output-gap` unless the offset is exactly where the stream ends so far.
   */
  appendAt(jobId: string, offset: number, chunk: NewChunk): void
  /** Where the next byte of a job's stream belongs. */
  end(jobId: string, stream: OutputStream): number
  /** All or none, in one transaction: a busy step gathers its chunks for a moment and writes them together. */
  appendMany(chunks: readonly NewChunk[]): number[]
  /**
   * The chunks after the cursor `after`, at most `limit` and about `maxBytes` (1 MiB), yet always one when there is one.
   * `next` is the cursor to go on from.
   */
  read(query: OutputQuery & { after: number; limit: number; maxBytes?: number }): { chunks: StoredChunk[]; next: number; more: boolean }
  /** Bytes kept so far. */
  size(query: OutputQuery): number
  /** Exactly what one stream delivered, piece by piece; nothing is held open between the pieces. */
  readBytes(query: { runId: string; stepId: string; attempt: number; host: string; stream: OutputStream }): Generator<Uint8Array, void>
  /** The end of what one host's attempt said, both streams in the order they came, and how many bytes it said in all. */
  tail(query: { runId: string; stepId: string; attempt: number; host: string; maxBytes: number }): { text: Uint8Array; bytes: number }
}

const PAGE_BYTES = 1024 * 1024
const PAGE_CHUNKS = 64

interface Listed { seq: number; size: number }

export function createOutput(connection: Connection): Output {
  const insert = connection.prepare<[string, string, number, string, string, number, number, Uint8Array]>(
    'INSERT INTO output (run_id, step_id, attempt, host, stream, at, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  // The index answers these without touching the bytes; what fits the page is then fetched by its key.
  const listed = connection.prepare<[string, string, number, string | null, string | null, number], Listed>(
    'SELECT seq, size FROM output WHERE run_id = ? AND step_id = ? AND seq > ? AND (? IS NULL OR host = ?) ORDER BY seq LIMIT ?')
  const total = connection.prepare<[string, string, string | null, string | null], number>(
    'SELECT coalesce(sum(size), 0) FROM output WHERE run_id = ? AND step_id = ? AND (? IS NULL OR host = ?)').pluck()
  const chunk = connection.prepare<[number], StoredChunk>('SELECT seq, attempt, host, stream, at, bytes FROM output WHERE seq = ?')

  const ofAttempt = connection.prepare<[string, string, number, string], Listed>(
    'SELECT seq, size FROM output WHERE run_id = ? AND step_id = ? AND attempt = ? AND host = ? ORDER BY seq DESC')

  const insertAt = connection.prepare<[string, string, number, string, string, number, number, Uint8Array, string, number]>(
    'INSERT INTO output (run_id, step_id, attempt, host, stream, at, size, bytes, job_id, off) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const ends = connection.prepare<[string, string], number>('SELECT off + size FROM output WHERE job_id = ? AND stream = ? ORDER BY off DESC LIMIT 1').pluck()

  const end = (jobId: string, stream: OutputStream): number => ends.get(jobId, stream) ?? 0
  const appendAt = connection.transaction((jobId: string, offset: number, item: NewChunk): void => {
    const expected = end(jobId, item.stream)
    if (offset !== expected) throw new Problem('output-gap', `Output of ${item.host} came for byte ${offset} where byte ${expected} is next.`, 'Nothing was kept twice; the link is made anew and the output read from the right place.')
    insertAt.run(item.runId, item.stepId, item.attempt, item.host, item.stream, Math.round(item.at), item.bytes.byteLength, item.bytes, jobId, offset)
  })

  const append = (item: NewChunk): number =>
    Number(insert.run(item.runId, item.stepId, item.attempt, item.host, item.stream, Math.round(item.at), item.bytes.byteLength, item.bytes).lastInsertRowid)
  const appendMany = connection.transaction((items: readonly NewChunk[]) => items.map(append))

  function read({ runId, stepId, host, after, limit, maxBytes = PAGE_BYTES }: OutputQuery & { after: number; limit: number; maxBytes?: number }) {
    const found = listed.all(runId, stepId, after, host, host, limit + 1)
    const fitting = found.slice(0, fit(found, limit, maxBytes))
    const chunks = fitting.map(({ seq }) => chunk.get(seq)).filter((row) => row !== undefined)
    return { chunks, next: fitting.at(-1)?.seq ?? after, more: fitting.length < found.length }
  }

  function* readBytes({ runId, stepId, attempt, host, stream }: { runId: string; stepId: string; attempt: number; host: string; stream: OutputStream }) {
    let after = 0
    for (let more = true; more;) {
      const cursor = after
      const page = explain(() => read({ runId, stepId, host, after: cursor, limit: PAGE_CHUNKS }), connection.name)
      for (const row of page.chunks) if (row.attempt === attempt && row.stream === stream) yield row.bytes
      after = page.next
      more = page.more
    }
  }

  function tail({ runId, stepId, attempt, host, maxBytes }: { runId: string; stepId: string; attempt: number; host: string; maxBytes: number }) {
    const pieces: Uint8Array[] = []
    let bytes = 0
    for (const { seq, size } of ofAttempt.all(runId, stepId, attempt, host)) {
      if (bytes < maxBytes) pieces.unshift(chunk.get(seq)?.bytes ?? new Uint8Array())
      bytes += size
    }
    const text = Buffer.concat(pieces)
    return { text: text.subarray(Math.max(text.byteLength - maxBytes, 0)), bytes }
  }

  return { tail, append, end, appendAt: (jobId, offset, item) => appendAt.immediate(jobId, offset, item), appendMany: (items) => appendMany.immediate(items), read, size: ({ runId, stepId, host }) => total.get(runId, stepId, host, host) ?? 0, readBytes }
}

/** How many of the first entries fit `limit` and `maxBytes`; at least one. */
function fit(found: readonly Listed[], limit: number, maxBytes: number): number {
  let bytes = 0
  let count = 0
  for (const { size } of found.slice(0, limit)) {
    bytes += size
    if (count > 0 && bytes > maxBytes) break
    count += 1
  }
  return count
}
