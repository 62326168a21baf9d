import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { checkSource } from '#kinds/sources/index.ts'
import { sql } from '#kinds/sources/sql.ts'
import { trySource } from '#kinds/sources/try-source.ts'
import type { OpenSource } from '#kinds/kind.ts'
import type { Ports } from '#kinds/ports.ts'
import { createSecretStore } from '#ports/secrets.ts'
import { createFakeClock, until } from '#support/fake-world.ts'
import { postgresMissing, startPostgres, type Postgres } from '#support/postgres.ts'
import { freePort } from '#support/sshd.ts'
import { realPorts } from '../fixture.ts'

const signal = new AbortController().signal
const PASSWORD = 'canary-of-monitor'
const secrets = (ask: () => Promise<string | null> = () => Promise.resolve(null)): Ports['secrets'] =>
  createSecretStore({ env: { DB_PASSWORD: PASSWORD, WRONG: 'not the password' }, home: '/nonexistent', ask }).forRun()
const source = (settings: MetricSource['settings']): MetricSource => ({ metric: 'sessions', kind: 'sql', settings, everyMs: 5000 })

describe.skipIf(postgresMissing)('a number from a real PostgreSQL', () => {
  let server: Postgres
  const opened: OpenSource[] = []
  beforeAll(async () => {
    server = await startPostgres()
    server.sql(`CREATE ROLE monitor LOGIN PASSWORD '${PASSWORD}'; GRANT pg_monitor TO monitor; CREATE ROLE plain LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE trusted LOGIN; CREATE DATABASE shop`)
    server.sql(`
      CREATE EXTENSION pg_stat_statements;
      CREATE TABLE visits (page text, took_ms numeric); INSERT INTO visits VALUES ('cart', 10), ('cart', 15), ('home', 2.5);
      CREATE TABLE hidden (password text); INSERT INTO hidden VALUES ('${PASSWORD}'); CREATE SEQUENCE ids;
      CREATE FUNCTION clears() RETURNS int LANGUAGE sql AS 'DELETE FROM visits; SELECT 1';
      CREATE FUNCTION tells() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RAISE 'I know %', (SELECT password FROM hidden); END $$;
      GRANT ALL ON visits, ids TO monitor, trusted`, 'shop')
  }, 60_000)
  afterAll(() => server?.stop())
  afterEach(() => opened.splice(0).forEach((one) => one.close?.()))

  const settings = (more: MetricSource['settings'] = {}): MetricSource['settings'] =>
    ({ host: '127.0.0.1', port: server.port, database: 'shop', user: 'monitor', password: 'secret:env:DB_PASSWORD', ca: server.ca, query: 'SELECT 1', ...more })
  const open = (more: MetricSource['settings'], ports: Partial<Ports> = {}): OpenSource => {
    const one = sql.open(source(settings(more)), realPorts({ secrets: secrets(), ...ports }))
    opened.push(one)
    return one
  }
  const valueOf = async (one: OpenSource): Promise<number | null | undefined> => (await one.read(0, signal)).at(-1)?.value
  /** Its value, or why there is none. */
  const ask = async (query: string, more: MetricSource['settings'] = {}): Promise<unknown> => {
    const one = open({ query, ...more })
    const value = await valueOf(one)
    return value ?? one.fault?.()?.toValue()
  }
  const asked = (what: string): number => Number(server.sql(`SELECT ${what} FROM pg_stat_activity WHERE application_name = 'Holdpoint'`))

  it('is what one statement gives in one row, whatever its type', async () => {
    for (const [query, value] of [
      ['SELECT 42', 42], ['SELECT -12.50::numeric', -12.5], ['SELECT 1e300::float8', 1e300], ["SELECT ' 7.5 '::text", 7.5], ['VALUES (3);', 3],
      ['WITH two AS (SELECT 2 AS n)\nSELECT n * 1000 FROM two -- in ms', 2000], ['SELECT sum(took_ms) FROM visits', 27.5], ['SELECT 100.0 * count(*) FILTER (WHERE took_ms > 5) / count(*) FROM visits', 200 / 3],
    ] as const) expect(await ask(query), query).toBeCloseTo(value, 9)
  })

  it('gives the template its active sessions', async () => {
    const query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop' AND application_name = 'checkout'"
    const visitors = await Promise.all([1, 2, 3].map(async () => {
      const visitor = new Client({ host: '127.0.0.1', port: server.port, database: 'shop', user: 'trusted', ssl: false, application_name: 'checkout' })
      await visitor.connect()
      return visitor
    }))
    const sessions = open({ query })
    expect(await valueOf(sessions)).toBe(3)
    await visitors[0]?.end()
    await expect.poll(() => valueOf(sessions)).toBe(2)
    await Promise.all(visitors.slice(1).map((visitor) => visitor.end()))
    await expect.poll(() => valueOf(sessions)).toBe(0)
  })

  it("gives the template its database query performance, from the server's own statistics and from a table", async () => {
    for (let time = 0; time < 3; time += 1) server.sql('SELECT pg_sleep(0.06)', 'shop')
    const mean = 'SELECT sum(total_exec_time) / sum(calls) FROM pg_stat_statements JOIN pg_database ON dbid = pg_database.oid WHERE datname = current_database()'
    expect(await ask(`${mean} AND query LIKE 'SELECT pg_sleep%'`)).toBeGreaterThanOrEqual(60)
    expect(await ask('SELECT avg(took_ms) FROM visits')).toBeCloseTo(27.5 / 3, 9)
    expect(await ask('SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms) FROM visits')).toBe(10)
  })

  it('is the highest of rows with label and number, or the lowest, the sum, or the average, as is asked', async () => {
    const query = 'SELECT page, avg(took_ms) FROM visits GROUP BY page'
    expect(await ask(query)).toBe(12.5)
    expect([await ask(query, { take: 'lowest' }), await ask(query, { take: 'sum' }), await ask(query, { take: 'average' })]).toEqual([2.5, 15, 7.5])
  })

  it.each([
    ['SELECT NULL::int', 'gives NULL'], ['SELECT 1 WHERE false', 'gives no row'], ['SELECT took_ms FROM visits', 'gives 3 rows of one column'], ['SELECT 1, 2, 3', 'gives 3 columns'], ['SELECT', 'gives 0 columns'],
    ["SELECT 'NaN'::float8", 'gives "NaN", which is not a number'], ["SELECT 'Infinity'::float8", '"Infinity"'], ['SELECT true', '"t"'], ["SELECT interval '12 seconds'", '"00:00:12"'], ["SELECT ''", 'gives ""'], ["SELECT '12 ms'", '"12 ms"'],
    ["SELECT * FROM (VALUES ('cart', 1), ('home', NULL)) AS t", 'gives NULL for "home"'], ["SELECT * FROM (VALUES (NULL, 'much')) AS t", 'for NULL'],
    ['SELECT n::text, n FROM (SELECT generate_series(1, 100000000) AS n) AS endless', 'more than 1000 rows'], ["SELECT repeat('9', 3000000)", 'far more than a number'],
  ])('is no data, never 0, from %s', async (query, words) => {
    expect(await ask(query)).toMatchObject({ code: expect.stringMatching(/^sql-(result|too-much)$/), message: expect.stringContaining(words) })
  })

  it.each([
    ['DELETE FROM visits', 'sql-statement'], ['INSERT INTO visits VALUES (1)', 'sql-statement'], ['WITH gone AS (DELETE FROM visits RETURNING 1) SELECT count(*) FROM gone', 'sql-statement'], ['SELECT clears()', 'sql-read-only'],
    ["SELECT nextval('ids')", 'sql-read-only'], ['SELECT 1 FROM visits FOR UPDATE', 'sql-read-only'], ['SELECT 1; DELETE FROM visits', 'sql-statement'], ['SELECT 1; COMMIT; DELETE FROM visits', 'sql-statement'], ['COPY visits TO STDOUT', 'sql-statement'],
    ['DO $$ BEGIN DELETE FROM visits; END $$', 'sql-statement'], ["SELECT set_config('transaction_read_only', 'off', false)", 'sql-statement'], ['SELECT * FROM hidden', 'sql-permission'], ['SELECT nothing FROM visits', 'sql-statement'], ['SELEKT 1', 'sql-statement'],
  ])('changes nothing, and says so: %s', async (query, code) => {
    expect(await ask(query)).toMatchObject({ code })
    expect(server.sql("SELECT (SELECT count(*) FROM visits) || ' ' || (SELECT is_called FROM ids)", 'shop')).toBe('3 false')
  })

  it('says in words why the database cannot be asked', async () => {
    const closed = await freePort()
    for (const [more, code, words] of [
      [{ port: closed }, 'sql-refused', `127.0.0.1:${closed} refused the connection.`], [{ host: 'db.invalid' }, 'sql-name', 'db.invalid has no address'], [{ host: '169.254.169.254' }, 'sql-forbidden', 'link-local'],
      [{ password: 'secret:env:WRONG' }, 'sql-auth', 'does not let monitor in: password authentication failed'], [{ user: 'nobody' }, 'sql-auth', 'does not let nobody in'], [{ password: 'secret:env:NOT_SET' }, 'secret-missing', 'NOT_SET is not set'],
      [{ database: 'shopp' }, 'sql-database', 'database "shopp" does not exist'], [{ query: 'SELECT pg_sleep(60)::text', timeout: '300ms' }, 'sql-timeout', 'canceling statement due to statement timeout'],
    ] as const) expect(await ask('SELECT 1', more), code).toMatchObject({ code, message: expect.stringContaining(words) })
    const { password: _, ...without } = settings()
    const trial = await trySource(source(without), realPorts(), signal)
    expect(trial).toMatchObject({ value: null, query: `\`SELECT 1\` in shop at 127.0.0.1:${server.port} as monitor, every 5 s`, fault: expect.stringMatching(/asks for a password of monitor, and the metric has none\. Add password: secret:env:NAME/) })
  })

  it('is asked over one connection, also after a statement that failed or took too long, until it is closed', async () => {
    const one = open({ query: 'SELECT pg_backend_pid()' })
    const [first, second] = [await valueOf(one), await valueOf(one)]
    expect(first).toBeGreaterThan(0)
    expect([second, asked('count(*)')]).toEqual([first, 1])
    expect(server.sql("SELECT state, query FROM pg_stat_activity WHERE application_name = 'Holdpoint'")).toBe('idle|ROLLBACK')
    one.close?.()
    await until(() => asked('count(*)') === 0, 'the end of the connection')
    const slow = open({ query: 'SELECT pg_sleep(60)::text', timeout: '200ms' })
    expect([await valueOf(slow), await valueOf(slow)]).toEqual([null, null])
    expect(asked('count(*)')).toBe(1)
  })

  it('goes on by itself, in the same reading, when the server was restarted in between', async () => {
    const one = open({ query: 'SELECT 8' })
    expect(await valueOf(one)).toBe(8)
    await server.restart()
    expect(await valueOf(one)).toBe(8)
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Holdpoint'")
    expect(await valueOf(one)).toBe(8)
  })

  it('that is no longer wanted says nothing, and leaves no connection', async () => {
    const stopping = new AbortController()
    const one = open({ query: 'SELECT pg_sleep(1)::text' })
    const reading = one.read(0, stopping.signal)
    await until(() => asked("count(*) FILTER (WHERE query LIKE 'FETCH%')") === 1, 'the statement')
    stopping.abort()
    expect(await reading).toEqual([])
    await until(() => asked('count(*)') === 0, 'the end of the connection')
  })

  it('comes encrypted from a server whose certificate is proved, unless the runbook asks for less', async () => {
    const isEncrypted = 'SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    const { ca: _, ...withoutCa } = settings({ query: isEncrypted })
    const without = async (more: MetricSource['settings']) => {
      const one = sql.open(source({ ...withoutCa, ...more }), realPorts({ secrets: secrets() }))
      opened.push(one)
      return (await valueOf(one)) ?? one.fault?.()?.toValue()
    }
    expect(await ask(isEncrypted)).toBe(1)
    expect(await without({})).toMatchObject({ code: 'sql-tls', message: expect.stringContaining('is not secure: self-signed certificate') })
    expect(await ask(isEncrypted, { host: 'localhost' })).toMatchObject({ code: 'sql-tls', message: expect.stringContaining('localhost') })
    expect(await ask(isEncrypted, { host: 'localhost', tls: 'verify-ca' })).toBe(1)
    expect(await ask(isEncrypted, { ca: '/nowhere/ca.pem' })).toMatchObject({ code: 'sql-ca', message: expect.stringContaining('/nowhere/ca.pem cannot be read (ENOENT)') })
    expect([await without({ tls: 'require' }), await without({ tls: 'disable' })]).toEqual([1, 0])
  })

  it('is not given the password itself, unless it is proved who asks for it', async () => {
    const { ca: _, ...rest } = settings({ user: 'plain' })
    for (const tls of ['require', 'disable']) {
      expect(await trySource(source({ ...rest, tls }), realPorts({ secrets: secrets() }), signal)).toMatchObject({ value: null, fault: expect.stringMatching(/asks for the password itself.*It was not sent/) })
    }
    expect(await ask('SELECT 5', { user: 'plain' })).toBe(5)
  })

  it('is asked as the runbook says, whatever the environment says to other clients', async () => {
    const env = { PGUSER: 'super', PGPASSWORD: PASSWORD, PGDATABASE: 'postgres', PGHOST: '127.0.0.9', PGPORT: '1', PGOPTIONS: '-c search_path=nowhere', PGSSLMODE: 'disable', PGAPPNAME: 'other', PGREPLICATION: 'database', PGCLIENT_ENCODING: 'LATIN1' }
    const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]))
    Object.assign(process.env, env)
    try {
      expect(await ask('SELECT count(*) FROM visits WHERE (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())')).toBe(3)
      const { password: _, ...rest } = settings()
      expect((await trySource(source(rest), realPorts(), signal)).fault).toContain('the metric has none')
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  it('has no secret in what it says, also where the database says it', async () => {
    expect(await ask('SELECT tells()')).toMatchObject({ code: 'sql-statement', message: 'The database shop refuses the statement: I know [secret:env:DB_PASSWORD] (P0001).' })
    expect(await ask("SELECT 'it is ' || 'canary-of' || '-monitor'")).toMatchObject({ code: 'sql-result', message: 'The statement gives "it is [secret:env:DB_PASSWORD]", which is not a number.' })
  })

  it('leaves a server alone for half a minute that has refused the login', async () => {
    const clock = createFakeClock(0)
    const one = open({ password: 'secret:env:WRONG' }, { clock })
    const refusals = () => server.log().split('password authentication failed for user "monitor"').length
    const before = refusals()
    for (let reading = 0; reading < 7; reading += 1) {
      expect(await valueOf(one)).toBeNull()
      await clock.advance(5000)
    }
    await until(() => refusals() - before >= 2, 'the refusals in the log')
    expect([refusals() - before, one.fault?.()?.code]).toEqual([2, 'sql-auth'])
  })

  it('asks a person for the password once, is no data meanwhile, and has data from the answer on', async () => {
    const answers: ((value: string) => void)[] = []
    const one = open({ password: 'secret:ask:pin', timeout: '50ms', query: 'SELECT 6' }, { secrets: secrets(() => new Promise((answer) => answers.push(answer))) })
    expect([await valueOf(one), await valueOf(one), answers.length, one.fault?.()?.code]).toEqual([null, null, 1, 'secret-not-given'])
    answers[0]?.(PASSWORD)
    await expect.poll(() => valueOf(one)).toBe(6)
  })
})

describe('the settings of a number from PostgreSQL', () => {
  const good = { host: 'db1.internal', database: 'shop', user: 'monitor', query: 'SELECT 1' }
  const faults = (more: MetricSource['settings']) => checkSource(source({ ...good, ...more })).map(({ message }) => message)

  it('need a place, a user and a statement, and no more', () => {
    expect(faults({})).toEqual([])
    expect(checkSource(source({})).map(({ message }) => message)).toHaveLength(4)
    expect(sql.describe(source({ ...good, take: 'sum', password: 'secret:file:~/db' }))).toBe('the sum of `SELECT 1` in shop at db1.internal:5432 as monitor, every 5 s, let in by secret file:~/db')
  })

  it.each<[MetricSource['settings'], string]>([
    [{ password: 'canary-in-the-text' }, 'Only a reference may stand here'], [{ password: 123456 }, 'Only a reference'], [{ password: 'secret:vault:x' }, 'secret:env:NAME'], [{ host: 'db1:5432' }, 'without a port'], [{ host: 'postgres://a:canary-b@c/d' }, 'without a port'],
    [{ port: 0 }, 'port'], [{ port: '5432' }, 'Give a number'], [{ tls: 'prefer' }, 'verify-full, verify-ca, require or disable'], [{ tls: 'require', ca: '/ca.pem' }, 'proves nothing'], [{ ca: 'ca.pem' }, 'path of a file'],
    [{ query: ' ' }, 'Give a statement'], [{ take: 'median' }, 'highest'], [{ timeout: '1h' }, 'at most 10m'], [{ passwort: 'x' }, 'no such setting'],
  ])('do not allow %j, and no password is repeated', (more, words) => {
    const found = faults(more)
    expect(found).toEqual([expect.stringContaining(words)])
    expect(JSON.stringify(found)).not.toContain('canary')
  })
})
