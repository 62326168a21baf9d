import { z } from 'zod'
import { formatDuration } from '#domain/duration.ts'
import type { MetricSource } from '#domain/inventory.ts'
import { Problem } from '#domain/problem.ts'
import { nameOf, parseReference, REFERENCE_HINT, type SecretReference } from '#domain/secrets/reference.ts'
import { hideText } from '../hide-text.ts'
import type { OpenSource, SourceKind } from '../kind.ts'
import type { Ports } from '../ports.ts'
import { ReplyTime } from '../request.ts'
import { SQL_TLS, type SqlSession } from '../sql-port.ts'
import { patiently, PERSON_MS } from '../patience.ts'
import { shown } from './reading.ts'
import { settingsOf } from './settings.ts'
import { MOST_ROWS, numberIn } from './sql-rows.ts'
import { Take } from './take.ts'

const SecretSetting = z.unknown().transform((text, context): SecretReference => {
  const secret = typeof text === 'string' ? parseReference(text) : null
  if (secret !== null) return secret
  context.addIssue({ code: 'custom', message: `Only a reference may stand here. ${REFERENCE_HINT}` })
  return z.NEVER
})

const word = (what: string) => z.string({ error: `Give ${what}.` }).regex(/^[^\p{Cc}]{1,200}$/u, `Give ${what}.`)

const Settings = z.strictObject({
  host: z.string({ error: 'Give the name or the address of the server.' }).regex(/^(?:[A-Za-z0-9._-]{1,253}|(?=.*:.*:)[0-9A-Fa-f:.]{2,45})$/, 'Give the name or the address of the server, without a port.'),
  port: z.number({ error: 'Give a number.' }).int().min(1).max(65_535).default(5432),
  database: word('the name of the database'),
  user: word('the role that asks; one that may only read is best'),
  password: SecretSetting.optional(),
  tls: z.enum(SQL_TLS, { error: `Choose ${SQL_TLS.slice(0, -1).join(', ')} or ${SQL_TLS.at(-1)}.` }).default('verify-full'),
  ca: z.string().regex(/^(?:\/|~\/|[A-Za-z]:[\\/])[^\p{Cc}]{1,1000}$/u, 'Give the path of a file, from / or ~/.').optional(),
  query: z.string({ error: 'Give a statement.' }).trim().min(1, 'Give a statement.').max(4000),
  take: Take,
  timeout: ReplyTime.default(5000),
}).refine(({ ca, tls }) => ca === undefined || tls.startsWith('verify'), { path: ['ca'], message: 'It proves nothing unless tls: is verify-full or verify-ca.' })

/**
 * A number from PostgreSQL, in the template's units: percent as 0-100, times in ms. Each reading is a transaction that can
 * change nothing; the connection is kept between them. Of several rows, label and number, `take` says which counts.
 */
export const sql: SourceKind = {
  kind: 'sql',
  label: 'Number from PostgreSQL',
  settings: Settings,
  describe(source) {
    const { host, port, database, user, query, take, password } = settingsOf(Settings, source)
    const letIn = password === undefined ? '' : `, let in by secret ${nameOf(password)}`
    return `${take === 'highest' ? '' : `the ${take} of `}\`${query}\` in ${database} at ${host}:${port} as ${user}, every ${formatDuration(source.everyMs)}${letIn}`
  },
  open(source, ports) {
    const { query, take, timeout, password, ca = null, ...place } = settingsOf(Settings, source)
    const question = { statement: query, timeoutMs: timeout, maxRows: MOST_ROWS }
    const passwordNow = password === undefined ? null : patiently(password, timeout, ports.clock, (signal) => needPassword(source, password, ports, signal))
    const connect = async (signal: AbortSignal): Promise<SqlSession> => {
      const had = passwordNow === null ? { value: null } : await passwordNow(signal)
      if ('problem' in had) throw had.problem
      return ports.sql.connect({ ...place, ca }, { password: had.value, timeoutMs: timeout, signal })
    }
    return keepAsking(ports, connect, async (session, signal) => numberIn(await session.ask({ ...question, signal }), take))
  },
}

/** Reads over one connection, made when there is none; what keeps a number from being had is the reading's fault, and no data. */
function keepAsking({ clock, secrets }: Ports, connect: (signal: AbortSignal) => Promise<SqlSession>, ask: (session: SqlSession, signal: AbortSignal) => Promise<number>): OpenSource {
  let session: SqlSession | null = null
  let fault: Problem | null = null
  let notBefore = 0

  const read = async (signal: AbortSignal): Promise<number> => {
    if (session?.isOpen() === true) {
      try {
        return await ask(session, signal)
      } catch (thrown) {
        // One that was kept may have died unnoticed, in a firewall or with the server: that says nothing of the database.
        if (!(thrown instanceof Problem) || thrown.code !== 'sql-broken') throw thrown
        session.close()
      }
    }
    session = await connect(signal)
    return ask(session, signal)
  }

  return {
    async read(_since, signal) {
      if (clock.now() < notBefore) return [{ at: clock.now(), value: null }]
      try {
        const value = await read(signal)
        fault = null
        return signal.aborted ? [] : [{ at: clock.now(), value }]
      } catch (thrown) {
        if (signal.aborted) return []
        if (!(thrown instanceof Problem)) throw thrown
        fault = new Problem(thrown.code, shown(hideText(secrets.mask(), thrown.message)), thrown.hint)
        // Asked again at each interval, a server would count failed logins.
        if (thrown.code === 'sql-auth') notBefore = clock.now() + PERSON_MS
        return [{ at: clock.now(), value: null }]
      }
    },
    fault: () => fault,
    close() {
      session?.close()
      session = null
    },
  }
}

async function needPassword({ metric }: MetricSource, secret: SecretReference, { secrets }: Pick<Ports, 'secrets'>, signal: AbortSignal): Promise<string> {
  const [value = ''] = await secrets.need([secret], `the metric "${metric}"`, signal)
  return value
}

/** The database's password that a metric names; null where it names none. */
export const passwordOf = ({ kind, settings }: MetricSource): SecretReference | null => (kind === 'sql' ? (SecretSetting.safeParse(settings['password']).data ?? null) : null)
