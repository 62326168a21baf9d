import { formatDuration } from '#domain/duration.ts'
import { Problem } from '#domain/problem.ts'
import type { SqlPlace } from '#kinds/sql-port.ts'
import { FORBIDDEN_ADDRESS } from '../addresses.ts'

type Words = Pick<SqlPlace, 'host' | 'port' | 'database' | 'user' | 'tls'>

const at = ({ host, port }: Words): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

export const forbidden = (place: Words): Problem =>
  new Problem('sql-forbidden', `${at(place)} is an address of this machine's network or cloud that holds secrets (link-local).`, 'Nothing was sent: Holdpoint asks none of those. Name the database by another address in the runbook.')

export const noTls = (place: Words): Problem =>
  new Problem('sql-tls', `The server at ${at(place)} does not encrypt.`, 'Nothing was sent. Have TLS switched on there, or, where the way there is safe in itself, write tls: disable.')

export const broken = (place: Words, why: string): Problem =>
  new Problem('sql-broken', `${at(place)} broke off, or does not speak PostgreSQL: ${why}.`, 'Check the address, and what stands between here and the database.')

export const tooMuch = (place: Words): Problem =>
  new Problem('sql-too-much', `The database ${place.database} at ${at(place)} gave far more than a number.`, 'The connection was cut. Let the statement give one number, or a label and a number in each of few rows.')

export const tooMany = (most: number): Problem =>
  new Problem('sql-too-much', `The statement gives more than ${most} rows.`, 'Let it give one number, or a label and a number in each of few rows.')

export const tooSlow = (place: Words, timeoutMs: number): Problem =>
  new Problem('sql-timeout', `The database ${place.database} at ${at(place)} did not answer within ${formatDuration(timeoutMs)}.`, 'The connection was cut. Make the statement cheaper, or give the metric a longer timeout.')

export const plainPassword = (place: Words): Problem =>
  new Problem('sql-auth', `The server at ${at(place)} asks for the password itself, over a connection on which it is not proved who answers.`, 'It was not sent. Use tls: verify-full, or have the login changed to scram-sha-256.')

export const noPassword = (place: Words): Problem =>
  new Problem('sql-auth', `The server at ${at(place)} asks for a password of ${place.user}, and the metric has none.`, 'Add password: secret:env:NAME, or another reference, under the metric in the front matter.')

/** Before the connection stood: nothing has been asked. */
export function linkProblem(thrown: unknown, place: Words): Problem {
  const code = codeOf(thrown)
  const where = at(place)
  if (code === FORBIDDEN_ADDRESS) return forbidden(place)
  if (code === 'ECONNREFUSED') return new Problem('sql-refused', `${where} refused the connection.`, 'Check that the database runs and listens on that port.', thrown)
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN', 'EHOSTDOWN', 'ETIMEDOUT'].includes(code)) {
    return new Problem('sql-unreachable', `There is no way to ${where} from here (${code}).`, 'Check the network and the VPN of this machine.', thrown)
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return new Problem('sql-name', `The name ${place.host} has no address (${code}).`, 'Check the spelling in the runbook, and the network and the VPN of this machine.', thrown)
  if (/^(?:ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code)) {
    return new Problem('sql-tls', `The connection to ${where} is not secure: ${wordsOf(thrown)}.`, 'No password was sent. Name the authority that signed its certificate with ca: /path, or have the certificate mended.', thrown)
  }
  return broken(place, wordsOf(thrown))
}

/** What the database says against it (https://www.postgresql.org/docs/current/errcodes-appendix.html), or how the connection ended. */
export function answerProblem(thrown: unknown, place: Words): Problem {
  if (thrown instanceof Problem) return thrown
  const code = codeOf(thrown)
  const said = wordsOf(thrown)
  const { database, user } = place
  if (!/^[0-9A-Z]{5}$/.test(code)) return linkProblem(thrown, place)
  if (code.startsWith('28')) return new Problem('sql-auth', `The database ${database} at ${at(place)} does not let ${user} in: ${said}.`, 'Check the user and the password, and what pg_hba.conf says of this machine.', thrown)
  if (code === '3D000') return new Problem('sql-database', `There is no such database at ${at(place)}: ${said}.`, 'Mend database: in the front matter.', thrown)
  if (code === '53300' || code === '57P03') return new Problem('sql-busy', `The server at ${at(place)} takes no connection now: ${said}.`, 'It is asked again at the next reading.', thrown)
  if (/^57P0|^08|^25P03/.test(code)) return broken(place, said)
  if (code === '57014') return new Problem('sql-timeout', `The database ${database} stopped the statement: ${said}.`, 'Make the statement cheaper, or give the metric a longer timeout.', thrown)
  if (code === '25006') return new Problem('sql-read-only', `The statement would change something: ${said}.`, 'Nothing was changed: a metric only reads.', thrown)
  if (code === '42501') return new Problem('sql-permission', `${user} may not do that in the database ${database}: ${said}.`, `Grant ${user} what the statement reads (pg_monitor for the statistics of the server).`, thrown)
  return new Problem('sql-statement', `The database ${database} refuses the statement: ${said} (${code}).`, 'Mend the statement in the front matter: one that gives rows, SELECT, VALUES, TABLE or WITH.', thrown)
}

const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '')

/** A server's words are anybody's: made one line here, and cut where secrets are hidden in them. */
function wordsOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.replace(/[\s\p{Cc}]+/gu, ' ').trim().replace(/[.]$/, '') || 'no reason given'
}
