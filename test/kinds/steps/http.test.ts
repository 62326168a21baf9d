import { describe, expect, it } from 'vitest'
import { checkRunbook } from '#api/check.ts'
import { Problem } from '#domain/problem.ts'
import type { HostResult, Step } from '#domain/step.ts'
import type { Ports } from '#kinds/ports.ts'
import { secretsOf } from '#kinds/secrets.ts'
import { http } from '#kinds/steps/http.ts'
import { checkStep } from '#kinds/steps/index.ts'
import { createSecretStore } from '#ports/secrets.ts'
import { noSecrets } from '#support/fake-world.ts'
import { closedAddress, createServers, makeStep, realPorts } from '../fixture.ts'

const serve = createServers()

describe('an HTTP check', () => {
  it('succeeds on status 200, and shows the reply', async () => {
    const url = await serve((request, reply) => reply.end(`${request.method} fine`))
    const { result, stdout, stderr } = await run({ body: `\n  ${url}/health\n` })
    expect(result).toEqual({ outcome: 'succeeded', exitCode: 0 })
    expect(stdout).toMatch(new RegExp(`^GET ${url}/health\n200 in .*\nGET fine\n$`))
    expect(stderr).toBe('')
  })

  it('sends the method it names', async () => {
    const url = await serve((request, reply) => reply.writeHead(request.method === 'POST' ? 204 : 500).end())
    expect((await run({ body: `post ${url}`, attributes: { expect: '200, 204' } })).result.outcome).toBe('succeeded')
  })

  it('fails on another status and says what was expected and what came', async () => {
    const url = await serve((_request, reply) => reply.writeHead(503).end('down for maintenance'))
    const { result, stdout, stderr } = await run({ body: url, attributes: { expect: '200,204' } })
    expect(result).toEqual({ outcome: 'failed', reason: 'exit', exitCode: 1 })
    expect(stderr).toBe('Expected status 200 or 204, got 503.\n')
    expect(stdout).toContain('down for maintenance')
  })

  it('takes a redirect for a reply of its own', async () => {
    const url = await serve((_request, reply) => reply.writeHead(302, { location: '/login' }).end())
    expect((await run({ body: url })).stderr).toBe('Expected status 200, got 302.\n')
    expect((await run({ body: url, attributes: { expect: '302' } })).result.outcome).toBe('succeeded')
  })

  it('fails when the reply does not contain the text, also when it was too long to know', async () => {
    const short = await serve((_request, reply) => reply.end('version 2.3.0'))
    expect((await run({ body: short, attributes: { contains: 'version 2.4.0' } })).stderr).toBe('Expected the reply to contain "version 2.4.0"; it does not.\n')
    expect((await run({ body: short, attributes: { contains: 'version 2.3.0' } })).result.outcome).toBe('succeeded')
    const long = await serve((_request, reply) => reply.end(`${' '.repeat(2 * 1024 * 1024)}ready`))
    const { result, stdout, stderr } = await run({ body: long, attributes: { contains: 'ready' } })
    expect([result.outcome, stderr]).toEqual(['failed', expect.stringContaining('too long to read whole')])
    expect(stdout.length).toBeLessThan(5000)
  })

  it('says that nothing was sent when nothing listens', async () => {
    const { result, stderr } = await run({ body: await closedAddress() })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'http-refused' })
    expect(stderr).toContain('refused the connection')
  })

  it('fails a GET that gets no reply in time, and does not know about a POST', async () => {
    const url = await serve(() => {})
    expect((await run({ body: url, timeoutMs: 50 })).result).toMatchObject({ outcome: 'failed', reason: 'timeout' })
    expect((await run({ body: `POST ${url}`, timeoutMs: 50 })).result).toMatchObject({ outcome: 'unknown', code: 'http-timeout', message: expect.stringContaining('may have been acted on') })
    expect((await run({ body: `POST ${await closedAddress()}`, timeoutMs: 5000 })).result).toMatchObject({ outcome: 'failed', reason: 'refused' })
  })

  it('stops when the run is stopped', async () => {
    const stopping = new AbortController()
    const url = await serve(() => stopping.abort())
    expect((await run({ body: url }, stopping.signal)).result).toMatchObject({ outcome: 'failed', reason: 'aborted' })
  })

  it.each([
    ['', 'no address'], ['GET', 'cannot ask "GET"'], ['DELETE https://shop.example/', 'a method other than'], ['file:///etc/passwd', 'cannot ask'], ['shop.example', 'cannot ask'],
    ['GET https://a.example\nGET https://b.example', 'more than one'], ['https://dana:secret@shop.example', 'cannot ask'],
  ])('refuses %j without sending anything', async (body, words) => {
    expect(http.check(makeStep({ body }))).toEqual([expect.objectContaining({ code: 'http-request-invalid', message: expect.stringContaining(words) })])
    expect((await run({ body })).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'http-request-invalid' })
  })
})

describe('an HTTP check with auth', () => {
  const TOKEN = 'canary-token-1'
  const secrets = (ask: string | null = null): Ports['secrets'] => createSecretStore({ env: { TOKEN, BROKEN: 'canary\nlines' }, ask: () => Promise.resolve(ask) }).forRun()

  it.each([
    ['bearer secret:env:TOKEN', 'authorization', `Bearer ${TOKEN}`], ['basic shop secret:env:TOKEN', 'authorization', `Basic ${Buffer.from(`shop:${TOKEN}`).toString('base64')}`],
    ['header X-Api-Key secret:env:TOKEN', 'x-api-key', TOKEN], ['bearer secret:ask:pin', 'authorization', 'Bearer canary-pin-2'],
  ])('is let in by %s, also with POST, and says only its name', async (auth, header, value) => {
    const url = await serve((request, reply) => reply.writeHead(request.headers[header] === value ? 200 : 401).end(`your ${header}`))
    for (const method of ['GET', 'POST']) {
      const { result, stdout } = await run({ body: `${method} ${url}`, attributes: { auth } }, undefined, secrets('canary-pin-2'))
      expect([result.outcome, stdout.split('\n')[0]]).toEqual(['succeeded', `${method} ${url}, let in by secret ${auth.replace(/.*secret:/, '')}`])
      expect(stdout).not.toContain('canary')
    }
    expect((await run({ body: url })).stderr).toBe('Expected status 200, got 401.\n')
  })

  it.each([['secret:env:NOT_SET', 'secret-missing'], ['secret:ask:pin', 'secret-not-given'], ['secret:env:BROKEN', 'secret-unfit']])('whose %s cannot be had is refused, also with POST, and nothing is sent', async (reference, code) => {
    let asked = 0
    const url = await serve((_request, reply) => reply.end(String(asked += 1)))
    for (const method of ['GET', 'POST']) expect((await run({ body: `${method} ${url}`, attributes: { auth: `bearer ${reference}` } }, undefined, secrets())).result).toMatchObject({ outcome: 'failed', reason: 'refused', code })
    expect(asked).toBe(0)
  })

  it.each(['bearer canary-token-1', 'secret:env:TOKEN', 'header Host secret:env:TOKEN'])('is refused when it says %s, which is not repeated', async (auth) => {
    const step = makeStep({ body: 'https://shop.example/', attributes: { auth } })
    const findings = checkStep(step)
    expect(findings).toEqual([expect.objectContaining({ code: 'attribute-invalid', message: 'The http step "Check the shop" has auth=, which does not make sense.', hint: expect.stringContaining('bearer secret:') })])
    expect(JSON.stringify(findings)).not.toContain('canary')
    expect((await run({ body: 'https://shop.example/', attributes: { auth } })).result).toMatchObject({ outcome: 'failed', reason: 'refused', code: 'http-request-invalid' })
  })

  it("counts among the runbook's secrets, which are hidden from the run's start and missed when it is checked", () => {
    const { runbook, findings } = checkRunbook('# R\n\n## Deployment Steps\n\n### Phase 1: Deploy\n\n1. Ask\n   ```http {auth="bearer secret:env:TOKEN"}\n   https://shop.example/\n   ```\n', ({ name }) => new Problem('secret-missing', `The variable ${name} is not set.`, 'Set it.'))
    expect(secretsOf(runbook)).toMatchObject([{ secret: { from: 'env', name: 'TOKEN' }, who: 'The step "Ask" needs a secret to be let in.' }])
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'secret-missing', message: 'The step "Ask" needs a secret to be let in. The variable TOKEN is not set.' }))
  })
})

async function run(parts: Partial<Step>, signal = new AbortController().signal, secrets: Ports['secrets'] = noSecrets): Promise<{ result: HostResult; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const result = await http.run!({
    step: makeStep({ kind: 'http', timeoutMs: 20_000, ...parts }), attempt: 1, host: null, ports: realPorts({ secrets }), signal,
    onOutput: (stream, bytes) => { said[stream] += new TextDecoder().decode(bytes) },
  })
  return { result, ...said }
}
