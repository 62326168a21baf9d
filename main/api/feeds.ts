import type { z } from 'zod'
import { pump, type Signal } from '#engine/signal.ts'
import type { FeedItem } from '#preload/bridge.ts'
import type { FeedItemOf, FeedName, feeds, RunClock } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import { followOutput } from './output.ts'
import { followSearch } from './search.ts'

type Emit<N extends FeedName> = (item: FeedItem<FeedItemOf<N>>) => void

/** One feed a function: starts it, returns how to stop it. */
export type Feeds = { [N in FeedName]: (input: z.output<(typeof feeds)[N]['input']>, emit: Emit<N>) => () => void }

const PAGE = 200

export function createFeeds(deps: ApiDeps & { runbooksChanged: Signal }): Feeds {
  const { storage, engine, prompts } = deps

  return {
    run: ({ runId, after }, emit) => {
      const state = engine.state(runId)
      const live = engine.live(runId)
      let cursor = after
      const nextPage = pages((from) => storage.journal.read(runId, from))
      const tellClock = () => emit({ cursor, item: { kind: 'clock', clock: live?.clock() ?? stopped(deps, state.lastEventAt) } })
      const stopEvents = pump<FeedItemOf<'run'>>({
        after, wake: live?.events ?? engine.runsChanged,
        read: (from) => nextPage(from).map((stored) => ({ cursor: stored.seq, item: { kind: 'event', stored } })),
        emit: (item) => {
          cursor = item.cursor
          emit(item)
        },
      })
      tellClock()
      const stopClock = live?.clockChanged.on(tellClock)
      return () => {
        stopEvents()
        stopClock?.()
      }
    },
    output: (input, emit) => followOutput(deps, input, emit),
    search: (input, emit) => followSearch(deps, input, emit),
    samples: ({ runId, after }, emit) => pump<FeedItemOf<'samples'>>({
      after, wake: engine.live(runId)?.samples ?? engine.runsChanged, emit,
      read: (from) => storage.samples.after(runId, from, PAGE).map(({ ordinal, metric, at, value }) => ({ cursor: ordinal, item: { metric, at, value } })),
    }),
    prompts: (_, emit) => tellNow(prompts.changed, (count) => emit({ cursor: count, item: { open: prompts.open() } })),
    library: (_, emit) => {
      let cursor = 0
      const tell = (changed: 'runbooks' | 'runs') => () => emit({ cursor: (cursor += 1), item: { changed } })
      const stops = [deps.runbooksChanged.on(tell('runbooks')), engine.runsChanged.on(tell('runs'))]
      emit({ cursor: 0, item: { changed: 'all' } })
      return () => { for (const stop of stops) stop() }
    },
  }
}

/** Reads a log once and hands it out a page at a time: read anew for each page, a long one would cost its square. */
function pages<T>(read: (after: number) => T[]): (after: number) => T[] {
  let rows: T[] = []
  let given = 0
  return (after) => {
    if (given >= rows.length) {
      rows = read(after)
      given = 0
    }
    const page = rows.slice(given, given + PAGE)
    given += page.length
    return page
  }
}

/** An ended run's clock stands where its record ends. */
const stopped = (deps: ApiDeps, at: number): RunClock => ({ at, machineAt: deps.now(), rate: 0 })

function tellNow(signal: Signal, tell: (count: number) => void): () => void {
  let count = 0
  const next = () => tell((count += 1))
  next()
  return signal.on(next)
}
