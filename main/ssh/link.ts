import type { Client, ClientChannel } from 'ssh2'
import type { Duplex } from 'node:stream'
import { clean } from './failures.ts'
import { createLimiter } from './limiter.ts'

/** A verified, authenticated connection to one host. */
export interface Link {
  /** Fingerprint of the key the host showed. */
  hostKey: string
  /** For messages: whose connection is to blame for a loss, which is the first hop on the way whose own is gone. */
  weakest(): string
  isAlive(): boolean
  /** Opens a channel and asks for a command. Waits while the connection has no channel free. */
  exec(command: string, signal: AbortSignal): Promise<ExecOpened>
  /** A way through this host to another. */
  forward(address: string, port: number, timeoutMs: number): Promise<Duplex | Error>
  onEnd(listener: () => void): void
  close(): void
}

/** How the remote process ended, null while that is not known. */
export type Ended = { exitCode: number } | { signal: string } | null

export type ExecOpened =
  | { opened: 'yes'; channel: ClientChannel; ended: () => Ended }
  | { opened: 'aborted' }
  /** The connection was gone before a channel was open: the command was not sent. */
  | { opened: 'dead' }
  | { opened: 'refused'; reason: string }
  /** The exec request was sent and never answered. */
  | { opened: 'lost' }

const ANSWER_WITHIN_MS = 30_000
/** What ssh2 says when the request went out and was refused, or the connection ended before the answer. */
const EXEC_REFUSED = 'Unable to exec'

export interface LinkOptions {
  /** For messages: `web-1`, `jump host inner`. */
  name: string
  /** The connection this one goes through, or null for a direct one. */
  through: Link | null
  channelLimit: number
}

export function createLink({ client, sock, hostKey }: { client: Client; sock: Duplex; hostKey: string }, { name, through, channelLimit }: LinkOptions): Link {
  const channels = createLimiter(channelLimit)
  const listeners = new Set<() => void>()
  let alive = true
  /** Open or being opened. */
  let busy = 0
  const end = (): void => {
    if (!alive) return
    alive = false
    for (const listener of listeners) listener()
    listeners.clear()
  }
  const close = (): void => {
    end()
    client.end()
    // A host that does not hang up in turn is not waited for.
    const impatience = setTimeout(() => sock.destroy(), 1000)
    client.once('close', () => clearTimeout(impatience))
    if (sock.destroyed) clearTimeout(impatience)
  }
  client.on('close', end)
  client.on('end', end)
  client.on('error', end)

  const open = (command: string): Promise<{ channel: ClientChannel; ended: () => Ended } | Error> =>
    new Promise((resolve) => {
      const silence = setTimeout(() => {
        close()
        resolve(new Error(EXEC_REFUSED))
      }, ANSWER_WITHIN_MS)
      try {
        client.exec(command, (error, channel) => {
          clearTimeout(silence)
          if (error) return resolve(error)
          let ended: Ended = null
          // Listened to here and now: the exit status may be in the same packet as the answer to exec.
          channel.on('exit', (code: number | null, name?: string) => {
            ended = typeof code === 'number' ? { exitCode: code } : { signal: clean(name ?? 'unknown') }
          })
          resolve({ channel, ended: () => ended })
        })
      } catch (thrown) {
        clearTimeout(silence)
        resolve(thrown instanceof Error ? thrown : new Error(String(thrown)))
      }
    })

  const exec = async (command: string, signal: AbortSignal): Promise<ExecOpened> => {
    for (;;) {
      const release = await channels.take()
      if (signal.aborted || !alive) {
        release()
        return signal.aborted ? { opened: 'aborted' } : { opened: 'dead' }
      }
      busy++
      const answer = await open(command)
      if (!(answer instanceof Error)) {
        const { channel } = answer
        channel.on('close', () => {
          busy--
          release()
        })
        if (!signal.aborted) return { opened: 'yes', ...answer }
        // Nothing of the script was sent: the remote shell reads the end of its input and leaves.
        channel.resume()
        channel.stderr.resume()
        channel.close()
        return { opened: 'aborted' }
      }
      busy--
      release()
      if (answer.message === EXEC_REFUSED) {
        await new Promise((resolve) => setImmediate(resolve))
        return alive ? { opened: 'refused', reason: 'it would not start the command' } : { opened: 'lost' }
      }
      // 'No response from server' comes only while no channel is open yet: nothing was asked for.
      if (!alive || /No response from server|Not connected/.test(answer.message)) return { opened: 'dead' }
      if (!/Channel open failure/i.test(answer.message) || busy === 0) return { opened: 'refused', reason: clean(answer.message) }
      // The server allows fewer channels than we do (MaxSessions): wait until one of ours closes.
      channels.lower()
      await Promise.race([channels.freed(), new Promise<void>((resolve) => listeners.add(resolve))])
    }
  }

  return {
    hostKey,
    weakest: () => (through === null || through.isAlive() ? name : through.weakest()),
    isAlive: () => alive,
    exec,
    forward: (address, port, timeoutMs) =>
      new Promise((resolve) => {
        let late = false
        const silence = setTimeout(() => {
          late = true
          resolve(new Error('timed out'))
        }, timeoutMs)
        try {
          client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
            clearTimeout(silence)
            if (late && error === undefined) channel.destroy()
            resolve(error ?? channel)
          })
        } catch (thrown) {
          clearTimeout(silence)
          resolve(thrown instanceof Error ? thrown : new Error(String(thrown)))
        }
      }),
    onEnd: (listener) => {
      if (alive) listeners.add(listener)
      else listener()
    },
    close,
  }
}
