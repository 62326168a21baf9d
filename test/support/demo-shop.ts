import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Upper bounds of the latency histogram, seconds. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1] as const
const VISITS_PER_SCRAPE = 10

/** How the shop behaves from now on. */
export interface Behaviour {
  /** Of ten visits, how many fail. */
  failures: number
  /** Of ten visits, how many take 0.4 s instead of 0.04 s. */
  slow: number
  sessions: number
  /** Of a database query, seconds. */
  querySeconds: number
}

export interface DemoShop {
  /** host:port; `/metrics` is in Prometheus's text format. */
  address: string
  behave(change: Partial<Behaviour>): void
  close(): Promise<void>
}

/**
 * A small service with something for each metric of the template. Ten visitors come before every scrape. `release`: a JSON file
 * with the behaviour of the version that is installed, read at each visit as a service that reloads would; whoever replaces it
 * has released another version.
 */
export async function startDemoShop({ release }: { release?: string } = {}): Promise<DemoShop> {
  let behaviour: Behaviour = { failures: 1, slow: 1, sessions: 42, querySeconds: 0.012 }
  const answered = { '200': 0, '500': 0 }
  const durations: number[] = BUCKETS.map(() => 0)
  const total = { count: 0, seconds: 0 }

  const visit = (number: number, { slow, failures }: Behaviour): void => {
    const seconds = number < slow ? 0.4 : 0.04
    answered[number < failures ? '500' : '200'] += 1
    BUCKETS.forEach((bound, index) => { durations[index] = (durations[index] ?? 0) + Number(seconds <= bound) })
    total.count += 1
    total.seconds += seconds
  }
  const metrics = (): string => [
    '# TYPE shop_requests_total counter', ...Object.entries(answered).map(([code, count]) => `shop_requests_total{code="${code}"} ${count}`),
    '# TYPE shop_request_seconds histogram', ...BUCKETS.map((bound, index) => `shop_request_seconds_bucket{le="${bound}"} ${durations[index]}`),
    `shop_request_seconds_bucket{le="+Inf"} ${total.count}`, `shop_request_seconds_sum ${total.seconds}`, `shop_request_seconds_count ${total.count}`,
    '# TYPE shop_active_sessions gauge', `shop_active_sessions ${behaviour.sessions}`,
    '# TYPE shop_db_query_seconds gauge', `shop_db_query_seconds ${behaviour.querySeconds}`, '',
  ].join('\n')

  const server = createServer((_, reply) => {
    if (release !== undefined) behaviour = { ...behaviour, ...JSON.parse(readFileSync(release, 'utf8')) as Partial<Behaviour> }
    for (let number = 0; number < VISITS_PER_SCRAPE; number += 1) visit(number, behaviour)
    reply.setHeader('content-type', 'text/plain; version=0.0.4')
    reply.end(metrics())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(change) { behaviour = { ...behaviour, ...change } },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
