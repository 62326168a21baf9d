import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MetricSource } from '#domain/inventory.ts'
import { checkSource, sourceKinds } from '#kinds/sources/index.ts'
import { trySource } from '#kinds/sources/try-source.ts'
import type { Ports } from '#kinds/ports.ts'
import { createSecretStore } from '#ports/secrets.ts'
import { createServers, realPorts } from '../fixture.ts'

const serve = createServers()
const signal = new AbortController().signal
const TOKEN = 'canary-token-1'
let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'holdpoint-auth-'))
})
afterAll(() => rmSync(home, { recursive: true }))

const ports = (ask: () => Promise<string | null> = () => Promise.resolve(null)): Ports =>
  realPorts({ secrets: createSecretStore({ env: { TOKEN, BROKEN: 'two\nlines' }, home, ask }).forRun() })
const KINDS: [string, MetricSource['settings'], string][] = [
  ['json', { pointer: '/n' }, '{"n":3}'],
  ['http', { measure: 'availability' }, 'ok'],
  ['prometheus', { query: 'up' }, ''],
]
const source = (kind: string, settings: MetricSource['settings']): MetricSource => ({ metric: 'error rate', kind, settings, everyMs: 5000 })

/** A server that answers only who shows this header, as Prometheus would where it is asked for. */
async function guarded(header: string, value: string, body: string): Promise<{ url: string; refused: string[] }> {
  const refused: string[] = []
  const url = await serve((request, reply) => {
    const shown = String(request.headers[header])
    if (shown !== value) refused.push(shown)
    const now = Number(new URL(request.url ?? '', 'http://x').searchParams.get('end'))
    reply.writeHead(shown === value ? 200 : 401).end(body === '' ? JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ values: [[now, '7']] }] } }) : body)
  })
  return { url, refused }
}

describe.each(KINDS)('a %s source with auth', (kind, settings, body) => {
  it.each([
    ['bearer secret:env:TOKEN', 'authorization', `Bearer ${TOKEN}`],
    ['basic shop secret:env:TOKEN', 'authorization', `Basic ${Buffer.from(`shop:${TOKEN}`).toString('base64')}`],
    ['header X-Api-Key secret:env:TOKEN', 'x-api-key', TOKEN],
  ])('%s is let in, and shows the value nowhere', async (auth, header, value) => {
    const { url, refused } = await guarded(header, value, body)
    const trial = await trySource(source(kind, { ...settings, url, auth }), ports(), signal)
    expect([trial.fault, refused]).toEqual(['', []])
    expect(trial.value).not.toBeNull()
    expect(trial.query).toContain('let in by secret env:TOKEN')
    expect(JSON.stringify(trial)).not.toContain('canary')
  })

  it('whose secret is not there, or fits no header, sends nothing, is no data, and a trial says why', async () => {
    const { url, refused } = await guarded('authorization', '', body)
    for (const [name, fault] of [['NOT_SET', 'The variable NOT_SET is not set where Holdpoint runs.'], ['BROKEN', 'The secret env:BROKEN holds characters that no header can carry.']] as const) {
      const one = source(kind, { ...settings, url, auth: `bearer secret:env:${name}` })
      expect(await trySource(one, ports(), signal)).toMatchObject({ value: null, fault })
      expect((await sourceKinds[kind]!.open(one, ports()).read(Date.now() - 15_000, signal)).at(-1)?.value).toBeNull()
    }
    expect(refused).toEqual([])
  })

  it('is no data while a person is asked, without a second question, and has data from the answer on', async () => {
    const { url } = await guarded('authorization', `Bearer ${TOKEN}`, body)
    const answers: ((value: string) => void)[] = []
    const open = sourceKinds[kind]!.open(source(kind, { ...settings, url, auth: 'bearer secret:ask:token', timeout: '20ms' }), ports(() => new Promise((answer) => answers.push(answer))))
    const newest = async () => (await open.read(Date.now() - 15_000, signal)).at(-1)?.value
    expect([await newest(), await newest(), answers.length]).toEqual([null, null, 1])
    answers[0]?.(TOKEN)
    await expect.poll(newest).not.toBeNull()
  })

  it.each(['bearer canary-token-1', 'secret:env:TOKEN', 'bearer me secret:env:TOKEN', 'basic secret:env:TOKEN', 'basic a:b secret:env:TOKEN', 'header Host secret:env:TOKEN', 'header X:Y secret:env:TOKEN', 'bearer secret:vault:x', 'digest me secret:env:TOKEN'])('does not take %s, and does not repeat it', (auth) => {
    const faults = checkSource(source(kind, { ...settings, url: 'http://x', auth }))
    expect(faults.map(({ code }) => code)).toEqual(['source-settings'])
    expect(JSON.stringify(faults)).not.toContain('canary')
  })
})
