import { describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { checkSource, sourceKinds } from '#kinds/sources/index.ts'
import { json } from '#kinds/sources/json.ts'
import { closedAddress, createServers, realPorts } from '../fixture.ts'

const serve = createServers()
const NOW = 50_000
const signal = new AbortController().signal
const clock = { now: () => NOW, sleep: () => Promise.resolve() }
const source = (settings: MetricSource['settings']): MetricSource => ({ metric: 'error rate', kind: 'json', settings, everyMs: 5000 })
const read = async (settings: MetricSource['settings']) => (await json.open(source(settings), realPorts({ clock })).read(0, signal))[0]?.value

describe('a number in a JSON document', () => {
  const replying = (body: string, status = 200) => serve((_request, reply) => reply.writeHead(status).end(body))

  it('is found by its pointer, also in lists, under odd names, at the top, and as text', async () => {
    const url = await replying('{"stats":{"errors":[0.5,2.25],"a/b~c":"17","x":-1.5e2}}')
    expect(await read({ url, pointer: '/stats/errors/1' })).toBe(2.25)
    expect(await read({ url, pointer: '/stats/a~1b~0c' })).toBe(17)
    expect(await read({ url, pointer: '/stats/x' })).toBe(-150)
    expect(await read({ url: await replying(' 42\n'), pointer: '' })).toBe(42)
  })

  it('is brought into the template\'s units by times', async () => {
    expect(await read({ url: await replying('{"seconds":0.812}'), pointer: '/seconds', times: 1000 })).toBeCloseTo(812)
  })

  it('is no data when it is not there, no number, cut, of another status, or not answered', async () => {
    const url = await replying('{"n":"a lot","list":[1],"none":null,"yes":true,"nan":"NaN","hex":"0x10"}')
    for (const pointer of ['/missing', '/n', '/list', '/none', '/yes', '/nan', '/hex', '/__proto__', '/constructor', '/list/length']) expect(await read({ url, pointer }), pointer).toBeNull()
    expect(await read({ url: await replying('<html>'), pointer: '/n' })).toBeNull()
    expect(await read({ url: await replying('{"n":1}', 503), pointer: '/n' })).toBeNull()
    expect(await read({ url: await replying(`{"n":1,"more":"${'x'.repeat(1024 * 1024)}"}`), pointer: '/n' })).toBeNull()
    expect(await read({ url: await closedAddress(), pointer: '/n' })).toBeNull()
    expect(await read({ url: await serve(() => {}), pointer: '/n', timeout: '50ms' })).toBeNull()
  })

  it('says what is asked, and what is wrong with its settings', () => {
    expect(sourceKinds['json']?.describe(source({ url: 'http://shop.example/stats', pointer: '/errors', times: 100 }))).toBe('100 times /errors in GET http://shop.example/stats, every 5 s')
    expect(checkSource(source({ url: 'http://shop.example', pointer: 'errors' }))[0]?.message).toContain('JSON pointer')
    expect(checkSource(source({ url: 'http://shop.example', pointer: '/a', times: 0 }))).toHaveLength(1)
    expect(checkSource(source({ url: 'file:///etc/passwd', pointer: '/a' }))).toHaveLength(1)
  })
})
