import type { Client } from 'ssh2'
import type { Duplex } from 'node:stream'
import type { Ended, Loss, Wire, WireAnswer } from './channel.ts'
import { clean } from './failures.ts'

/** A connection of ssh2's, with a way through to other hosts. */
export interface Ssh2Wire extends Wire {
  forward(address: string, port: number, timeoutMs: number): Promise<Duplex | Error>
}

const ANSWER_WITHIN_MS = 30_000
/** What ssh2 says when the request went out and was refused, or the connection ended before the answer. */
const EXEC_REFUSED = 'Unable to exec'

export function createSsh2Wire({ client, sock, hostKey, loss }: { client: Client; sock: Duplex; hostKey: string; loss: () => Loss }): Ssh2Wire {
  const close = (): void => {
    client.end()
    // A host that does not hang up in turn is not waited for.
    const impatience = setTimeout(() => sock.destroy(), 1000)
    client.once('close', () => clearTimeout(impatience))
    if (sock.destroyed) clearTimeout(impatience)
  }
  return {
    hostKey,
    loss,
    open: (command) =>
      new Promise((resolve) => {
        const silence = setTimeout(() => {
          close()
          resolve({ opened: 'unanswered' })
        }, ANSWER_WITHIN_MS)
        const refuse = (thrown: unknown): void => {
          clearTimeout(silence)
          resolve(answerTo(thrown instanceof Error ? thrown : new Error(String(thrown))))
        }
        try {
          client.exec(command, (error, channel) => {
            if (error) return refuse(error)
            clearTimeout(silence)
            let ended: Ended = null
            // Listened to here and now: the exit status may be in the same packet as the answer to exec.
            channel.on('exit', (code: number | null, name?: string) => {
              ended = typeof code === 'number' ? { exitCode: code } : { signal: clean(name ?? 'unknown') }
            })
            resolve({ opened: 'yes', channel, ended: () => ended })
          })
        } catch (thrown) {
          refuse(thrown)
        }
      }),
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
      client.on('close', listener)
      client.on('end', listener)
      client.on('error', listener)
    },
    close,
  }
}

function answerTo({ message }: Error): WireAnswer {
  if (message === EXEC_REFUSED) return { opened: 'unanswered' }
  // 'No response from server' comes only while no channel is open yet: nothing was asked for.
  if (/No response from server|Not connected/.test(message)) return { opened: 'unsent', reason: clean(message) }
  return { opened: /Channel open failure/i.test(message) ? 'no-room' : 'refused', reason: clean(message) }
}
