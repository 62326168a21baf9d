import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp, type App } from '#main/app.ts'
import { until } from '#support/fake-world.ts'
import { postgresMissing, startPostgres, type Postgres } from '#support/postgres.ts'

const PASSWORD = 'canary-of-the-database'

describe.skipIf(postgresMissing)('a run that watches a real database', () => {
  let server: Postgres
  let folder: string
  let app: App
  let runbookId: string

  beforeAll(async () => {
    process.env['HOLDPOINT_TEST_DB'] = PASSWORD
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-sql-'))
    mkdirSync(join(folder, 'home'))
    server = await startPostgres()
    server.sql(`CREATE ROLE monitor LOGIN PASSWORD '${PASSWORD}'; CREATE DATABASE shop`)
    server.sql('CREATE TABLE load (sessions int); INSERT INTO load VALUES (40); GRANT SELECT ON load TO monitor', 'shop')
    app = await createApp({ door: 'cli', dataPath: join(folder, 'data'), home: join(folder, 'home') })
    runbookId = (await call('import-runbook', { name: 'shop.md', text: runbookText(server) }))['runbookId'] ?? ''
  }, 60_000)
  afterAll(async () => {
    delete process.env['HOLDPOINT_TEST_DB']
    await app?.close()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const call = async (name: string, input: unknown): Promise<Record<string, string>> => {
    const reply = await app.dispatcher.call(name, input)
    if (!reply.ok) throw new Error(`${name}: ${reply.problem.code} ${reply.problem.message}`)
    return reply.value as Record<string, string>
  }
  const connections = (): number => Number(server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'Holdpoint'"))

  test('its source can be tried from the room, and no connection is left', async () => {
    expect(await call('try-source', { runbookId, metric: 'active sessions' })).toMatchObject({ kind: 'sql', value: 40, fault: '', query: expect.stringContaining('let in by secret env:HOLDPOINT_TEST_DB') })
    expect(await call('try-source', { runbookId, metric: 'queue' })).toMatchObject({ kind: 'sql', value: null, fault: expect.stringContaining('relation "queue" does not exist') })
    await until(() => connections() === 0, 'the end of the connections')
  })

  test('reads it at its interval over one connection, sees it pass its limit, and lets go of it when the run ends', async () => {
    const { runId = '' } = await call('create-run', { runbookId, mode: 'live' })
    const send = (command: object) => call('send-command', { runId, command })
    const state = () => app.engine.state(runId)
    const readings = (metric: string) => app.storage.samples.range(runId, metric, 0, Number.MAX_SAFE_INTEGER).map(({ value }) => value)
    await send({ type: 'start-run' })
    await until(() => readings('active sessions').length >= 2 && readings('queue').length >= 1, 'the first readings')
    expect([new Set(readings('active sessions')), new Set(readings('queue')), connections()]).toEqual([new Set([40]), new Set([null]), 2])
    server.sql('UPDATE load SET sessions = 900', 'shop')
    await until(() => state().breaches.length > 0, 'the breach')
    expect(state().breaches[0]?.evidence).toMatchObject({ query: expect.stringContaining('SELECT sessions FROM load') })
    await send({ type: 'abort', reason: 'seen enough' })
    await until(() => state().stage === 'ended', 'the end')
    await until(() => connections() === 0, 'the end of the connections')

    const files = readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, 'data', file)).filter((file) => statSync(file).isFile())
    for (const file of files) expect(readFileSync(file).includes(PASSWORD), file).toBe(false)
    const log = files.filter((file) => file.endsWith('.log')).map((file) => readFileSync(file, 'utf8')).join('')
    expect(log.split('reading queue')).toHaveLength(2)
    expect(log).toContain('does not exist (42P01)')
  })

  test('asks nothing of it in a rehearsal', async () => {
    const logins = () => server.log().split('connection authorized: user=monitor').length - 1
    const before = logins()
    const { runId = '' } = await call('create-run', { runbookId, mode: 'rehearsal', speed: 60 })
    await call('send-command', { runId, command: { type: 'start-run' } })
    await until(() => app.storage.samples.range(runId, 'active sessions', 0, Number.MAX_SAFE_INTEGER).length > 0, 'a reading')
    await call('send-command', { runId, command: { type: 'abort', reason: 'seen enough' } })
    expect(before).toBeGreaterThan(0)
    expect([logins(), connections()]).toEqual([before, 0])
  })
})

const runbookText = ({ port, ca }: Postgres): string => {
  const place = `source: sql, host: 127.0.0.1, port: ${port}, database: shop, user: monitor, password: "secret:env:HOLDPOINT_TEST_DB", ca: "${ca}", every: 1s`
  return `---
metrics:
  active sessions: { ${place}, query: SELECT sessions FROM load }
  queue: { ${place}, query: SELECT count(*) FROM queue }
---

# Shop 2.0

## Overview

* **Environment:** Test
* **Deployment Date:** 2026-12-05
* **Deployment Window:** 22:00 - 23:00 UTC

## Deployment Steps

### Phase 1: Deploy

1. Look at the shop

## Rollback Plan

### Rollback Trigger Conditions

* Active sessions > 500

### Rollback Steps

1. Put shop 1.9 back
`
}
