import { createLineFinder } from '#domain/output/find-lines.ts'
import type { RunState } from '#domain/run/state.ts'
import { rollbackSteps } from '#domain/run/view.ts'
import type { FeedItem } from '#preload/bridge.ts'
import type { SearchBatch, SearchHit } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'

export interface SearchQuery {
  runId: string
  /** Null for all. */
  stepId: string | null
  host: string | null
  text: string
}

type Deps = Pick<ApiDeps, 'storage' | 'engine'>

const MOST_HITS = 1000
/** One slice of work; between two of them everything else has its turn. */
const SLICE_MS = 5
const PAGE_BYTES = 128 * 1024
const TELL_EVERY_MS = 100

/** Searches until it is through, has found enough, or is stopped. */
export function followSearch(deps: Deps, { after, ...query }: SearchQuery & { after: number }, emit: (item: FeedItem<SearchBatch>) => void): () => void {
  const bytes = placesOf(deps, query).reduce((sum, place) => sum + deps.storage.output.size(place), 0)
  const work = searchOutput(deps, query)
  let timer: NodeJS.Immediate | null = null
  let waiting: SearchHit[] = []
  let read = 0
  let found = 0
  let toldAt = 0

  const tell = (done: boolean): void => {
    const hits = waiting
    waiting = []
    toldAt = performance.now()
    emit({ cursor: Math.max(found, after), item: { hits, read, bytes: Math.max(bytes, read), done, more: found >= MOST_HITS } })
  }
  const turn = (): void => {
    const began = performance.now()
    let isDone = false
    while (!isDone && performance.now() - began < SLICE_MS) {
      const step = work.next()
      if (!step.done) {
        const room = step.value.hits.slice(0, MOST_HITS - found)
        waiting.push(...room.slice(Math.max(after - found, 0)))
        found += room.length
        read += step.value.bytes
      }
      isDone = step.done === true || found >= MOST_HITS
    }
    timer = isDone ? null : setImmediate(turn)
    if (isDone || performance.now() - toldAt >= TELL_EVERY_MS) tell(isDone)
  }
  timer = setImmediate(turn)
  return () => {
    if (timer) clearImmediate(timer)
    timer = null
  }
}

/**
 * Looks through a run's output in the order of its steps, a page at a time. A scan, not an index: it finds exactly what
 * is seen, and output costs nothing more when it comes (DECISIONS.md).
 */
export function* searchOutput(deps: Deps, query: SearchQuery): Generator<{ hits: SearchHit[]; bytes: number }, void> {
  for (const place of placesOf(deps, query)) {
    const finders = new Map<string, { finder: ReturnType<typeof createLineFinder>; about: Pick<SearchHit, 'host' | 'attempt' | 'stream' | 'at'> }>()
    for (let from = 0, more = true; more;) {
      const { chunks, after } = deps.storage.output.page({ ...place, from, maxBytes: PAGE_BYTES })
      more = after
      for (const { seq, host, attempt, stream, at, bytes } of chunks) {
        const key = JSON.stringify([host, attempt, stream])
        const known = finders.get(key) ?? { finder: createLineFinder(query.text), about: { host, attempt, stream, at } }
        finders.set(key, known)
        known.about = { host, attempt, stream, at }
        const hits = known.finder.take(seq, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
        yield { hits: hits.map((hit) => ({ stepId: place.stepId, ...known.about, ...hit })), bytes: bytes.byteLength }
        from = seq + 1
      }
    }
    yield { hits: [...finders.values()].flatMap(({ finder, about }) => finder.end().map((hit) => ({ stepId: place.stepId, ...about, ...hit }))), bytes: 0 }
  }
}

/** The steps that have output, as the runbook has them. Throws Problem `run-unknown`. */
function placesOf({ storage, engine }: Deps, { runId, stepId, host }: SearchQuery): { runId: string; stepId: string; host: string | null }[] {
  const order = stepsOf(engine.state(runId))
  const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length)
  return storage.output.steps(runId).filter((id) => stepId === null || id === stepId).toSorted((one, other) => place(one) - place(other)).map((id) => ({ runId, stepId: id, host }))
}

const stepsOf = (state: RunState): string[] => [...state.runbook.phases.flatMap(({ steps }) => steps), ...rollbackSteps(state)].map(({ id }) => id)
