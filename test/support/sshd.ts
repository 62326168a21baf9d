import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { isMissing } from './needs.ts'

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path))

/** True where no OpenSSH server is installed: tests that need one are skipped, loudly. */
export const sshdMissing = isMissing("OpenSSH's server (sshd)", SSHD !== undefined, 'apt install openssh-server')

const TEST_ACCOUNT = 'holdpoint-test'

export interface SshdOptions {
  /** Further lines for sshd_config, e.g. `MaxStartups 3:30:10`. */
  config?: string[]
  hostKeyTypes?: ('ed25519' | 'rsa' | 'ecdsa')[]
  /** The user key's passphrase. */
  passphrase?: string
  /** Answers at every address of this machine, and lets in who comes from 127.0.0.0/8. */
  everyLoopback?: boolean
  /** Trusts the user key of another server's set, so that one key opens several. */
  keyFile?: string
  /** Further variables of the server itself. */
  environment?: Record<string, string>
}

export interface Sshd {
  host: string
  port: number
  user: string
  /** The user's private key, accepted by this server. */
  keyFile: string
  /** SHA256:… of the first host key. */
  hostKeyFingerprint: string
  /** The first host key as a known_hosts line for `[host]:port`, with its newline. */
  knownHostsLine: string
  /** `type base64` of each host key. */
  hostKeys: string[]
  pid: number
  /** The server's own folder, gone after stop. */
  home: string
  /** Where durable jobs are kept on this server, whoever logs in. */
  state: string
  /** What sshd has logged so far. */
  log(): string
  /** Kills the processes of all sessions, as when a host's network goes away at once. */
  killSessions(): void
  /** Kills listener and sessions at once, and listens again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a real OpenSSH server on 127.0.0.1 on a free port; each call has its own folder, host keys and user key. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (SSHD === undefined) throw new Error('sshd is not installed')
  const home = mkdtempSync(join(tmpdir(), 'holdpoint-sshd-'))
  const user = loginUser()
  chmodSync(home, 0o755)
  const state = join(home, 'state')
  mkdirSync(state)
  chmodSync(state, 0o777)
  const types = options.hostKeyTypes ?? ['ed25519']
  for (const type of types) keygen(type, join(home, `host_${type}`), '')
  const keyFile = options.keyFile ?? join(home, 'user_key')
  if (options.keyFile === undefined) keygen('ed25519', keyFile, options.passphrase ?? '')
  writeFileSync(join(home, 'authorized_keys'), readFileSync(`${keyFile}.pub`))
  const port = await freePort()
  writeFileSync(join(home, 'sshd_config'), configText(home, port, types, [...(options.config ?? []), ...(options.everyLoopback === true ? [`AllowUsers ${user}@127.0.0.0/8`] : [])], options.everyLoopback === true ? '0.0.0.0' : '127.0.0.1'))
  if (isRoot()) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const begin = async (): Promise<{ child: ChildProcess; pid: number }> => {
    const child = spawn(SSHD, ['-D', '-f', join(home, 'sshd_config'), '-E', join(home, 'log')], { stdio: 'ignore', env: { ...process.env, ...options.environment } })
    if (child.pid === undefined) throw new Error('sshd did not start')
    await listening(port, child, () => readFileSync(join(home, 'log'), 'utf8'))
    return { child, pid: child.pid }
  }
  let running = await begin()
  const killLeftOver = (): void => void running.child.kill()
  process.once('exit', killLeftOver)
  const hostKeys = types.map((type) => readFileSync(join(home, `host_${type}.pub`), 'utf8').split(' ').slice(0, 2).join(' '))
  return {
    host: '127.0.0.1',
    port,
    user,
    keyFile,
    hostKeyFingerprint: execFileSync('ssh-keygen', ['-lf', join(home, `host_${types[0]}.pub`)], { encoding: 'utf8' }).split(' ')[1] ?? '',
    knownHostsLine: `[127.0.0.1]:${port} ${hostKeys[0]}\n`,
    hostKeys,
    pid: running.pid,
    home,
    state,
    log: () => readFileSync(join(home, 'log'), 'utf8'),
    killSessions: () => killTree(running.pid),
    restart: async () => {
      killTree(running.pid)
      const gone = new Promise((resolve) => running.child.once('exit', resolve))
      running.child.kill('SIGKILL')
      await gone
      running = await begin()
    },
    stop: async () => {
      killTree(running.pid)
      killJobs(state)
      await stopChild(running.child)
      process.removeListener('exit', killLeftOver)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A key pair made by the real ssh-keygen. */
export function keygen(type: 'ed25519' | 'rsa' | 'ecdsa', file: string, passphrase: string): void {
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', 'holdpoint test', '-f', file])
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

function configText(home: string, port: number, types: string[], more: string[], listen: string): string {
  // The first value counts in sshd_config: what the test asks for comes first.
  return [
    ...more,
    `ListenAddress ${listen}`,
    `Port ${port}`,
    ...types.map((type) => `HostKey ${join(home, `host_${type}`)}`),
    `SetEnv XDG_STATE_HOME=${join(home, 'state')}`,
    `PidFile ${join(home, 'pid')}`,
    `AuthorizedKeysFile ${join(home, 'authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    'MaxStartups 100:30:200',
    '',
  ].join('\n')
}

const isRoot = (): boolean => process.getuid?.() === 0

/** The account servers of tests run as or let in. Root's own shell may read start-up files on each command; a system account with /bin/sh does not. */
export function loginUser(): string {
  if (!isRoot()) return userInfo().username
  const known = (): boolean => readFileSync('/etc/passwd', 'utf8').includes(`\n${TEST_ACCOUNT}:`)
  if (!known()) {
    try {
      execFileSync('useradd', ['--system', '--shell', '/bin/sh', '-m', TEST_ACCOUNT], { stdio: 'ignore' })
      // Without a password at all the account counts as locked for a server without PAM.
      execFileSync('usermod', ['-p', '*', TEST_ACCOUNT], { stdio: 'ignore' })
    } catch (error) {
      // Another test file may have made it in this moment.
      if (!known()) throw error
    }
  }
  return TEST_ACCOUNT
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`)
    if (await accepts(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether something listens there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const answer = (yes: boolean): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.on('connect', () => answer(true))
    socket.on('error', () => answer(false))
  })
}

/** The processes below a server: sessions, their shells and what those started and still own. */
export function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = table.trim().split('\n').map((row) => row.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] => rows.filter((row) => row[1] === parent).flatMap((row) => [row[0] ?? 0, ...below(row[0] ?? 0)])
  return below(pid)
}

function killTree(pid: number): void {
  for (const child of childrenOf(pid)) {
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // Ended by itself meanwhile.
    }
  }
}

/** Durable jobs are nobody's children: whatever a test left running is ended by its records. */
function killJobs(state: string): void {
  const jobs = join(state, 'holdpoint', 'jobs')
  for (const job of existsSync(jobs) ? readdirSync(jobs) : []) {
    for (const record of ['sup', 'cmd']) {
      try {
        process.kill((record === 'cmd' ? -1 : 1) * Number(readFileSync(join(jobs, job, record), 'utf8').split(' ')[0]), 'SIGKILL')
      } catch {
        // Never begun, or ended by itself.
      }
    }
  }
}

function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** Gives a file to the account that logs in, e.g. a script it is to read. */
export function giveTo(user: string, file: string): void {
  const ids = idsOf(user)
  if (ids !== null) chownSync(file, ids.uid, ids.gid)
}

/** For starting a program as this account; null where only root could and this is not root. */
export function idsOf(user: string): { uid: number; gid: number } | null {
  const row = isRoot() ? readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith(`${user}:`))?.split(':') : undefined
  return row ? { uid: Number(row[2]), gid: Number(row[3]) } : null
}
