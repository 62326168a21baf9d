import { taken, type Listed, type OutputRows } from './output-rows.ts'
import type { Output, OutputQuery, StoredChunk } from './output.ts'

/** Chunks that follow one another in what was asked for, oldest first. */
export interface OutputWindow {
  chunks: WindowChunk[]
  /** There is more before the first, or after the last. */
  before: boolean
  after: boolean
}

export interface WindowChunk extends StoredChunk {
  /** It goes on with a line that began in an earlier chunk; only said of the first chunk of each stream in a window. */
  goesOn: boolean
}

/** Bounded looks at an output of any length. */
export function createOutputWindows(rows: OutputRows): Pick<Output, 'window' | 'page' | 'newest' | 'findError'> {
  const chunksOf = ({ runId, stepId }: OutputQuery, seqs: number[]): WindowChunk[] => {
    const seen = new Set<string>()
    return seqs.flatMap((seq) => {
      const chunk = rows.chunk(seq)
      if (!chunk) return []
      const { host, attempt, stream } = chunk
      const name = JSON.stringify([host, attempt, stream])
      const isFirst = !seen.has(name)
      seen.add(name)
      return [{ ...chunk, goesOn: isFirst && rows.endedLine({ runId, stepId, host, attempt, stream }, seq) === false }]
    })
  }
  const up = (query: OutputQuery, from: number, maxBytes: number) => taken(rows.listed(query, 'up', from), maxBytes)
  const down = (query: OutputQuery, from: number, maxBytes: number) => taken(rows.listed(query, 'down', from), maxBytes)

  const page: Output['page'] = ({ from, maxBytes, ...query }) => {
    const { seqs, more } = up(query, from, maxBytes)
    return { chunks: chunksOf(query, seqs), before: from > 0, after: more }
  }

  return {
    page,
    window: ({ at, maxBytes, ...query }) => {
      if (at === 'start') return page({ ...query, from: 0, maxBytes })
      if (at === 'end') {
        const { seqs, more } = down(query, Number.MAX_SAFE_INTEGER, maxBytes)
        return { chunks: chunksOf(query, seqs.toReversed()), before: more, after: false }
      }
      const later = up(query, at, maxBytes / 2)
      const earlier = down(query, at, maxBytes / 2)
      return { chunks: chunksOf(query, [...earlier.seqs.toReversed(), ...later.seqs]), before: earlier.more, after: later.more }
    },
    newest: ({ after, maxBytes, ...query }) => {
      const { seqs, more } = taken(above(rows.listed(query, 'down', Number.MAX_SAFE_INTEGER), after), maxBytes)
      return { chunks: chunksOf(query, seqs.toReversed()), before: more, after: false }
    },
    findError: ({ from, direction, ...query }) => rows.errorAt(query, direction === 'later' ? 'up' : 'down', direction === 'later' ? from + 1 : from),
  }
}

function* above(listed: Iterable<Listed>, after: number): Generator<Listed> {
  for (const one of listed) {
    if (one.seq <= after) return
    yield one
  }
}
