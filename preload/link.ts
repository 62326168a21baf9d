import type { ProblemValue } from '#domain/problem.ts'
import type { Bridge, FeedItem, Reply } from './bridge.ts'
import type { ClientMessage, ServerMessage } from './messages.ts'

/** The page's half of the wire, without the wire: ids, waiting calls, feeds that go on where they stopped. */
export interface Link {
  bridge: Bridge
  receive(text: string): void
  /** The way is open: waiting calls are sent and every feed goes on from its last cursor. */
  up(): void
  /** The way is lost; sent calls answer `connection-lost`, new ones `not-connected` until it is up again. */
  down(): void
  /** There will be no connection: everything waiting gets this answer, and so does everything later. */
  refuse(problem: ProblemValue): void
}

interface Follower {
  feed: string
  input: Record<string, unknown>
  cursor: number
  onItem: (item: FeedItem) => void
  onProblem: (problem: ProblemValue) => void
}

/** As maxMessageBytes in messages.ts, which a preload cannot import without bringing zod along. */
const maxBytes = 4 * 1024 * 1024
function isTooLarge(message: ClientMessage): boolean {
  const text = JSON.stringify(message)
  return text.length > maxBytes / 3 && new TextEncoder().encode(text).length > maxBytes
}

const lost: ProblemValue = {
  code: 'connection-lost',
  message: 'The connection to Holdpoint was lost before it answered.',
  hint: 'It may or may not have been recorded; the room shows what is true. Look there before you try again.',
}
const notConnected: ProblemValue = {
  code: 'not-connected',
  message: 'There is no connection to Holdpoint at the moment.',
  hint: 'Nothing was sent. The page reconnects by itself; if it does not, see whether Holdpoint still runs in its terminal.',
}
const tooLarge: ProblemValue = {
  code: 'message-too-large',
  message: 'This is more than Holdpoint takes in one piece (4 MB).',
  hint: 'Nothing was sent. Shorten the text, then try again.',
}

export function createLink(transmit: (message: ClientMessage) => void): Link {
  const waiting = new Map<number, { message: ClientMessage; answer: (reply: Reply) => void }>()
  const sent = new Map<number, (reply: Reply) => void>()
  const followers = new Map<number, Follower>()
  const listeners = new Set<(state: { connected: boolean }) => void>()
  /** `starting` keeps calls until the first connection; later a late call must not reach production minutes after the click. */
  let state: 'starting' | 'up' | 'down' = 'starting'
  let refusal: ProblemValue | null = null
  let lastId = 0

  const startFeed = (follower: Follower): number => {
    const id = ++lastId
    followers.set(id, follower)
    if (state === 'up') transmit({ type: 'follow', id, feed: follower.feed, input: { ...follower.input, after: follower.cursor } })
    return id
  }

  const setState = (next: 'up' | 'down'): void => {
    if (state === next) return
    state = next
    for (const listener of listeners) listener({ connected: next === 'up' })
  }

  const call = (name: string, input: unknown): Promise<Reply> =>
    new Promise((resolve) => {
      if (refusal !== null) return resolve({ ok: false, problem: refusal })
      if (state === 'down') return resolve({ ok: false, problem: notConnected })
      const id = ++lastId
      const message: ClientMessage = { type: 'call', id, name, input }
      if (isTooLarge(message)) return resolve({ ok: false, problem: tooLarge })
      if (state === 'starting') return void waiting.set(id, { message, answer: resolve })
      sent.set(id, resolve)
      transmit(message)
    })

  const follow: Bridge['follow'] = (feed, input, onItem, onProblem) => {
    const follower: Follower = { feed, input, cursor: typeof input.after === 'number' ? input.after : 0, onItem, onProblem }
    if (refusal !== null) {
      const problem = refusal
      queueMicrotask(() => onProblem(problem))
      return () => {}
    }
    startFeed(follower)
    return () => {
      for (const [id, candidate] of followers) {
        if (candidate !== follower) continue
        followers.delete(id)
        if (state === 'up') transmit({ type: 'stop', id })
      }
    }
  }

  const receive = (text: string): void => {
    const message = JSON.parse(text) as ServerMessage
    if (message.type === 'reply') {
      const answer = sent.get(message.id)
      sent.delete(message.id)
      answer?.(message.reply)
      return
    }
    // A feed that was stopped or belongs to an earlier connection is no longer listed, and its last items are dropped here.
    const follower = followers.get(message.id)
    if (follower === undefined) return
    if (message.type === 'problem') {
      followers.delete(message.id)
      follower.onProblem(message.problem)
    } else {
      // Main sends nothing up to `after` again, and ids keep connections apart. Feeds that begin anew with each start
      // (prompts, library) count from below: dropping lower cursors here would lose their news.
      follower.cursor = message.cursor
      follower.onItem({ cursor: message.cursor, item: message.item })
    }
  }

  const up = (): void => {
    setState('up')
    for (const [id, { message, answer }] of waiting) {
      waiting.delete(id)
      sent.set(id, answer)
      transmit(message)
    }
    // New ids, so that nothing of the earlier connection can be taken for this one's.
    const resumed = [...followers.values()]
    followers.clear()
    resumed.forEach(startFeed)
  }

  const answerAll = (calls: Iterable<(reply: Reply) => void>, problem: ProblemValue): void => {
    for (const answer of calls) answer({ ok: false, problem })
  }

  const down = (): void => {
    // Before the first connection nothing was sent, so nothing is lost: calls go on waiting for it.
    if (state === 'starting') return
    setState('down')
    const open = [...sent.values()]
    sent.clear()
    answerAll(open, lost)
  }

  const refuse = (problem: ProblemValue): void => {
    refusal = problem
    if (state === 'starting') setState('down')
    else down()
    const kept = [...waiting.values()].map((call) => call.answer)
    waiting.clear()
    answerAll(kept, problem)
    const ended = [...followers.values()]
    followers.clear()
    for (const follower of ended) follower.onProblem(problem)
  }

  const onConnection: Bridge['onConnection'] = (listener) => {
    listeners.add(listener)
    if (state !== 'starting') listener({ connected: state === 'up' })
    return () => void listeners.delete(listener)
  }

  return { bridge: { call, follow, onConnection }, receive, up, down, refuse }
}
