import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Host } from '#domain/inventory.ts'
import type { HostResult } from '#domain/step.ts'
import { createSshPool, type SshPool, type SshPoolOptions } from '#ssh/pool.ts'
import type { Sshd } from './sshd.ts'

/** A pool with a home folder of its own, and a record of what was asked. */
export interface TestPool {
  pool: SshPool
  home: string
  ownKnownHostsFile: string
  questions: { keys: { host: string; address: string; fingerprint: string }[]; passphrases: { file: string; attempt: number }[]; logins: { host: string; account: string; words: string | null; attempt: number }[] }
  stop(): Promise<void>
}

export interface TestPoolOptions extends Partial<Omit<SshPoolOptions, 'prompts' | 'home' | 'ownKnownHostsFile'>> {
  /** ~/.ssh/config. */
  config?: string
  /** ~/.ssh/known_hosts. */
  knownHosts?: string
  acceptKeys?: boolean
  passphrases?: (string | null)[]
  /** What is typed when a server asks. */
  logins?: (string | null)[]
  /** In place of that. */
  login?: () => Promise<string | null>
}

export function startPool(options: TestPoolOptions = {}): TestPool {
  const { config = '', knownHosts = '', acceptKeys = false, passphrases = [], logins = [], login, ...rest } = options
  const home = mkdtempSync(join(tmpdir(), 'holdpoint-home-'))
  mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  writeFileSync(join(home, '.ssh', 'config'), config, { mode: 0o600 })
  writeFileSync(join(home, '.ssh', 'known_hosts'), knownHosts, { mode: 0o600 })
  const ownKnownHostsFile = join(home, 'app', 'known_hosts')
  const questions: TestPool['questions'] = { keys: [], passphrases: [], logins: [] }
  const answers = [...passphrases]
  const typed = [...logins]
  const pool = createSshPool({
    prompts: {
      hostKey: async ({ host, address, fingerprint }) => {
        questions.keys.push({ host, address, fingerprint })
        return acceptKeys
      },
      passphrase: async ({ file, attempt }) => {
        questions.passphrases.push({ file, attempt })
        return answers.shift() ?? null
      },
      login: async (question) => {
        questions.logins.push(question)
        return login === undefined ? (typed.shift() ?? null) : login()
      },
    },
    home,
    ownKnownHostsFile,
    agentSocket: null,
    configFile: join(home, '.ssh', 'config'),
    ...rest,
  })
  return {
    pool,
    home,
    ownKnownHostsFile,
    questions,
    stop: async () => {
      await pool.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A config block that reaches a test server under a name. */
export function configFor(sshd: Sshd, name: string, more: string[] = []): string {
  return [`Host ${name}`, `  HostName ${sshd.host}`, `  Port ${sshd.port}`, `  User ${sshd.user}`, `  IdentityFile ${sshd.keyFile}`, ...more.map((line) => `  ${line}`), ''].join('\n')
}

export const hostNamed = (name: string, more: Partial<Host> = {}): Host => ({ name, address: null, user: null, port: null, jump: null, ...more })

export interface RunOutcome {
  result: HostResult
  stdout: Buffer
  stderr: Buffer
}

export interface RunOptions {
  timeoutMs?: number
  signal?: AbortSignal
  secrets?: Record<string, string>
  onStdout?: (soFar: string) => void
}

/** Runs a script and collects its output. */
export async function runOn(pool: SshPool, host: Host | string, script: string, options: RunOptions = {}): Promise<RunOutcome> {
  const out: Uint8Array[] = []
  const err: Uint8Array[] = []
  const result = await pool.run({
    host: typeof host === 'string' ? hostNamed(host) : host,
    script,
    ...(options.secrets !== undefined && { secrets: options.secrets }),
    timeoutMs: options.timeoutMs ?? null,
    signal: options.signal ?? new AbortController().signal,
    onOutput: (stream, bytes) => {
      if (stream === 'stderr') err.push(bytes)
      else out.push(bytes)
      if (stream === 'stdout') options.onStdout?.(Buffer.concat(out).toString('utf8'))
    },
  })
  return { result, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }
}
