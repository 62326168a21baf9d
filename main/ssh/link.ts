import type { Channel, Ended, Loss, Wire } from './channel.ts'
import { pause } from './abortable.ts'
import { createLimiter } from './limiter.ts'

/** A verified, authenticated connection to one host. */
export interface Link {
  /** Fingerprint of the key the host showed. */
  hostKey: string
  /** For messages: whose connection is to blame for a loss, which is the first hop on the way whose own is gone. */
  weakest(): string
  /** Of that connection. */
  loss(): LinkLoss
  isAlive(): boolean
  /** Opens a channel and asks for a command. Waits while the connection has no channel free. */
  exec(command: string, signal: AbortSignal): Promise<ExecOpened>
  /** Somebody waits for a channel. */
  isShort(): boolean
  /** Called when that begins. Returns what ends it. */
  onShort(listener: () => void): () => void
  onEnd(listener: () => void): void
  close(): void
}

export interface LinkLoss extends Loss {
  /** Whose connection. */
  who: string
  /** Its name where that is a jump host. */
  hop: string | null
}

/** `the connection to web-1 was lost`, with what is known of why. */
export const lossWords = ({ who, isFlood, why }: LinkLoss, during = ''): string => `the connection to ${who} was ${isFlood ? 'ended from here' : 'lost'}${during}${why === '' ? '' : ` (${why})`}`

export type ExecOpened =
  | { opened: 'yes'; channel: Channel; ended: () => Ended }
  | { opened: 'aborted' }
  /** The connection was gone before a channel was open: the command was not sent. */
  | { opened: 'dead' }
  | { opened: 'refused'; reason: string }
  /** The exec request was sent and never answered. */
  | { opened: 'lost' }

const MOST_IN_VAIN = 3
const CLEARED_AFTER_MS = 100

export interface LinkOptions {
  /** For messages: `web-1`, `jump host inner`. */
  name: string
  /** Its name where it is a jump host. */
  jump?: string | null
  /** The connection this one goes through, or null for a direct one. */
  through: Link | null
  channelLimit: number
}

export function createLink(wire: Wire, { name, jump = null, through, channelLimit }: LinkOptions): Link {
  const channels = createLimiter(channelLimit)
  const listeners = new Set<() => void>()
  const ifShort = new Set<() => void>()
  let waiting = 0
  let alive = true
  /** Open or being opened. */
  let busy = 0
  const end = (): void => {
    if (!alive) return
    alive = false
    for (const listener of listeners) listener()
    listeners.clear()
  }
  wire.onEnd(end)
  /** A channel that is open without need is closed then. */
  const short = async <T>(wait: Promise<T>): Promise<T> => {
    waiting++
    for (const listener of ifShort) listener()
    return await wait.finally(() => waiting--)
  }

  const exec = async (command: string, signal: AbortSignal): Promise<ExecOpened> => {
    let inVain = 0
    for (;;) {
      const release = await (channels.isFull() ? short(channels.take()) : channels.take())
      if (signal.aborted || !alive) {
        release()
        return signal.aborted ? { opened: 'aborted' } : { opened: 'dead' }
      }
      busy++
      const answer = await wire.open(command)
      if (answer.opened === 'yes') {
        const { channel } = answer
        channel.on('close', () => {
          busy--
          release()
        })
        if (!signal.aborted) return answer
        // Nothing of the script was sent: the remote shell reads the end of its input and leaves.
        channel.resume()
        channel.stderr.resume()
        channel.close()
        return { opened: 'aborted' }
      }
      busy--
      release()
      if (answer.opened === 'unanswered') {
        await new Promise((resolve) => setImmediate(resolve))
        return alive ? { opened: 'refused', reason: 'it would not start the command' } : { opened: 'lost' }
      }
      if (answer.opened === 'unsent' || !alive) return { opened: 'dead' }
      if (answer.opened === 'refused' || (busy === 0 && ++inVain > MOST_IN_VAIN)) return { opened: 'refused', reason: answer.reason }
      // The server allows fewer channels than we do (MaxSessions): wait until one of ours closes.
      if (busy > 0) channels.lower()
      const ended = new Promise<void>((resolve) => listeners.add(resolve))
      // With none of ours open, the server may still be clearing away the one that has just closed.
      await short(Promise.race([busy > 0 ? channels.freed() : pause(CLEARED_AFTER_MS * inVain, signal), ended]))
    }
  }

  return {
    hostKey: wire.hostKey,
    loss: () => (through === null || through.isAlive() ? { ...wire.loss(), who: name, hop: jump } : through.loss()),
    weakest: () => (through === null || through.isAlive() ? name : through.weakest()),
    isAlive: () => alive,
    exec,
    isShort: () => waiting > 0,
    onShort: (listener) => {
      ifShort.add(listener)
      return () => ifShort.delete(listener)
    },
    onEnd: (listener) => {
      if (alive) listeners.add(listener)
      else listener()
    },
    close: () => {
      end()
      wire.close()
    },
  }
}
