import type { ProblemValue } from '#domain/problem.ts'

/** The answer to a call: always a value, never a throw across the border. */
export type Reply<T = unknown> = { ok: true; value: T } | { ok: false; problem: ProblemValue }

/** What a feed delivers: items in order, each once; `cursor` is what to pass as `after` to go on from here. */
export interface FeedItem<T = unknown> {
  cursor: number
  item: T
}

/** The one way between the renderer and main, over Electron's IPC or a WebSocket. Typed by preload/client.ts. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Reply>
  /**
   * Delivers items until `stop` is called. The bridge resumes after a lost connection by itself, from the last cursor.
   * A feed that ends in a Problem says so once through onProblem and is over.
   */
  follow(feed: string, input: Record<string, unknown>, onItem: (item: FeedItem) => void, onProblem: (problem: ProblemValue) => void): () => void
  /** `connected`, or since when not. Electron is always connected. */
  onConnection(listener: (state: { connected: boolean }) => void): () => void
}

/** What main offers a door: one dispatcher for both. Inputs arrive unchecked; the dispatcher validates them. */
export interface Dispatcher {
  call(name: string, input: unknown): Promise<Reply>
  /** Starts a feed; `emit` is called with items in order; the returned function stops it. Throws Problem for a bad feed or input. */
  follow(feed: string, input: unknown, emit: (item: FeedItem) => void): () => void
}
