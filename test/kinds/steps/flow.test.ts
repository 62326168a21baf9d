import { describe, expect, it } from 'vitest'
import type { Step } from '#domain/step.ts'
import { Problem } from '#domain/problem.ts'
import type { StepWork } from '#kinds/kind.ts'
import type { Secrets, ShellRequest } from '#kinds/ports.ts'
import { checkStep } from '#kinds/steps/index.ts'
import { sh } from '#kinds/steps/sh.ts'
import { noSecrets } from '#support/fake-world.ts'
import { createMemoryJob } from '#support/shell-job.ts'
import { makeStep, realPorts } from '../fixture.ts'

const host = { name: 'web-1', address: null, user: null, port: null, jump: null }
const command = (attributes: Record<string, string>): Step => makeStep({ id: 's', kind: 'sh', body: 'true', hosts: ['web-1'], attributes: { hosts: 'web-1', ...attributes } })
const codes = (step: Step) => checkStep(step).map((finding) => finding.code)

async function run(attributes: Record<string, string>, more: Partial<StepWork> = {}, secrets: Secrets = noSecrets) {
  const asked: ShellRequest[] = []
  const ports = realPorts({ secrets, shell: { run: (request) => { asked.push(request); return Promise.resolve({ outcome: 'succeeded', exitCode: 0 }) } } })
  const result = await sh.run!({ step: command(attributes), attempt: 1, host, ports, onOutput: () => {}, signal: new AbortController().signal, ...more })
  return { scripts: asked.map(({ script }) => script), secrets: asked.map((request) => request.secrets), result }
}

describe('the attributes of flow', () => {
  it('that are acted upon are taken, of a command', () => {
    expect(codes(command({ 'parallel': '2', 'batch': '50%', 'on-fail': 'stop', 'env': "A=1 B='two words'", 'cwd': '/srv/shop', 'user': 'deploy', 'sudo': 'true' }))).toEqual([])
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

  describe('name secrets', () => {
    const given: Secrets = { ...noSecrets, need: (references, why) => Promise.resolve(references.map(({ from, name }) => `${from} ${name} for ${why}`)) }
    const withheld: Secrets = { ...noSecrets, need: () => Promise.reject(new Problem('secret-missing', 'The variable SHOP is not set where Holdpoint runs.', 'Start Holdpoint with it.')) }
    const sent = () => {
      const job = createMemoryJob()
      job.begin({ bootId: 'b', hostKey: 'k', helper: 'h', commandSha256: 's' })
      return job
    }

    it('whose values go beside the script, never in it', async () => {
      const { scripts: [script], secrets } = await run({ env: 'A=1 TOKEN=secret:env:SHOP PIN=secret:pin' }, {}, given)
      expect(secrets).toEqual([{ TOKEN: 'env SHOP for the step "Check the shop"', PIN: 'ask pin for the step "Check the shop"' }])
      expect(script).not.toContain('Check the shop')
    })

    it('that cannot be had: nothing is sent', async () => {
      expect(await run({ env: 'TOKEN=secret:env:SHOP' }, {}, withheld)).toEqual({ scripts: [], secrets: [], result: { outcome: 'failed', reason: 'refused', code: 'secret-missing', message: 'The variable SHOP is not set where Holdpoint runs.', hint: 'Start Holdpoint with it. Nothing was sent to this host.' } })
      expect(await run({ env: 'TOKEN=secret:env:SHOP' }, { signal: AbortSignal.abort() }, withheld)).toMatchObject({ scripts: [], result: { reason: 'aborted' } })
    })

    it('that cannot be had any more: what was sent is not said to be refused, and stopped it keeps no output that nobody could hide', async () => {
      await expect(run({ env: 'TOKEN=secret:env:SHOP' }, { job: sent() }, withheld)).rejects.toMatchObject({ code: 'secret-missing' })
      const job = sent()
      expect(await run({ env: 'TOKEN=secret:env:SHOP' }, { job, signal: AbortSignal.abort() }, withheld)).toMatchObject({ secrets: [{}] })
      expect(job.withheld).toContain('was not kept')
    })
  })

  it('that make sense for a request are taken there, and no others', () => {
    const request = (attributes: Record<string, string>) => makeStep({ kind: 'http', body: 'https://shop.example', attributes })
    expect(codes(request({ 'on-fail': 'stop', 'expect': '200' }))).toEqual([])
    expect(codes(request({ retries: '3' }))).toEqual([])
    expect(codes(request({ retries: 'x' }))).toContain('attribute-invalid')
    for (const name of ['parallel', 'batch', 'max-fail', 'env', 'cwd', 'user', 'sudo']) expect(codes(request({ [name]: '1' }))).toEqual(['attribute-unknown'])
  })
})
