import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './fake-world.ts'
import { isMissing } from './needs.ts'
import { freePort, giveTo, idsOf, loginUser } from './sshd.ts'

const DEBIAN = '/usr/lib/postgresql'
/** The newest of Debian's, which keeps each major version in a folder of its own. */
const BIN = (existsSync(DEBIAN) ? readdirSync(DEBIAN) : []).toSorted((one, other) => Number(other) - Number(one)).map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))

/** True where no PostgreSQL server is installed: tests that need one are skipped, loudly. */
export const postgresMissing = isMissing("PostgreSQL's server", BIN !== undefined, 'apt install postgresql')

export interface Postgres {
  /** On 127.0.0.1, with TLS whose certificate names that address; `ca` is what it is verified with. */
  port: number
  ca: string
  /** Runs SQL as the superuser and returns what it gives, a line a row. */
  sql(text: string, database?: string): string
  /** What the server has logged so far. */
  log(): string
  /** Ends the server at once, as a crash would, and starts it again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL of our own, never as root, in a new folder. Roles come in by scram-sha-256, one called
 * `plain` by the password itself, and one called `trusted` by nothing.
 */
export async function startPostgres(): Promise<Postgres> {
  if (BIN === undefined) throw new Error('PostgreSQL is not installed')
  const user = loginUser()
  const as = { ...idsOf(user), cwd: '/' }
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-postgres-'))
  giveTo(user, folder)
  const data = join(folder, 'data')
  execFileSync(join(BIN, 'initdb'), ['-D', data, '-U', 'super', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...as, stdio: 'pipe' })
  const ca = join(folder, 'ca.pem')
  copyFileSync(join(import.meta.dirname, '..', 'ports', 'self-signed.pem'), ca)
  copyFileSync(ca, join(data, 'server.pem'))
  writeFileSync(join(data, 'pg_hba.conf'), ['local all super trust', 'host all trusted 127.0.0.1/32 trust', 'host all plain 127.0.0.1/32 password', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n'))
  const port = await freePort()
  appendFileSync(join(data, 'postgresql.conf'), [
    `port = ${port}`, "listen_addresses = '127.0.0.1'", `unix_socket_directories = '${folder}'`, 'ssl = on', "ssl_cert_file = 'server.pem'", "ssl_key_file = 'server.pem'",
    "shared_preload_libraries = 'pg_stat_statements'", 'max_connections = 20', 'shared_buffers = 16MB', 'fsync = off', "log_line_prefix = '%u@%d '", 'log_statement = all', 'log_connections = on', '',
  ].join('\n'))
  for (const name of ['server.pem', 'pg_hba.conf', 'postgresql.conf']) giveTo(user, join(data, name))
  execFileSync('chmod', ['600', join(data, 'server.pem')])
  let said = ''
  const begin = async (): Promise<ChildProcess> => {
    const from = said.length
    const child = spawn(join(BIN, 'postgres'), ['-D', data], { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text })
    await until(() => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended at its start: ${said}`)
      return said.includes('ready to accept connections', from)
    }, 'PostgreSQL')
    return child
  }
  let running = await begin()
  const end = async (signal: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    await gone
  }
  // At once, so that none of its processes stays behind.
  const killLeftOver = (): void => void running.kill('SIGQUIT')
  process.once('exit', killLeftOver)
  return {
    port, ca,
    log: () => said,
    sql: (text, database = 'postgres') => execFileSync(join(BIN, 'psql'), ['-X', '-h', folder, '-p', String(port), '-U', 'super', '-d', database, '-v', 'ON_ERROR_STOP=1', '-At'], { input: text, encoding: 'utf8' }).trim(),
    restart: async () => {
      await end('SIGQUIT')
      running = await begin()
    },
    stop: async () => {
      await end('SIGINT')
      process.off('exit', killLeftOver)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
