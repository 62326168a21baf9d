import type { Connection } from './database.ts'
import { decode, type Codec } from './output-codec.ts'
import type { OutputQuery, OutputStream, StoredChunk } from './output.ts'
import { corrupt } from './problems.ts'

/** One stream of one attempt on one host: its bytes follow one another without a hole. */
export interface StreamKey {
  runId: string
  stepId: string
  host: string
  attempt: number
  stream: OutputStream
}

export interface Listed { seq: number; size: number }

/** What the indexes know of the chunks; only `chunk` touches their bytes. */
export interface OutputRows {
  chunk(seq: number): StoredChunk | undefined
  /** Sequence numbers and sizes of a step, oldest first from `from` on, or newest first below it. */
  listed(query: OutputQuery, direction: 'up' | 'down', from: number): IterableIterator<Listed>
  ofStream(key: StreamKey, direction: 'up' | 'down', from: number): IterableIterator<Listed>
  /** Whether the stream's newest chunk before `seq` ended with a line feed; null where there is none, or where that was not noted. */
  endedLine(key: StreamKey, seq: number): boolean | null
  /** The first chunk of stderr from `from` on, or the last below it. */
  errorAt(query: OutputQuery, direction: 'up' | 'down', from: number): number | null
  streams(query: OutputQuery): StreamKey[]
  steps(runId: string): string[]
  /** Bytes of a stream so far. */
  end(key: StreamKey): number
}

type Kept = Omit<StoredChunk, 'bytes'> & { size: number; codec: Codec; bytes: Uint8Array }
type StreamInput = [string, string, string, number, OutputStream]

const OF_STREAM = 'FROM output INDEXED BY output_by_stream WHERE run_id = ? AND step_id = ? AND host = ? AND attempt = ? AND stream = ?'

export function createOutputRows(connection: Connection): OutputRows {
  const kept = connection.prepare<[number], Kept>('SELECT seq, attempt, host, stream, at, size, codec, bytes FROM output WHERE seq = ?')
  // The index is named where the planner, which has no statistics, would take another and sort.
  const of = (sql: string) => connection.prepare<unknown[], Listed>(sql)
  const ofStep = 'SELECT seq, size FROM output INDEXED BY output_by_step WHERE run_id = ? AND step_id = ?'
  const ofHost = 'SELECT seq, size FROM output INDEXED BY output_by_host WHERE run_id = ? AND step_id = ? AND host = ?'
  const all = { up: of(`${ofStep} AND seq >= ? ORDER BY seq`), down: of(`${ofStep} AND seq < ? ORDER BY seq DESC`) }
  const one = { up: of(`${ofHost} AND seq >= ? ORDER BY seq`), down: of(`${ofHost} AND seq < ? ORDER BY seq DESC`) }
  const stream = { up: of(`SELECT seq, size ${OF_STREAM} AND seq >= ? ORDER BY seq`), down: of(`SELECT seq, size ${OF_STREAM} AND seq < ? ORDER BY seq DESC`) }
  const endsLine = connection.prepare<[...StreamInput, number], number | null>(`SELECT ends_line ${OF_STREAM} AND seq < ? ORDER BY seq DESC LIMIT 1`).pluck()
  const last = connection.prepare<StreamInput, { off: number | null; size: number }>(`SELECT off, size ${OF_STREAM} ORDER BY seq DESC LIMIT 1`)
  const sum = connection.prepare<StreamInput, number>(`SELECT sum(size) ${OF_STREAM}`).pluck()
  const errors = "FROM output INDEXED BY output_errors WHERE run_id = ? AND step_id = ? AND stream = 'stderr'"
  const error = (sql: string) => connection.prepare<[string, string, number, string | null, string | null], number>(sql).pluck()
  const errorAt = {
    up: error(`SELECT seq ${errors} AND seq >= ? AND (? IS NULL OR host = ?) ORDER BY seq LIMIT 1`),
    down: error(`SELECT seq ${errors} AND seq < ? AND (? IS NULL OR host = ?) ORDER BY seq DESC LIMIT 1`),
  }
  // One probe a stream, however many chunks it has.
  const nextStream = connection.prepare<[string, string, string, number, string], Omit<StreamKey, 'runId' | 'stepId'>>(
    'SELECT host, attempt, stream FROM output INDEXED BY output_by_stream WHERE run_id = ? AND step_id = ? AND (host, attempt, stream) > (?, ?, ?) ORDER BY host, attempt, stream LIMIT 1')
  const nextStep = connection.prepare<[string, string], string>('SELECT step_id FROM output INDEXED BY output_by_stream WHERE run_id = ? AND step_id > ? ORDER BY step_id LIMIT 1').pluck()

  return {
    chunk: (seq) => {
      const row = kept.get(seq)
      if (!row) return undefined
      const { size, codec, bytes, ...rest } = row
      try {
        return { ...rest, bytes: decode(codec, size, bytes) }
      } catch (thrown) {
        throw corrupt(connection.name, 'a piece of output cannot be unpacked', thrown)
      }
    },
    listed: ({ runId, stepId, host }, direction, from) => (host === null ? all[direction].iterate(runId, stepId, from) : one[direction].iterate(runId, stepId, host, from)),
    ofStream: (key, direction, from) => stream[direction].iterate(...inputOf(key), from),
    endedLine: (key, seq) => {
      const ends = endsLine.get(...inputOf(key), seq)
      return ends === undefined || ends === null ? null : ends === 1
    },
    errorAt: ({ runId, stepId, host }, direction, from) => errorAt[direction].get(runId, stepId, from, host, host) ?? null,
    streams: ({ runId, stepId, host }) => {
      const found: StreamKey[] = []
      for (let next = nextStream.get(runId, stepId, host ?? '', -1, ''); next && (host === null || next.host === host); next = nextStream.get(runId, stepId, next.host, next.attempt, next.stream)) {
        found.push({ runId, stepId, ...next })
      }
      return found
    },
    steps: (runId) => {
      const found: string[] = []
      for (let next = nextStep.get(runId, ''); next !== undefined; next = nextStep.get(runId, next)) found.push(next)
      return found
    },
    end: (key) => {
      const row = last.get(...inputOf(key))
      if (!row) return 0
      // Chunks of an older version have no offset.
      return row.off === null ? (sum.get(...inputOf(key)) ?? 0) : row.off + row.size
    },
  }
}

const inputOf = ({ runId, stepId, host, attempt, stream }: StreamKey): StreamInput => [runId, stepId, host, attempt, stream]

/** Never more chunks at once than this, however small they are. */
const MOST_CHUNKS = 2000

/** As many as hold `maxBytes`, the one that reaches it included, and whether there are others. */
export function taken(listed: Iterable<Listed>, maxBytes: number, most = MOST_CHUNKS): { seqs: number[]; more: boolean } {
  const seqs: number[] = []
  let bytes = 0
  for (const { seq, size } of listed) {
    if (bytes >= maxBytes || seqs.length === most) return { seqs, more: true }
    seqs.push(seq)
    bytes += size
  }
  return { seqs, more: false }
}
