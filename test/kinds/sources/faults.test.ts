import { describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { createSecretMask } from '#domain/secrets/mask.ts'
import { parseReference } from '#domain/secrets/reference.ts'
import { trySource } from '#kinds/sources/try-source.ts'
import { sourceKinds } from '#kinds/sources/index.ts'
import { Problem } from '#domain/problem.ts'
import { closedAddress, createServers, realPorts } from '../fixture.ts'

const serve = createServers()
const signal = new AbortController().signal
const source = (kind: string, settings: MetricSource['settings']): MetricSource => ({ metric: 'error rate', kind, settings, everyMs: 1000 })
const why = async (kind: string, settings: MetricSource['settings']): Promise<string> => {
  const { value, fault } = await trySource(source(kind, settings), realPorts({}), signal)
  expect(value).toBeNull()
  return fault
}
const replying = (body: string, status = 200) => serve((_request, reply) => reply.writeHead(status).end(body))
const kinds: [string, MetricSource['settings']][] = [['json', { pointer: '/n' }], ['http', { measure: 'latency' }], ['prometheus', { query: 'up' }]]

describe('why a metric has no data, for people', () => {
  it.for(kinds)('%s: nobody listens, a wrong status, nobody answers', async ([kind, settings]) => {
    const closed = await closedAddress()
    expect(await why(kind, { ...settings, url: closed })).toBe(`${new URL(closed).host} refused the connection. Nothing was sent. Check that the service is running and listens on that port, then retry.`)
    const locked = await replying('who are you?', 401)
    expect(await why(kind, { ...settings, url: locked })).toBe(`${new URL(locked).host} answered with status 401 instead of 200. It wants to know who asks: check auth: of the metric and its secret.`)
    const mute = await serve(() => {})
    expect(await why(kind, { ...settings, url: mute, timeout: '60ms' })).toMatch(/did not reply within 60 ms\./)
  })

  it('json: the pointer leads nowhere, no number is there, the reply is cut, or it is no JSON', async () => {
    const url = await replying('{"n":1,"words":"a lot","nan":"NaN"}')
    expect(await why('json', { url, pointer: '/errors' })).toMatch(/did not answer with a number at \/errors: .*mend pointer: of the metric\./)
    expect(await why('json', { url, pointer: '/nan' })).toMatch(/^\/nan is "NaN", which is no number\./)
    expect(await why('json', { url, pointer: '/words' })).toMatch(/^\/words is "a lot", which is no number\./)
    expect(await why('json', { url: await replying(`{"n":1,"x":"${'x'.repeat(1024 * 1024)}"}`), pointer: '/n' })).toMatch(/answered with more than 1024 KiB\./)
    expect(await why('json', { url: await replying('<html>'), pointer: '/n' })).toMatch(/did not answer with a number at \/n: /)
  })

  it('prometheus: no series, NaN, a query it does not take, and something that is no Prometheus', async () => {
    const matrix = (values: unknown[]) => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] } })
    expect(await why('prometheus', { url: await replying(matrix([])), query: 'up' })).toMatch(/^Prometheus has no series for the query in this time\./)
    expect(await why('prometheus', { url: await serve((_request, reply) => reply.end(matrix([[Math.floor(Date.now() / 1000), 'NaN']]))), query: 'up' })).toMatch(/NaN or infinite/)
    expect(await why('prometheus', { url: await replying(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end of input' }), 400), query: 'up{' })).toMatch(/^Prometheus does not take the query: parse error: unexpected end of input /)
    expect(await why('prometheus', { url: await replying('<html>'), query: 'up' })).toMatch(/did not answer as Prometheus does\./)
  })

  it('http: the share of failures has a value, and what failed is said beside it', async () => {
    const url = await replying('', 503)
    expect(await trySource(source('http', { url, measure: 'error-rate' }), realPorts({}), signal)).toMatchObject({ value: 100, fault: expect.stringMatching(/answered with status 503 instead of 200\./) })
  })

  it('is forgotten with the next value, and holds no secret', async () => {
    let status = 500
    const url = await serve((_request, reply) => reply.writeHead(status).end('{"error":"opensesame-42","n":"opensesame-42"}'))
    const reference = parseReference('secret:env:TOKEN')
    if (reference === null) throw new Error('no reference')
    const secrets = { need: () => Promise.resolve(['opensesame-42']), forget: () => undefined, mask: () => createSecretMask([{ name: 'TOKEN', value: 'opensesame-42' }]) }
    const opened = sourceKinds['json']?.open(source('json', { url, pointer: '/n', auth: 'bearer secret:env:TOKEN' }), realPorts({ secrets }))
    await opened?.read(0, signal)
    expect(opened?.fault?.()).toMatchObject({ code: 'source-status' })
    status = 200
    await opened?.read(0, signal)
    expect(opened?.fault?.()).toBeInstanceOf(Problem)
    expect(opened?.fault?.()?.message).not.toContain('opensesame')
  })
})
