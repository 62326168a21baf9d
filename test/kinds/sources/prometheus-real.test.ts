import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Sample, Threshold } from '#domain/threshold.ts'
import { verdictOf } from '#domain/verdict.ts'
import { prometheus } from '#kinds/sources/prometheus.ts'
import { startDemoShop, type DemoShop } from '#support/demo-shop.ts'
import { hasPrometheus, startNodeExporter, startPrometheus, type Running } from '#support/prometheus.ts'
import { realPorts } from '../fixture.ts'

const EVERY_MS = 1000
const soon = { timeout: 20_000, interval: 200 }
const errorRate = '100 * sum(rate(shop_requests_total{code=~"5.."}[4s])) / sum(rate(shop_requests_total[4s]))'

describe.skipIf(!hasPrometheus())('a real Prometheus that asks a real service and a real node exporter every second', () => {
  let shop: DemoShop
  let server: Running
  let exporter: Running

  beforeAll(async () => {
    [shop, exporter] = await Promise.all([startDemoShop(), startNodeExporter()])
    server = await startPrometheus({ shop: shop.address, node: exporter.address })
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), exporter?.stop(), shop?.close()])
  })

  /** Readings of the last seconds. */
  const read = async (query: string, backMs = 10_000): Promise<Sample[]> => {
    const source = { metric: 'metric', kind: 'prometheus', settings: { url: `http://${server.address}`, query }, everyMs: EVERY_MS }
    return prometheus.open(source, realPorts()).read(Date.now() - backMs, new AbortController().signal)
  }
  const newest = async (query: string): Promise<number | null | undefined> => (await read(query)).at(-1)?.value
  const reaches = (query: string, check: (value: number) => void): Promise<void> => vi.waitFor(async () => {
    const value = await newest(query)
    expect(value).toEqual(expect.any(Number))
    check(value ?? NaN)
  }, soon)

  it('gives the error rate in percent', () => reaches(errorRate, (value) => expect(value).toBeCloseTo(10, 6)))

  it('gives the response time in ms: p95 out of a histogram', () =>
    // One visit in ten takes 0.4 s: the 95th is half way through the bucket from 0.25 to 0.5 s.
    reaches('1000 * histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket[4s])))', (value) => expect(value).toBeCloseTo(375, 6)))

  it('gives CPU and memory utilisation of the machine in percent', async () => {
    const between = (value: number): void => {
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(100)
    }
    await reaches('clamp(100 - 100 * avg(rate(node_cpu_seconds_total{mode="idle"}[4s])), 0, 100)', between)
    await reaches('100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)', (value) => {
      between(value)
      expect(value).toBeGreaterThan(0)
    })
  })

  it('gives database query performance in ms and active sessions', async () => {
    await reaches('1000 * shop_db_query_seconds', (value) => expect(value).toBeCloseTo(12, 9))
    await reaches('sum(shop_active_sessions)', (value) => expect(value).toBe(42))
  })

  it('gives every second once, in order, and takes the highest of several series', async () => {
    await vi.waitFor(async () => {
      const samples = await read('shop_requests_total', 4000)
      const [good, bad] = [await newest('shop_requests_total{code="200"}'), await newest('shop_requests_total{code="500"}')]
      expect(samples.length).toBeGreaterThanOrEqual(3)
      expect(samples.slice(1).map((sample, index) => sample.at - samples[index]!.at)).toEqual(samples.slice(1).map(() => EVERY_MS))
      expect(good! - bad!).toBeGreaterThan(0)
      expect(samples.at(-1)!.value! - bad!).toBeGreaterThan(bad!)
    }, soon)
  })

  it('asked for the value now gives one sample of this moment, of series and of a scalar', async () => {
    const now = async (query: string) => {
      const source = { metric: 'metric', kind: 'prometheus', settings: { url: `http://${server.address}`, query, ask: 'instant' }, everyMs: EVERY_MS }
      return prometheus.open(source, realPorts()).read(Date.now() - 10_000, new AbortController().signal)
    }
    await vi.waitFor(async () => expect(await now('shop_active_sessions')).toEqual([{ at: expect.any(Number), value: 42 }]), soon)
    expect(await now('scalar(sum(shop_active_sessions)) / 2')).toMatchObject([{ value: 21 }])
    expect(await now('shop_no_such_metric')).toMatchObject([{ value: null }])
    expect(await now('0 / scalar(shop_no_such_metric)')).toMatchObject([{ value: null }])
  })

  it('shows the error rate cross its limit, and come back', async () => {
    const limit: Threshold = { id: 'errors', text: 'Error rate > 20%', metric: 'error rate', operator: '>', limit: 20, unit: '%', holdMs: 0, range: { start: 0, end: 0, line: 1, column: 1 } }
    const verdict = async () => verdictOf(limit, { samples: await read(errorRate), now: Date.now(), everyMs: EVERY_MS }).verdict
    await vi.waitFor(async () => expect(await verdict()).toBe('ok'), soon)
    shop.behave({ failures: 5 })
    await vi.waitFor(async () => expect(await verdict()).toBe('breached'), soon)
    await reaches(errorRate, (value) => expect(value).toBeCloseTo(50, 6))
    shop.behave({ failures: 1 })
    await vi.waitFor(async () => expect(await verdict()).toBe('ok'), soon)
  })

  it('has no data for a query that is wrong, for a metric that is not there, and for a service that has gone', async () => {
    expect(await newest('sum(')).toBeNull()
    expect(await newest('shop_no_such_metric')).toBeNull()
    expect(await newest('shop_active_sessions')).toBe(42)
    await shop.close()
    await vi.waitFor(async () => expect(await newest('shop_active_sessions')).toBeNull(), soon)
    shop = await startDemoShop()
  })
})
