import { describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { checkSource, sourceKinds } from '#kinds/sources/index.ts'
import { http } from '#kinds/sources/http.ts'
import { synthetic } from '#kinds/sources/synthetic.ts'
import { closedAddress, createServers, realPorts } from '../fixture.ts'

const serve = createServers()
const NOW = 50_000
const signal = new AbortController().signal
const clock = { now: () => NOW, sleep: () => Promise.resolve() }

describe('an HTTP probe', () => {
  it('measures how long a good reply took, and a bad one has no latency', async () => {
    let status = 200
    const url = await serve((_request, reply) => reply.writeHead(status).end())
    const probe = open({ url, measure: 'latency' })
    expect(await probe.read(0, signal)).toEqual([{ at: NOW, value: expect.any(Number) }])
    expect((await probe.read(0, signal))[0]!.value).toBeGreaterThan(0)
    status = 302
    expect(await probe.read(0, signal)).toEqual([{ at: NOW, value: null }])
  })

  it('counts the failed share of the newest twenty probes', async () => {
    let status = 200
    const url = await serve((_request, reply) => reply.writeHead(status).end())
    const errors = open({ url, measure: 'error-rate', expect: '200,204' })
    const values: (number | null)[] = []
    const read = async (times: number) => {
      for (let time = 0; time < times; time += 1) values.push((await errors.read(0, signal))[0]!.value)
      return values.at(-1)
    }
    expect(await read(3)).toBe(0)
    status = 503
    expect(await read(1)).toBe(25)
    expect(await read(20)).toBe(100)
    status = 204
    expect(await read(5)).toBe(75)
    expect(await read(15)).toBe(0)
  })

  it('counts availability the other way round, and no reply as not available', async () => {
    expect(await open({ url: await serve((_request, reply) => reply.end()), measure: 'availability' }).read(0, signal)).toEqual([{ at: NOW, value: 100 }])
    expect(await open({ url: await closedAddress(), measure: 'availability' }).read(0, signal)).toEqual([{ at: NOW, value: 0 }])
    expect(await open({ url: await serve(() => {}), measure: 'error-rate', timeout: '50ms' }).read(0, signal)).toEqual([{ at: NOW, value: 100 }])
  })

  it('remembers for itself only', async () => {
    const url = await serve((_request, reply) => reply.writeHead(500).end())
    const first = open({ url, measure: 'error-rate' })
    await first.read(0, signal)
    const good = await serve((_request, reply) => reply.end())
    expect(await open({ url: good, measure: 'error-rate' }).read(0, signal)).toEqual([{ at: NOW, value: 0 }])
  })

  it('that was stopped is no reading', async () => {
    const stopping = new AbortController()
    const url = await serve(() => stopping.abort())
    expect(await open({ url, measure: 'error-rate' }).read(0, stopping.signal)).toEqual([])
  })

  it('says what it will ask', () => {
    expect(http.describe(source({ url: 'https://shop.example/health', measure: 'latency', expect: 204 }))).toBe('latency of GET https://shop.example/health every 5 s, expecting 204 within 5 s')
  })
})

describe('the rehearsal script', () => {
  const read = (since: number) => synthetic.open({ ...source({}), kind: 'synthetic' }, realPorts({ clock, synthetic: (metric, at) => (at === 40_000 ? null : metric.length + at) })).read(since, signal)

  it('has one reading for each interval since the last, up to now', async () => {
    expect(await read(34_000)).toEqual([{ at: 39_000, value: 39_010 }, { at: 44_000, value: 44_010 }, { at: 49_000, value: 49_010 }])
    expect(await read(46_000)).toEqual([])
    expect(await read(60_000)).toEqual([])
  })

  it('keeps a scripted gap a gap', async () => expect((await read(35_000))[0]).toEqual({ at: 40_000, value: null }))

  it('does not make up for a long absence', async () => {
    const readings = await read(-100_000_000)
    expect([readings.length, readings.at(-1)!.at]).toEqual([1000, 50_000])
  })

  it('has no data where nothing is scripted', async () => {
    expect(await synthetic.open(source({}), realPorts({ clock })).read(45_000, signal)).toEqual([{ at: 50_000, value: null }])
  })
})

describe('checkSource', () => {
  it('has nothing to say about sources that can be read', () => {
    expect(checkSource(source({ url: 'https://shop.example', measure: 'latency', expect: 200, timeout: '2s' }))).toEqual([])
    expect(checkSource({ ...source({ url: 'http://prometheus:9090', query: 'up' }), kind: 'prometheus' })).toEqual([])
    expect(Object.entries(sourceKinds).every(([name, kind]) => name === kind.kind)).toBe(true)
  })

  it.each([
    [{ measure: 'latency' }, 'url'], [{ url: 'ftp://x', measure: 'latency' }, 'url'], [{ url: 'https://a:b@x', measure: 'latency' }, 'name and password'],
    [{ url: 'https://x', measure: 'speed' }, 'latency, error-rate or availability'], [{ url: 'https://x', measure: 'latency', token: 'secret' }, 'token: there is no such setting'],
    [{ url: 'https://x', measure: 'latency', expect: 'ok' }, 'status codes'], [{ url: 'https://x', measure: 'latency', timeout: '1h' }, 'at most 10m'],
  ] as [MetricSource['settings'], string][])('says what is wrong with %j', (settings, words) => {
    expect(checkSource(source(settings))).toEqual([{ code: 'source-settings', message: expect.stringContaining(words), hint: expect.any(String) }])
    expect(() => http.open(source(settings), realPorts())).toThrow(words)
  })

  it.each(['graphite', 'constructor', '__proto__'])('does not know %s', (kind) => expect(checkSource({ ...source({}), kind })[0]).toMatchObject({ code: 'source-kind-unknown', hint: expect.stringContaining('prometheus') }))
})

function source(settings: MetricSource['settings']): MetricSource {
  return { metric: 'error rate', kind: 'http', settings, everyMs: 5000 }
}

function open(settings: MetricSource['settings']) {
  return http.open(source({ timeout: '20s', ...settings }), realPorts({ clock }))
}
