import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { isPlainName } from '../plain-name.ts'
import { lastWords } from './last-words.ts'
import { muxArguments } from './arguments.ts'

const MOST_WORDS = 8 * 1024
/** What RFC 4254 (5.1) calls the two that ssh only words. */
const REASONS: [RegExp, number][] = [[/administratively prohibited/i, 1], [/resource shortage/i, 4]]

/**
 * A way through a master to another host, for a connection of ssh2's. It counts as open once that host has said something,
 * as an SSH server does first: ssh itself does not tell.
 */
export function forwardThrough(socket: string, address: string, port: number, timeoutMs: number): Promise<Duplex | Error> {
  if (!isPlainName(address)) return Promise.resolve(new Error(`${JSON.stringify(address.slice(0, 100))} cannot be given to the system's ssh as a name`))
  return new Promise((resolve) => {
    const child = spawn('ssh', [...muxArguments(socket), '-W', `[${address}]:${port}`, 'holdpoint'])
    let said = ''
    const giveUp = (problem: Error): void => {
      clearTimeout(silence)
      child.kill()
      resolve(problem)
    }
    const silence = setTimeout(() => giveUp(new Error('timed out')), timeoutMs)
    child.stderr.on('data', (bytes: Buffer) => { said = (said + bytes.toString('utf8')).slice(-MOST_WORDS) })
    child.on('error', (failure) => giveUp(failure))
    child.on('close', () => {
      const reason = REASONS.find(([pattern]) => pattern.test(said))?.[1]
      giveUp(Object.assign(new Error(lastWords(said) || 'the connection was closed'), reason === undefined ? {} : { reason }))
    })
    child.stdin.on('error', () => undefined)
    child.stdout.once('readable', () => {
      if (child.stdout.readableLength === 0) return
      clearTimeout(silence)
      const way = Duplex.from({ readable: child.stdout, writable: child.stdin })
      way.once('close', () => child.kill())
      resolve(way)
    })
  })
}
