import { Problem, toProblem } from '#domain/problem.ts'
import type { Dispatcher } from '#preload/bridge.ts'
import { ClientMessage, maxMessageBytes } from '#preload/messages.ts'
import type { ServerMessage } from '#preload/messages.ts'
import { createRateLimit } from './rate-limit.ts'

export interface Session {
  /** One message from the client, as it arrived. Never throws. */
  receive(text: unknown): void
  /** The client has taken what was waiting for it: paused feeds go on. */
  drained(): void
  /** Stops every feed; nothing is sent any more. */
  end(): void
}

export interface SessionOptions {
  dispatcher: Dispatcher
  send: (text: string) => void
  /** The client broke the rules of the wire: the door cuts it off. Called at most once. */
  onViolation: (reason: string) => void
  /** True while so much waits to be taken that feeds should pause. Whoever says so calls `drained` later. */
  isFull?: () => boolean
  now?: () => number
}

type Following = Pick<Extract<ClientMessage, { type: 'follow' }>, 'id' | 'feed' | 'input'>

const maxFeeds = 100

/** One client's calls and feeds, whatever carries them. The only place where messages from a page are checked. */
export function createSession({ dispatcher, send, onViolation, isFull = () => false, now = () => performance.now() }: SessionOptions): Session {
  const feeds = new Map<number, () => void>()
  const paused = new Map<number, Following>()
  const callsOpen = new Set<number>()
  const limit = createRateLimit({ perSecond: 100, burst: 300, patience: 1000, now })
  let over = false

  const post = (message: ServerMessage): void => {
    if (!over) send(JSON.stringify(message))
  }

  const end = (): void => {
    over = true
    for (const stop of feeds.values()) stop()
    feeds.clear()
    paused.clear()
  }

  const violation = (reason: string): void => {
    end()
    onViolation(reason)
  }

  const call = async (message: Extract<ClientMessage, { type: 'call' }>): Promise<void> => {
    callsOpen.add(message.id)
    try {
      post({ type: 'reply', id: message.id, reply: await dispatcher.call(message.name, message.input) })
    } catch (thrown) {
      post({ type: 'reply', id: message.id, reply: { ok: false, problem: toProblem(thrown).toValue() } })
    } finally {
      callsOpen.delete(message.id)
    }
  }

  const follow = ({ id, feed, input }: Following): void => {
    let stopped = false
    let stop = (): void => {}
    const halt = (): void => {
      stopped = true
      stop()
      stop = () => {}
    }
    feeds.set(id, halt)
    const fail = (thrown: unknown): void => {
      halt()
      feeds.delete(id)
      post({ type: 'problem', id, problem: toProblem(thrown).toValue() })
    }
    try {
      const started = dispatcher.follow(feed, input, ({ cursor, item }) => {
        if (stopped) return
        try {
          post({ type: 'item', id, cursor, item })
        } catch (thrown) {
          return fail(thrown)
        }
        if (!isFull()) return
        // What cannot be taken now is not piled up: the feed begins again after this item, as after a lost connection.
        halt()
        paused.set(id, { id, feed, input: { ...input, after: cursor } })
      })
      // An item may have ended or paused the feed while it was starting.
      if (stopped) started()
      else stop = started
    } catch (thrown) {
      fail(thrown)
    }
  }

  const drained = (): void => {
    const waiting = [...paused.values()]
    paused.clear()
    waiting.forEach(follow)
  }

  const refuse = (message: ClientMessage, problem: Problem): void => {
    if (message.type === 'call') post({ type: 'reply', id: message.id, reply: { ok: false, problem: problem.toValue() } })
    else post({ type: 'problem', id: message.id, problem: problem.toValue() })
  }

  const receive = (text: unknown): void => {
    if (over) return
    const verdict = limit()
    if (verdict === 'cut') return violation('too many messages')
    const message = parse(text)
    if (message === null) return violation('a message that is not in the contract')
    if (message.type === 'stop') {
      feeds.get(message.id)?.()
      feeds.delete(message.id)
      paused.delete(message.id)
    } else if (feeds.has(message.id) || callsOpen.has(message.id)) {
      violation('an id that is in use')
    } else if (verdict === 'refuse') {
      refuse(message, new Problem('too-many-requests', 'The page is asking faster than Holdpoint answers.', 'Nothing was done for this request. Wait a moment, then try again.'))
    } else if (message.type === 'call') {
      void call(message)
    } else if (feeds.size >= maxFeeds) {
      refuse(message, new Problem('too-many-feeds', 'The page is following too many things at once.', 'Close some views, or reload the page. The run itself is not affected.'))
    } else {
      follow(message)
    }
  }

  return { receive, drained, end }
}

function parse(text: unknown): ClientMessage | null {
  if (typeof text !== 'string' || Buffer.byteLength(text) > maxMessageBytes) return null
  try {
    return ClientMessage.parse(JSON.parse(text))
  } catch {
    // Neither JSON nor a message: the caller cuts the client off, which is all there is to say to it.
    return null
  }
}
