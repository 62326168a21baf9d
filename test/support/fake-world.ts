import type { RunClockSource } from '#engine/options.ts'
import { createSecretMask } from '#domain/secrets/mask.ts'
import type { Http, Ports, Secrets, Shell, ShellRequest } from '#kinds/ports.ts'
import type { Sql } from '#kinds/sql-port.ts'
import type { HostResult } from '#domain/step.ts'

/** A clock that moves only when told; sleepers wake in the order of their times. */
export interface FakeClock extends RunClockSource {
  advance(ms: number): Promise<void>
  rate(): number
}

export function createFakeClock(startAt: number): FakeClock {
  let now = startAt
  let rate = 1
  let sleepers: { until: number; wake(): void }[] = []
  return {
    now: () => now,
    rate: () => rate,
    setRate: (next) => { rate = next },
    reading: () => ({ at: now, machineAt: now, rate }),
    sleep: (ms, signal) => new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const sleeper = { until: now + ms, wake: resolve }
      sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        sleepers = sleepers.filter((other) => other !== sleeper)
        reject(signal.reason as Error)
      }, { once: true })
    }),
    advance: async (ms) => {
      const end = now + ms
      for (;;) {
        await settled()
        const next = sleepers.filter((sleeper) => sleeper.until <= end).toSorted((one, other) => one.until - other.until)[0]
        if (!next) break
        sleepers = sleepers.filter((sleeper) => sleeper !== next)
        now = Math.max(now, next.until)
        next.wake()
      }
      now = end
      await settled()
    },
  }
}

/** Lets everything that is ready run: promises, immediates. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits for a fact, turn by turn; fails when it does not come. */
export async function until(fact: () => boolean, what = 'the fact'): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!fact()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface FakeShell extends Shell {
  requests: ShellRequest[]
  /** Ends the oldest waiting request of a host. */
  finish(host: string, result?: HostResult): void
}

export function createFakeShell(): FakeShell {
  const waiting: { host: string; settle(result: HostResult): void }[] = []
  const requests: ShellRequest[] = []
  return {
    requests,
    run: (request) => new Promise((resolve) => {
      // Like a host that keeps nothing: the work is gone with the connection.
      request.job?.beginPlain('a stand-in')
      requests.push(request)
      waiting.push({ host: request.host.name, settle: resolve })
      request.signal.addEventListener('abort', () => resolve({ outcome: 'failed', reason: 'aborted', message: 'stopped' }), { once: true })
    }),
    finish: (host, result = { outcome: 'succeeded', exitCode: 0 }) => {
      const index = waiting.findIndex((one) => one.host === host)
      const [found] = index === -1 ? [] : waiting.splice(index, 1)
      if (!found) throw new Error(`nothing runs on ${host}`)
      found.settle(result)
    },
  }
}

/** Nobody gives any secret. */
export const noSecrets: Secrets = { need: () => Promise.reject(new Error('no secrets in this test')), forget: () => undefined, mask: () => createSecretMask([]) }

export const noSql: Sql = { connect: () => Promise.reject(new Error('no database in this test')) }

export function createFakePorts(clock: FakeClock, shell: Shell, synthetic: Ports['synthetic'] = null): Ports {
  const http: Http = { fetch: () => Promise.reject(new Error('no HTTP in this test')) }
  return { clock, shell, http, sql: noSql, secrets: noSecrets, synthetic, faults: null, close: () => Promise.resolve() }
}
