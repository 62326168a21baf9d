import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { PassThrough, type Duplex } from 'node:stream'
import type { Channel, Ended, Loss, Wire, WireAnswer } from '../channel.ts'
import { clean } from '../failures.ts'
import { muxArguments } from './arguments.ts'
import { masterHeard } from './blame.ts'
import { readMarks } from './end-mark.ts'
import { forwardThrough, withoutRefusals } from './forward.ts'
import { lastWords } from './last-words.ts'
import type { Master } from './master.ts'

/** A connection of the system's ssh; `socket` is what further hops of ssh go through, `forward` those of ssh2. */
export interface SystemWire extends Wire {
  socket: string
  forward(address: string, port: number, timeoutMs: number): Promise<Duplex | Error>
}

const ANSWER_WITHIN_MS = 30_000
const MOST_NOISE = 64 * 1024
/** The same for every command, which comes as the first line of standard input: in no process list, here or there. */
const REMOTE = "exec /bin/sh -c 'IFS= read -r c && eval \"$c\"'"

/**
 * Each command is an `ssh` that goes through the master. Its exit code proves nothing (255 is also its own failure), so the
 * far shell says on its error output, marked with a nonce, that it has begun and how the command ended.
 */
export function createSystemWire(master: Master): SystemWire {
  let alive = true
  master.onEnd(() => { alive = false })
  const through = (): ChildProcessWithoutNullStreams => spawn('ssh', [...muxArguments(master.socket), '-T', '--', 'holdpoint', REMOTE])

  const open = (command: string): Promise<WireAnswer> =>
    new Promise((resolve) => {
      const mark = `holdpoint-${randomBytes(12).toString('hex')}`
      const child = through()
      const errors = new PassThrough()
      let ended: Ended = null
      let pid: string | null = null
      let noise = ''
      const silence = setTimeout(() => child.kill(), ANSWER_WITHIN_MS)
      const onWords = ([word, number = '']: string[]): void => {
        if (word === 'began' && pid === null && /^\d{1,10}$/.test(number)) {
          pid = number
          clearTimeout(silence)
          const send = async (name: 'TERM' | 'KILL'): Promise<void> => {
            if (await signal(number, name)) ended ??= { signal: name }
          }
          resolve({ opened: 'yes', channel: channelOf(child, errors, master.passed, send, () => (ended === null ? masterHeard(master) : Promise.resolve())), ended: () => ended })
        } else if (word === 'ended' && /^\d{1,3}$/.test(number) && Number(number) < 256) {
          ended = { exitCode: Number(number) }
        }
      }
      const marks = readMarks(mark, onWords, (bytes) => {
        if (pid === null && noise.length < MOST_NOISE) noise += bytes.toString('latin1')
        if (!errors.write(bytes)) {
          child.stderr.pause()
          errors.once('drain', () => child.stderr.resume())
        }
      })
      child.stderr.on('data', (bytes: Buffer) => {
        master.passed(bytes.length)
        marks.feed(bytes)
      })
      child.stderr.on('end', () => {
        marks.end()
        errors.end()
      })
      child.on('error', () => resolve({ opened: 'unsent', reason: 'ssh could not be started' }))
      child.on('close', () => {
        clearTimeout(silence)
        // Nothing but the line that reads the command has run: what it needs on its input was never sent.
        resolve(unopened(noise, alive))
      })
      child.stdin.on('error', () => undefined)
      child.stdin.write(`trap : TERM; printf '\\n%s began %s\\n' ${mark} $$ >&2; ( ${command} ); printf '\\n%s ended %s\\n' ${mark} $? >&2\n`)
    })

  /** As sshd would: to the process group of the command. True for a KILL that has left nobody of it: the proof of its end. */
  const signal = (pid: string, name: 'TERM' | 'KILL'): Promise<boolean> => new Promise((resolve) => {
    const child = through()
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => { if (said.length < MOST_NOISE) said += bytes.toString('latin1') })
    child.stderr.resume()
    child.on('error', () => resolve(false))
    child.stdin.on('error', () => undefined)
    child.on('close', () => resolve(/^gone$/m.test(said)))
    const wait = name === 'KILL' ? `i=0; while kill -s 0 -- -${pid} 2>/dev/null && [ $i -lt 5 ]; do sleep 1; i=$((i+1)); done; kill -s 0 -- -${pid} 2>/dev/null || echo gone` : ':'
    child.stdin.end(`kill -s ${name} -- -${pid}; ${wait}\n`)
  })

  return { hostKey: master.hostKey, socket: master.socket, open, forward: (address, port, timeoutMs) => forwardThrough(master, address, port, timeoutMs), loss: () => lossOf(master), onEnd: master.onEnd, close: master.close }
}

function lossOf(master: Master): Loss {
  const flood = master.flood()
  return flood === null ? { isFlood: false, why: lastWords(withoutRefusals(master.said())) } : { isFlood: true, why: `it sent ${flood}` }
}

function channelOf(child: ChildProcessWithoutNullStreams, errors: PassThrough, passed: (bytes: number) => void, send: (name: 'TERM' | 'KILL') => Promise<void>, heard: () => Promise<void>): Channel {
  let sent = Promise.resolve()
  let isLeft = false
  const closed = new Promise<void>((resolve) => child.once('close', () => void sent.then(() => (isLeft ? undefined : heard())).then(resolve)))
  const close = (): void => {
    isLeft = true
    child.kill()
  }
  const on: Channel['on'] = (event: 'data' | 'close' | 'error', listener: (argument: Buffer & Error) => void) => {
    if (event === 'data') child.stdout.on('data', (bytes: Buffer & Error) => {
      passed(bytes.length)
      listener(bytes)
    })
    else if (event === 'close') void closed.then(listener as () => void)
    else child.stdin.on('error', listener)
  }
  return { on, stderr: errors, write: (bytes) => child.stdin.write(bytes), resume: () => child.stdout.resume(), signal: (name) => { sent = send(name) }, close }
}

function unopened(noise: string, alive: boolean): WireAnswer {
  const reason = clean(noise)
  if (/session open refused|open failed|administratively prohibited/i.test(noise)) return { opened: 'no-room', reason: reason || 'no session' }
  if (!alive || /control socket|mux_client|connection closed/i.test(noise)) return { opened: 'unsent', reason }
  return { opened: 'refused', reason: reason || 'it starts no POSIX shell' }
}
