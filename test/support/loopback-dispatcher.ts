import { Problem } from '#domain/problem.ts'
import type { Dispatcher, FeedItem } from '#preload/bridge.ts'

export interface LoopbackDispatcher extends Dispatcher {
  /** Adds an item to the `log` feed and delivers it to whoever follows. */
  add(item: unknown): void
  /** Every call that arrived, with its input. */
  readonly calls: { name: string; input: unknown }[]
  /** The `after` of every feed that was started. */
  readonly started: number[]
  /** How many feeds are open now. */
  openFeeds(): number
}

/** A dispatcher that stands in for the app behind a door: a few calls, a feed `log` with a cursor, and `fresh`, which begins anew each time. */
export function createLoopbackDispatcher(): LoopbackDispatcher {
  const items: FeedItem[] = []
  const emits = new Set<(item: FeedItem) => void>()
  const calls: LoopbackDispatcher['calls'] = []
  const started: number[] = []

  const answers: Record<string, (input: unknown) => unknown> = {
    echo: (input) => input,
    refuse: () => {
      throw new Problem('step-running', 'The step is running.', 'Wait for it.')
    },
    defect: () => {
      throw new TypeError('x is not a function')
    },
    hang: () => new Promise(() => {}),
    unsayable: () => 1n,
  }

  return {
    calls,
    started,
    openFeeds: () => emits.size,
    add(item) {
      const fed = { cursor: items.length + 1, item }
      items.push(fed)
      for (const emit of emits) emit(fed)
    },
    async call(name, input) {
      calls.push({ name, input })
      const answer = answers[name]
      if (answer === undefined) return { ok: false, problem: { code: 'call-unknown', message: `There is no call ${name}.`, hint: 'Update Holdpoint.' } }
      return { ok: true, value: await answer(input) }
    },
    follow(feed, input, emit) {
      if (feed === 'fresh') {
        for (const cursor of [0, 1, 2]) emit({ cursor, item: `fresh ${cursor}` })
        return () => {}
      }
      if (feed !== 'log') throw new Problem('feed-unknown', `There is no feed ${feed}.`, 'Update Holdpoint.')
      const { after } = input as { after: number }
      started.push(after)
      for (const item of items) if (item.cursor > after) emit(item)
      const own = (item: FeedItem): void => emit(item)
      emits.add(own)
      return () => void emits.delete(own)
    },
  }
}
