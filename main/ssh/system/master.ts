import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toProblem, type Problem } from '#domain/problem.ts'
import type { Hop } from '../resolve.ts'
import { openAskPass } from './askpass.ts'
import { bytesMoved, limitKept, type Moved } from './traffic.ts'
import { masterArguments, muxArguments, READY, type MasterOptions, type MasterPlace } from './arguments.ts'

/** A connection kept by a process of the system's ssh, which others go through by its socket. */
export interface Master {
  socket: string
  /** Fingerprint of the key the host showed. */
  hostKey: string
  /** The last of what it has said on its error output. */
  said(): string
  /** What it was ended for from here, or null: the host sent without end what nobody asked for. */
  flood(): string | null
  /** Is told of output that came through it, in bytes. */
  passed(bytes: number): void
  onEnd(listener: () => void): void
  close(): void
}

export type MasterStart =
  | { started: 'yes'; master: Master }
  /** `shown` is the key the host showed, null when it came to none. */
  | { started: 'no'; said: string; shown: Buffer | null }
  /** A question ended it. */
  | { started: 'stopped'; problem: Problem }
  | { started: 'missing' }

/** Answers what ssh asks; null for no answer, which ssh may take for an empty one. What it throws ends the login first. */
export type AnswerSsh = (question: string, signal: AbortSignal) => Promise<string | null>

const MOST_WORDS = 64 * 1024

/** Connecting, verifying and logging in together, questions not counted; a touch of a security key is. */
const withinMs = ({ connectTimeoutMs }: Hop): number => 3 * (connectTimeoutMs ?? 20_000)

/** Starts a master and waits until it has logged in or given up. What has not started leaves nothing behind. */
export async function startMaster(hop: Hop, options: Omit<MasterOptions, 'place' | 'mayAsk'>, ask: AnswerSsh, signal: AbortSignal): Promise<MasterStart> {
  // Short: with what ssh adds, a socket's name has to fit 104 bytes.
  const folder = mkdtempSync(join(tmpdir().length > 40 ? '/tmp' : tmpdir(), 'holdpoint-'))
  const place: MasterPlace = { socket: join(folder, 's'), keyNote: join(folder, 'note'), keys: join(folder, 'keys') }
  writeFileSync(place.keyNote, `[ "$1" = HOSTNAME ] && printf '%s %s %s\\n' "$2" "$3" "$4" >>'${place.keys}'\nexit 0\n`, { mode: 0o600 })
  const gone = new AbortController()
  let stopped: Problem | null = null
  let isLate = false
  let deadline: NodeJS.Timeout | undefined
  const hurry = (): void => {
    deadline = setTimeout(() => {
      isLate = true
      child.kill()
    }, withinMs(hop))
  }
  const answer = async (question: string): Promise<string | null> => {
    clearTimeout(deadline)
    try {
      return await ask(question, AbortSignal.any([signal, gone.signal]))
    } catch (thrown) {
      // Before ssh hears of it.
      stopped ??= toProblem(thrown)
      child.kill()
      return null
    } finally {
      if (!gone.signal.aborted) hurry()
    }
  }
  const askPass = await openAskPass(folder, answer)
  const child = spawn('ssh', masterArguments(hop, { ...options, place, mayAsk: askPass !== null }), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...askPass?.environment } })
  const loginOver = (): void => {
    clearTimeout(deadline)
    gone.abort()
    askPass?.close()
  }
  const listeners = new Set<() => void>()
  let said = ''
  let greeting = ''
  let flood: string | null = null
  let passed = 0

  return new Promise((resolve) => {
    const giveUp = (): void => void child.kill()
    child.stderr.on('data', (bytes: Buffer) => { said = (said + bytes.toString('utf8')).slice(-MOST_WORDS) })
    child.stdout.on('data', (bytes: Buffer) => {
      if (greeting.length > MOST_WORDS) return
      greeting += bytes.toString('latin1')
      if (!greeting.includes(READY)) return
      signal.removeEventListener('abort', giveUp)
      loginOver()
      const { fingerprint } = shownKey(place)
      const { pid } = child
      const traffic = pid === undefined ? null : limitKept(async () => withPassed(await bytesMoved(pid), passed), () => performance.now(), (what) => {
        flood = what
        child.kill('SIGKILL')
      })
      child.once('close', () => traffic?.end())
      resolve({ started: 'yes', master: { socket: place.socket, hostKey: fingerprint, said: () => said, flood: () => flood, passed: (bytes) => { passed += bytes }, onEnd: (listener) => listeners.add(listener), close: () => end(child, place.socket) } })
    })
    child.on('error', () => {
      loginOver()
      rmSync(folder, { recursive: true, force: true })
      resolve({ started: 'missing' })
    })
    child.on('close', () => {
      const { key } = shownKey(place)
      resolve(stopped === null ? { started: 'no', said: isLate ? 'the login timed out' : said, shown: key } : { started: 'stopped', problem: stopped })
      loginOver()
      rmSync(folder, { recursive: true, force: true })
      for (const listener of listeners) listener()
    })
    hurry()
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}

const withPassed = (moved: Omit<Moved, 'passed'> | null, passed: number): Moved | null => moved && { ...moved, passed }

function shownKey({ keys }: MasterPlace): { fingerprint: string; key: Buffer | null } {
  try {
    const [, fingerprint = '', encoded = ''] = readFileSync(keys, 'latin1').trim().split('\n').at(-1)?.split(' ') ?? []
    return { fingerprint, key: encoded === '' ? null : Buffer.from(encoded, 'base64') }
  } catch {
    // The connection did not come as far as a key.
    return { fingerprint: '', key: null }
  }
}

/** Asks the master to leave; one that does not is ended. */
function end(child: ChildProcess, socket: string): void {
  const impatience = setTimeout(() => child.kill(), 1000)
  child.once('close', () => clearTimeout(impatience))
  if (child.exitCode !== null || child.signalCode !== null) return clearTimeout(impatience)
  execFile('ssh', [...muxArguments(socket), '-O', 'exit', 'holdpoint'], (failure) => { if (failure !== null) child.kill() })
}
