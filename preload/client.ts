import type { ProblemValue } from '#domain/problem.ts'
import type { Bridge, Reply } from './bridge.ts'
import type { CallInput, CallName, CallOutput, FeedInput, FeedItemOf, FeedName } from './contract.ts'

export interface Client {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<Reply<CallOutput<N>>>
  follow<N extends FeedName>(
    feed: N,
    input: FeedInput<N>,
    onItem: (item: FeedItemOf<N>, cursor: number) => void,
    onProblem: (problem: ProblemValue) => void,
  ): () => void
  onConnection: Bridge['onConnection']
}

/** The contract's types laid over an untyped bridge. Nothing is checked here: main checks inputs and makes outputs. */
export function createClient(bridge: Bridge): Client {
  return {
    call: (name, input) => bridge.call(name, input) as Promise<Reply<never>>,
    follow: (feed, input, onItem, onProblem) =>
      bridge.follow(feed, input as Record<string, unknown>, (fed) => onItem(fed.item as never, fed.cursor), onProblem),
    onConnection: (listener) => bridge.onConnection(listener),
  }
}
