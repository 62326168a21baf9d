import { spawn } from 'node:child_process'
import { clean } from './failures.ts'

export type SshSaid =
  /** `talk` is what it said of its work on standard error. */
  | { said: 'settings'; text: string; talk: string }
  | { said: 'nothing'; why: string; isMissing: boolean; talk: string }

const ANSWER_WITHIN_MS = 10_000
const MOST_BYTES = 1024 * 1024

/** Runs `ssh` with arguments that make it print and leave. Never rejects; it and what it started are ended when it takes too long. */
export function askSsh(args: string[], signal: AbortSignal, withinMs = ANSWER_WITHIN_MS): Promise<SshSaid> {
  return new Promise((resolve) => {
    // A group of its own, so that a command of Match exec ends with it; and no terminal to ask anything at.
    const hasGroup = process.platform !== 'win32'
    const child = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: hasGroup, windowsHide: true })
    const out: Buffer[] = []
    const talk: Buffer[] = []
    let size = 0
    let why: string | null = null
    const text = (pieces: Buffer[]): string => Buffer.concat(pieces).toString('utf8')

    const end = (reason: string): void => {
      why ??= reason
      try {
        if (hasGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        else child.kill()
      } catch {
        // It has ended by itself meanwhile.
      }
      // What left the group may keep the pipes open.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const onAbort = (): void => end('it was given up')
    const impatience = setTimeout(() => end(`ssh did not answer within ${withinMs / 1000} s`), withinMs)
    const collect = (pieces: Buffer[]) => (bytes: Buffer): void => {
      size += bytes.length
      if (size > MOST_BYTES) end('ssh said more than a megabyte')
      else pieces.push(bytes)
    }
    child.stdout.on('data', collect(out))
    child.stderr.on('data', collect(talk))
    let isMissing = false
    child.on('error', () => {
      isMissing = true
      why ??= 'ssh could not be started'
    })
    child.on('close', (code) => {
      clearTimeout(impatience)
      signal.removeEventListener('abort', onAbort)
      if (why === null && code === 0) return resolve({ said: 'settings', text: text(out), talk: text(talk) })
      resolve({ said: 'nothing', why: why ?? `ssh: ${lastWords(text(talk)) || `exit code ${code}`}`, isMissing, talk: text(talk) })
    })
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

/** The reason stands in front of the line that only counts the errors. */
function lastWords(talk: string): string {
  const lines = talk.split(/\r?\n/).filter((line) => line !== '' && !/^(?:debug\d: |OpenSSH_|Pseudo-terminal )/.test(line))
  return clean(lines.findLast((line) => !/: terminating, /.test(line)) ?? lines.at(-1) ?? '')
}
