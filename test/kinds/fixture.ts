import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import type { Step } from '#domain/step.ts'
import type { Ports } from '#kinds/ports.ts'
import { createLiveClock } from '#ports/clock.ts'
import { createHttp } from '#ports/http.ts'
import { createSql } from '#ports/sql/sql.ts'
import { noSecrets } from '#support/fake-world.ts'

/** Starts real servers on loopback, gone after the test. */
export function createServers(): (listener: RequestListener) => Promise<string> {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  return async (listener) => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
}

/** An address on loopback where nothing listens. */
export async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** The real world without SSH. */
export function realPorts(parts: Partial<Ports> = {}): Ports {
  return {
    clock: createLiveClock(), http: createHttp(), sql: createSql(), secrets: noSecrets, synthetic: null, faults: null, close: () => Promise.resolve(),
    shell: { run: () => Promise.reject(new Error('This test has no hosts.')) },
    ...parts,
  }
}

export function makeStep(parts: Partial<Step>): Step {
  return {
    id: 'step', title: 'Check the shop', kind: 'http', body: '', attributes: {}, hosts: [], unknownHosts: [], timeoutMs: null, plannedMs: null,
    undo: null, owner: null, checkbox: false, optional: false, range: { start: 0, end: 0, line: 7, column: 3 }, ...parts,
  }
}
