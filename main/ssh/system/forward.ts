import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'
import { clean } from '../failures.ts'
import { isPlainName } from '../plain-name.ts'
import { lastWords } from './last-words.ts'
import { muxArguments } from './arguments.ts'
import { masterHeard } from './blame.ts'
import type { Master } from './master.ts'

const MOST_WORDS = 8 * 1024
/** What a master says of a channel that the host did not open, and of nothing else. */
const REFUSAL = /^.*channel_input_open_failure.*channel \d+: open failed: (.*)$/gm
export const withoutRefusals = (said: string): string => said.replace(/^.*channel_input_open_failure.*$/gm, '')

/** What RFC 4254 (5.1) calls the two that ssh only words. */
const REASONS: [RegExp, number][] = [[/administratively prohibited/i, 1], [/resource shortage/i, 4]]

/**
 * A way through a master to another host, for a connection of ssh2's. It counts as open once that host has said something,
 * as an SSH server does first: ssh itself does not tell.
 */
export function forwardThrough(master: Master, address: string, port: number, timeoutMs: number): Promise<Duplex | Error> {
  if (!isPlainName(address)) return Promise.resolve(new Error(`${JSON.stringify(address.slice(0, 100))} cannot be given to the system's ssh as a name`))
  return new Promise((resolve) => {
    const child = spawn('ssh', [...muxArguments(master.socket), '-W', `[${address}]:${port}`, 'holdpoint'])
    const before = refusals(master.said())
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
      // The client is told that it was refused, the master also why; with several reasons it is not known whose is whose.
      const [why = lastWords(said) || 'the connection was closed', ...others] = [...new Set(refusals(master.said()).slice(before.length))]
      const reason = REASONS.find(([pattern]) => pattern.test(why))?.[1]
      giveUp(Object.assign(new Error(others.length > 0 ? lastWords(said) : why), reason === undefined ? {} : { reason }))
    })
    child.stdin.on('error', () => undefined)
    child.stdout.once('readable', () => {
      if (child.stdout.readableLength === 0) return
      clearTimeout(silence)
      resolve(streamOf(child, master))
    })
  })
}

function streamOf(child: ChildProcessWithoutNullStreams, master: Master): Duplex {
  const way = new Duplex({
    read: () => void child.stdout.resume(),
    write: (bytes: Buffer, _, done) => void child.stdin.write(bytes, done),
    final: (done) => void child.stdin.end(done),
    destroy: (failure, done) => {
      child.kill()
      done(failure)
    },
  })
  child.stdout.on('data', (bytes: Buffer) => { if (!way.push(bytes)) child.stdout.pause() })
  child.on('close', () => void masterHeard(master).then(() => way.push(null)))
  return way
}

const refusals = (said: string): string[] => [...said.matchAll(REFUSAL)].map(([, why = '']) => clean(why))
