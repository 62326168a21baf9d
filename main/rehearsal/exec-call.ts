import { HELPER_SHA } from '#ssh/durable/helper.ts'

interface ToHelper {
  nonce: string
  job: string
}

/** What the SSH layer can ask of a host (ssh/script-command.ts and ssh/durable/helper.ts say what each means). */
export type ExecCall =
  /** A script that comes on standard input, up to a line that is `mark`. */
  | { verb: 'script'; mark: string }
  /** A helper that stays: its calls come on standard input, a line each. */
  | { verb: 'stay' }
  | (ToHelper & { verb: 'go'; stdout: number; stderr: number; run: string; token: number; bootId: string; sum: number; length: number })
  | (ToHelper & { verb: 'follow'; stdout: number; stderr: number })
  | (ToHelper & { verb: 'stop' | 'ack' })
  | { verb: 'fence'; nonce: string; run: string; token: number }

export type HelperCall = Exclude<ExecCall, { verb: 'script' | 'stay' }>

const SCRIPT = /^exec \/bin\/sh -c '[^']*\bsed \/\^(holdpoint-[0-9a-f]{24})\$\/q[^']*' sh$/
/** With the helper's place told by a probe, or left to the host's shell. */
const HELPER = /^exec \/bin\/sh (?:[\w./-]+\/helper-([0-9a-f]{16}) ([\w./ -]+)|-c 'exec \/bin\/sh "[^"']+\/helper-([0-9a-f]{16})" ([\w./ -]+)')$/

/** Reads a command line of the SSH layer back; null for anything else, which no stand-in answers. */
export function readExecCall(command: string): ExecCall | null {
  const mark = SCRIPT.exec(command)?.[1]
  if (mark !== undefined) return { verb: 'script', mark }
  const [, helper, words, otherHelper, otherWords] = HELPER.exec(command) ?? []
  if ((helper ?? otherHelper) !== HELPER_SHA) return null
  const line = words ?? otherWords ?? ''
  return line === 'stay' ? { verb: 'stay' } : readHelperCall(line)
}

/** Null for what is no call of the helper. */
export function readHelperCall(line: string): HelperCall | null {
  return helperCallOf(line.split(' '))
}

function helperCallOf([verb = '', nonce = '', , job = '', ...more]: string[]): HelperCall | null {
  const [first = NaN, second = NaN] = more.map(count)
  switch (verb) {
    case 'go': {
      const [, , run = '', token, bootId = '', sum, length] = more
      const numbers = { stdout: first, stderr: second, token: count(token), sum: count(sum), length: count(length) }
      return Object.values(numbers).every(Number.isFinite) ? { verb, nonce, job, run, bootId, ...numbers } : null
    }
    case 'follow': return Number.isFinite(first + second) ? { verb, nonce, job, stdout: first, stderr: second } : null
    case 'stop':
    case 'ack': return { verb, nonce, job }
    case 'fence': return Number.isFinite(first) ? { verb, nonce, run: job, token: first } : null
    default: return null
  }
}

const count = (word: string | undefined): number => (word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : NaN)
