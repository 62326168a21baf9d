import { expect, test } from 'vitest'
import type { HostResult } from '#domain/step.ts'
import { createLivePorts } from '#ports/live.ts'
import type { SshPool } from '#ssh/pool.ts'
import { noSecrets, noSql } from '#support/fake-world.ts'
import { sampleHost } from '../rehearsal/sample-runbook.ts'

test('a live run reaches hosts through the shared pool, has no synthetic metrics, and leaves the pool open', async () => {
  const asked: string[] = []
  const result: HostResult = { outcome: 'succeeded', exitCode: 0 }
  const pool: Pick<SshPool, 'run'> = { run: ({ host, script }) => Promise.resolve(asked.push(`${host.name}: ${script}`)).then(() => result) }
  const clock = { now: () => 7, sleep: () => Promise.resolve() }
  const http = { fetch: () => Promise.reject(new Error('not asked')) }
  const ports = createLivePorts({ shell: pool, http, sql: noSql, secrets: noSecrets, clock })
  const request = { host: sampleHost('web-1'), script: 'uptime', timeoutMs: null, onOutput: () => undefined, signal: new AbortController().signal, stepId: 's', attempt: 1 }

  expect(await ports.shell.run(request)).toEqual(result)
  await ports.close()
  expect(await ports.shell.run(request)).toEqual(result)
  expect(asked).toEqual(['web-1: uptime', 'web-1: uptime'])
  expect([ports.http, ports.sql, ports.clock, ports.secrets, ports.synthetic]).toEqual([http, noSql, clock, noSecrets, null])
})
