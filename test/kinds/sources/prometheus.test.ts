import { describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { prometheus } from '#kinds/sources/prometheus.ts'
import { closedAddress, createServers, realPorts } from '../fixture.ts'

const serve = createServers()
const NOW = 1_700_000_100_500
const signal = new AbortController().signal

/** The newest point of the grid at NOW, in seconds. */
const LAST = 1_700_000_100

describe('a Prometheus source', () => {
  it('asks for the range since the last reading, on a grid that does not move', async () => {
    const asked: URL[] = []
    const url = await serve((request, reply) => {
      asked.push(new URL(request.url!, 'http://x'))
      reply.end(matrix([[LAST, '1']]))
    })
    await read(`${url}/prometheus/`, NOW - 12_000)
    expect(asked[0]!.pathname).toBe('/prometheus/api/v1/query_range')
    expect(Object.fromEntries(asked[0]!.searchParams)).toEqual({ query: '100 * errors / total', start: String(LAST - 10), end: String(LAST), step: '5' })
  })

  it('asks nothing when no point of the grid has passed', async () => {
    expect(await read(await closedAddress(), NOW - 100)).toEqual([])
  })

  it('does not ask for more points than Prometheus gives', async () => {
    let points = 0
    const url = await serve((request, reply) => {
      const { start, end, step } = Object.fromEntries(new URL(request.url!, 'http://x').searchParams)
      points = (Number(end) - Number(start)) / Number(step)
      reply.end(matrix([[LAST, '1']]))
    })
    await read(url, 0)
    expect(points).toBe(10_000)
  })

  it('takes the highest of several series, and NaN and infinities for no data', async () => {
    const url = await answer(matrix([[LAST - 10, '1.5'], [LAST - 5, 'NaN'], [LAST, '+Inf']], [[LAST - 10, '2.5e0'], [LAST - 5, '0.25']], [[LAST - 10, '-3']]))
    expect(await read(url, NOW - 15_000)).toEqual([{ at: (LAST - 10) * 1000, value: 2.5 }, { at: (LAST - 5) * 1000, value: 0.25 }, { at: LAST * 1000, value: null }])
  })

  it('keeps only what is newer than the last reading and not of the future, in order', async () => {
    const url = await answer(matrix([[LAST + 50, '9'], [LAST, '3'], [LAST - 5, '2'], [LAST - 50, '1']]))
    expect(await read(url, NOW - 9000)).toEqual([{ at: (LAST - 5) * 1000, value: 2 }, { at: LAST * 1000, value: 3 }])
  })

  it('that has fallen silent is no data now', async () => {
    expect(await read(await answer(matrix([[LAST - 20, '2']])), NOW - 30_000)).toEqual([{ at: (LAST - 20) * 1000, value: 2 }, { at: NOW, value: null }])
    expect(await read(await answer(matrix()), NOW - 30_000)).toEqual([{ at: NOW, value: null }])
  })

  it.each([
    ['a page of HTML', '<html>Log in</html>'], ['nothing', ''], ['an error', '{"status":"error","errorType":"bad_data","error":"parse error"}'],
    ['a vector', '{"status":"success","data":{"resultType":"vector","result":[]}}'], ['another shape', '{"status":"success","data":{"resultType":"matrix","result":[{"values":[["a",1]]}]}}'],
    ['deep nesting', '['.repeat(100_000)], ['a prototype', '{"__proto__":{"status":"success"},"data":null}'],
  ])('answered with %s has no data', async (_name, body) => expect(await read(await answer(body), NOW - 10_000)).toEqual([{ at: NOW, value: null }]))

  it('that redirects, fails, hangs, is not there, or never ends its answer has no data', async () => {
    const addresses = [
      await serve((_request, reply) => reply.writeHead(302, { location: '/login' }).end(matrix([[LAST, '1']]))),
      await serve((_request, reply) => reply.writeHead(503).end(matrix([[LAST, '1']]))),
      await serve(() => {}),
      await closedAddress(),
      await answer(`{"status":"success","data":{"resultType":"matrix","result":[${' '.repeat(9 * 1024 * 1024)}]}}`),
    ]
    for (const url of addresses) expect(await read(url, NOW - 10_000, '300ms')).toEqual([{ at: NOW, value: null }])
  })

  it('asked for its value now gives the highest of several series, or a scalar, at this moment', async () => {
    const asked: URL[] = []
    const url = await serve((request, reply) => {
      asked.push(new URL(request.url!, 'http://x'))
      reply.end(vector([LAST, '1.5'], [LAST, 'NaN'], [LAST, '2.5']))
    })
    expect(await readNow(url)).toEqual([{ at: NOW, value: 2.5 }])
    expect(asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)])).toEqual([['/api/v1/query', { query: '100 * errors / total', time: String(NOW / 1000) }]])
    expect(await readNow(await answer(`{"status":"success","data":{"resultType":"scalar","result":[${LAST},"7"]}}`))).toEqual([{ at: NOW, value: 7 }])
  })

  it.each([
    ['no series', vector()], ['NaN alone', vector([LAST, 'NaN'])], ['an infinite scalar', `{"status":"success","data":{"resultType":"scalar","result":[${LAST},"+Inf"]}}`],
    ['a matrix', matrix([[LAST, '1']])], ['a text', `{"status":"success","data":{"resultType":"string","result":[${LAST},"7"]}}`], ['an error', '{"status":"error","errorType":"bad_data","error":"parse error"}'],
  ])('asked for its value now and answered with %s has no data', async (_name, body) => expect(await readNow(await answer(body))).toEqual([{ at: NOW, value: null }]))

  it('that is no longer wanted says nothing', async () => {
    const stopping = new AbortController()
    const url = await serve(() => stopping.abort())
    expect(await prometheus.open(source(url), ports()).read(NOW - 10_000, stopping.signal)).toEqual([])
  })
})

const source = (url: string, timeout = '20s'): MetricSource => ({ metric: 'error rate', kind: 'prometheus', settings: { url, query: '100 * errors / total', timeout }, everyMs: 5000 })
const ports = () => realPorts({ clock: { now: () => NOW, sleep: () => Promise.resolve() } })
const read = (url: string, since: number, timeout?: string) => prometheus.open(source(url, timeout), ports()).read(since, signal)
const readNow = (url: string) => prometheus.open({ ...source(url), settings: { url, query: '100 * errors / total', ask: 'instant' } }, ports()).read(NOW - 10_000, signal)
const answer = (body: string) => serve((_request, reply) => reply.end(body))

/** The documented shape of a range query's answer. */
function matrix(...series: [number, string][][]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: series.map((values, index) => ({ metric: { instance: `web-${index}` }, values })) } })
}

/** The documented shape of an instant query's answer. */
function vector(...series: [number, string][]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result: series.map((value, index) => ({ metric: { instance: `web-${index}` }, value })) } })
}
