import { atIntervals } from '#engine/signal.ts'
import type { FeedItem } from '#preload/bridge.ts'
import type { OutputBatch, OutputChunk } from '#preload/contract.ts'
import type { OutputQuery } from '#storage/output.ts'
import type { WindowChunk } from '#storage/output-windows.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

/** Several screens: of a flood a page gets this much a few times a second, and no more has to be read and painted. */
const BATCH_BYTES = 48 * 1024
const BATCH_MS = 100

export function createOutputHandlers({ storage }: Pick<ApiDeps, 'storage'>): Pick<Handlers, 'read-output' | 'find-error'> {
  return {
    'read-output': (query) => {
      const { chunks, before, after } = storage.output.window(query)
      return { chunks: chunks.map(toOutputChunk), bytes: storage.output.size(query), before, after }
    },
    'find-error': (query) => ({ seq: storage.output.findError(query) }),
  }
}

/** A page is never behind: what it has no time to see stays on the disk, where it can be looked at. */
export function followOutput({ storage, engine }: Pick<ApiDeps, 'storage' | 'engine'>, { after, ...query }: OutputQuery & { after: number }, emit: (item: FeedItem<OutputBatch>) => void): () => void {
  let cursor = after
  return atIntervals(engine.live(query.runId)?.output ?? engine.runsChanged, BATCH_MS, () => {
    const { chunks, before } = storage.output.newest({ ...query, after: cursor, maxBytes: BATCH_BYTES })
    const last = chunks.at(-1)
    if (!last) return
    cursor = last.seq
    emit({ cursor, item: { chunks: chunks.map(toOutputChunk), bytes: storage.output.size(query), skipped: before } })
  })
}

/** A chunk for people: bytes that are no UTF-8 show as U+FFFD; the exact bytes stay in storage. */
function toOutputChunk({ seq, stream, at, host, attempt, bytes, goesOn }: WindowChunk): OutputChunk {
  return { seq, stream, at, host, attempt, goesOn, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) }
}
