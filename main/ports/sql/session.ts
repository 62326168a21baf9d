import type { ClientConfig, QueryConfig } from 'pg'
import Client from 'pg/lib/client.js'
import type { Problem } from '#domain/problem.ts'
import type { SqlPlace, SqlQuestion, SqlSession } from '#kinds/sql-port.ts'
import { startDeadline } from './deadline.ts'
import type { Fence } from './fence.ts'
import { answerProblem, noPassword, plainPassword, tooMany, tooSlow } from './problems.ts'

/** What a login may take, and what an answer. */
const MOST_BYTES = 1024 * 1024
/** The database stops a statement itself when its time is over, and says so: longer than this its word is not waited for. */
const GRACE_MS = 1000

/** Values stay as the database writes them. */
const AS_WRITTEN = { getTypeParser: () => (value: string) => value } as unknown as NonNullable<ClientConfig['types']>

/** Parts of the driver that its types leave out: look at them when it changes. */
interface Inside { connection: NodeJS.EventEmitter; connectionParameters: object }

/** A session behind the fence, once the server has let the user in. Throws Problem `sql-…`. */
export async function logIn(fenced: Fence, place: SqlPlace, password: string | null, signal: AbortSignal): Promise<SqlSession> {
  const { stream, allow } = fenced
  const client = new Client({
    stream: () => stream, ssl: false, sslnegotiation: 'postgres', host: place.host, port: place.port, database: place.database, user: place.user, application_name: 'Holdpoint', types: AS_WRITTEN,
    password: () => {
      if (password === null) throw noPassword(place)
      return password
    },
  })
  let isOpen = true
  /** Why the connection ended, where that is known here: the driver's own words come later and say less. */
  let reason: Problem | null = null
  const cut = (why: Problem): void => {
    reason ??= why
    stream.destroy(why)
  }
  stream.on('close', () => { isOpen = false })
  const { connection, connectionParameters } = client as unknown as Inside
  // Taken from PGOPTIONS and PGREPLICATION, and no setting of the driver's says "none".
  Object.assign(connectionParameters, { options: undefined, replication: undefined })
  // The driver would send a password in the clear to whoever asks for it.
  if (place.tls === 'require' || place.tls === 'disable') connection.prependListener('authenticationCleartextPassword', () => cut(plainPassword(place)))
  // Its queries hear of it; what happens between two of them shows in isOpen.
  client.on('error', () => undefined)
  const during = async <T>(limit: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const stop = (): void => cut(limit.reason as Problem)
    limit.addEventListener('abort', stop)
    allow(MOST_BYTES)
    try {
      if (limit.aborted) stop()
      return await work()
    } catch (thrown) {
      throw reason ?? answerProblem(thrown, place)
    } finally {
      limit.removeEventListener('abort', stop)
    }
  }
  try {
    await during(signal, () => client.connect().then(() => undefined))
  } catch (thrown) {
    stream.destroy()
    throw thrown
  }
  return {
    isOpen: () => isOpen,
    close: () => void client.end().catch(() => stream.destroy()),
    async ask(question) {
      const deadline = startDeadline(question.timeoutMs + GRACE_MS, question.signal, () => tooSlow(place, question.timeoutMs))
      try {
        const rows = await during(deadline.signal, () => readRows(client, question, () => isOpen))
        if (rows.length > question.maxRows) throw tooMany(question.maxRows)
        return rows
      } finally {
        deadline.end()
      }
    },
  }
}

/**
 * In a transaction that can change nothing and is taken back, through a cursor: that takes one statement, one that gives
 * rows, and no more of them than are fetched. Should this machine fall asleep in it, the server ends the session.
 */
async function readRows(client: Client, { statement, timeoutMs, maxRows }: SqlQuestion, isOpen: () => boolean): Promise<(string | null)[][]> {
  await client.query(`BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs + GRACE_MS}; SET LOCAL cursor_tuple_fraction = 1`)
  try {
    // As a prepared statement, for the server takes only one of those at a time.
    const declare: QueryConfig & { queryMode: 'extended' } = { text: `DECLARE holdpoint NO SCROLL CURSOR FOR ${statement}`, queryMode: 'extended' }
    await client.query(declare)
    const { rows } = await client.query<(string | null)[]>({ text: `FETCH FORWARD ${maxRows + 1} FROM holdpoint`, rowMode: 'array' })
    return rows
  } finally {
    if (isOpen()) await client.query('ROLLBACK')
  }
}
