import { describe, expect, it } from 'vitest'
import { NOT_YET } from '#domain/flow/not-yet.ts'
import type { Step } from '#domain/step.ts'
import type { ShellRequest } from '#kinds/ports.ts'
import { checkStep } from '#kinds/steps/index.ts'
import { sh } from '#kinds/steps/sh.ts'
import { makeStep, realPorts } from '../fixture.ts'

const host = { name: 'web-1', address: null, user: null, port: null, jump: null }
const command = (attributes: Record<string, string>): Step => makeStep({ id: 's', kind: 'sh', body: 'true', hosts: ['web-1'], attributes: { hosts: 'web-1', ...attributes } })
const codes = (step: Step) => checkStep(step).map((finding) => finding.code)

async function run(attributes: Record<string, string>) {
  const asked: ShellRequest[] = []
  const ports = realPorts({ shell: { run: (request) => { asked.push(request); return Promise.resolve({ outcome: 'succeeded', exitCode: 0 }) } } })
  const result = await sh.run!({ step: command(attributes), attempt: 1, host, ports, onOutput: () => {}, signal: new AbortController().signal })
  return { scripts: asked.map(({ script }) => script), result }
}

describe('the attributes of flow', () => {
  it('that are acted upon are taken, of a command', () => {
    expect(codes(command({ 'parallel': '2', 'batch': '50%', 'on-fail': 'stop', 'env': "A=1 B='two words'", 'cwd': '/srv/shop', 'user': 'deploy', 'sudo': 'true' }))).toEqual([])
  })

  it('that are not acted upon yet are errors, each by its name, and the step is not sent', async () => {
    const usual: Record<string, string> = { 'when': 'metric(error rate) ok', 'env': 'A=secret:b' }
    const attributes = Object.fromEntries(Object.keys(NOT_YET).map((name) => [name, usual[name] ?? '']))
    expect(checkStep(command(attributes)).map(({ code, severity }) => `${severity} ${code}`)).toEqual(Object.keys(NOT_YET).map(() => 'error attribute-not-yet'))
    for (const name of Object.keys(NOT_YET)) expect(await run({ [name]: usual[name] ?? '' })).toMatchObject({ scripts: [], result: { outcome: 'failed', reason: 'refused', code: 'attribute-not-yet' } })
  })

  it.each([['max-fail', '0'], ['retries', 'often'], ['when', 'previous'], ['capture', 'v'], ['env', 'A'], ['cwd', 'shop'], ['user', '-u']])('with a value that makes no sense are errors, and nothing is sent: %s=%s', async (name, value) => {
    expect(codes(command({ [name]: value }))).toContain('attribute-invalid')
    expect(await run({ [name]: value })).toMatchObject({ scripts: [], result: { reason: 'refused', code: 'attribute-invalid' } })
  })

  it('that surround the command go with it', async () => {
    const { scripts: [script] } = await run({ cwd: '/srv/shop', env: "A='two words'" })
    expect(script).toContain("export A='two words'; cd '/srv/shop'")
    expect(script?.endsWith('\ntrue')).toBe(true)
    expect((await run({})).scripts).toEqual(['true'])
  })

  it('that make sense for a request are taken there, and no others', () => {
    const request = (attributes: Record<string, string>) => makeStep({ kind: 'http', body: 'https://shop.example', attributes })
    expect(codes(request({ 'on-fail': 'stop', 'expect': '200' }))).toEqual([])
    expect(codes(request({ retries: '3' }))).toEqual(Object.hasOwn(NOT_YET, 'retries') ? ['attribute-not-yet'] : [])
    expect(codes(request({ retries: 'x' }))).toContain('attribute-invalid')
    for (const name of ['parallel', 'batch', 'max-fail', 'env', 'cwd', 'user', 'sudo']) expect(codes(request({ [name]: '1' }))).toEqual(['attribute-unknown'])
  })
})
