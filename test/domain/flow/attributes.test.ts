import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowOf, HOST_FLOW } from '#domain/flow/attributes.ts'
import { describeFlow } from '#domain/flow/describe.ts'
import { parseCwd, parseEnv, parseUser } from '#domain/flow/surroundings.ts'
import type { Step } from '#domain/step.ts'

const step = (attributes: Record<string, string>): Step => ({
  id: 'stop', title: 'Stop the shop', kind: 'sh', body: 'true', attributes, hosts: ['app1', 'app2'], unknownHosts: [], timeoutMs: 9000, plannedMs: null,
  undo: 'start', owner: null, checkbox: false, optional: false, range: { start: 0, end: 0, line: 1, column: 1 },
})
const read = (attributes: Record<string, string>) => flowOf(step(attributes))

describe('flowOf', () => {
  it('is plain and careful without attributes', () => {
    expect(read({})).toEqual({ problems: [], flow: {
      hosts: ['app1', 'app2'], parallel: null, batch: null, maxFail: null, timeoutMs: 9000, retries: { count: 0, delayMs: 5000, backoff: 'none', capMs: 600_000 }, onFail: { action: 'stop' },
      when: null, captures: [], env: [], cwd: null, user: null, idempotent: false, undo: 'start', probe: null, danger: false,
    } })
  })

  it('reads all of them', () => {
    expect(read({
      parallel: '50%', batch: '1,100%', 'max-fail': '25%', retries: '3', delay: '10s', backoff: 'exponential,1m', 'on-fail': 'step:logs', when: 'previous.succeeded', capture: 'v=json:/v',
      env: "A=1 B='two words' C=secret:shop/token D=secret:env:SHOP_TOKEN E='secret:file:~/my token'", cwd: '/srv/shop', user: 'deploy', sudo: 'true', idempotent: 'true', danger: 'true', probe: 'test -e /done', owner: 'dana',
    })).toEqual({ problems: [], flow: {
      hosts: ['app1', 'app2'], parallel: { percent: 50 }, batch: [{ hosts: 1 }, { percent: 100 }], maxFail: { percent: 25 }, timeoutMs: 9000,
      retries: { count: 3, delayMs: 10_000, backoff: 'exponential', capMs: 60_000 }, onFail: { action: 'run-step', stepId: 'logs' }, when: { is: 'outcome', step: null, outcome: 'succeeded' },
      captures: [{ name: 'v', by: 'json', pointer: '/v' }], env: [{ name: 'A', value: '1' }, { name: 'B', value: 'two words' }, { name: 'C', secret: { from: 'ask', name: 'shop/token' } }, { name: 'D', secret: { from: 'env', name: 'SHOP_TOKEN' } }, { name: 'E', secret: { from: 'file', name: '~/my token' } }],
      cwd: '/srv/shop', user: 'deploy', idempotent: true, undo: 'start', probe: 'test -e /done', danger: true,
    } })
    expect(read({ sudo: 'true' }).flow.user).toBe('root')
  })

  it('says which value makes no sense, and where in a condition', () => {
    expect(read({ when: 'previous.succeeded and count' }).problems).toEqual([{
      code: 'attribute-invalid', message: 'The sh step "Stop the shop" has when="previous.succeeded and count", which does not make sense.', hint: 'At character 29: Compare count with something: == != >= <= > <.',
    }])
  })

  it.each([
    ['parallel', '0'], ['batch', '1,'], ['max-fail', '0'], ['retries', '99'], ['on-fail', 'shrug'], ['when', ''], ['capture', 'x'], ['env', 'A'], ['cwd', 'shop'], ['user', 'a b'], ['sudo', 'yes'], ['idempotent', '1'], ['danger', 'very'], ['probe', ' '],
  ])('does not take %s=%s', (name, value) => expect(read({ [name]: value }).problems.map(({ code }) => code)).toEqual(['attribute-invalid']))

  it.each([['delay', '5s'], ['backoff', 'linear'], ['on-fail', 'step:stop']])('does not take %s=%s alone', (name, value) => expect(read({ [name]: value }).problems.map(({ code }) => code)).toEqual(['attribute-conflict']))

  it('takes whatever stands between the braces without an exception', () => {
    const name = fc.constantFrom(...HOST_FLOW, 'delay', 'constructor', '__proto__')
    fc.assert(fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.constantFrom('1', '50%', 'true', 'secret:', '~', '=', '1,2,,'))), (attributes) => {
      expect(Object.keys(read(attributes).flow)).toHaveLength(16)
    }))
  })
})

describe('describeFlow', () => {
  it('says what is not the usual, and no value of a variable', () => {
    expect(describeFlow(read({}).flow, () => null)).toEqual(['2 hosts, stops at the 1st failure', 'stopped after 9 s on each host'])
    expect(describeFlow(read({
      'batch': '1', 'parallel': '50%', 'max-fail': '2', 'retries': '1', 'on-fail': 'step:logs', 'when': 'not (a==1 or b==2)', 'capture': 'v=json:', 'user': 'deploy', 'cwd': '~', 'env': 'A=hidden B=secret:b', 'idempotent': 'true', 'danger': 'true',
    }).flow, () => 'Collect the logs')).toEqual([
      '2 hosts, stops at the 2nd failure', '1 host first, then 1', '50% of a batch at once', 'stopped after 9 s on each host', 'up to 1 retry, after 5 s', 'runs "Collect the logs" when it fails, then asks', 'only when not (a == 1 or b == 2)', 'captures v',
      'as deploy, through sudo', 'in ~', 'with A, B from secret ask:b', 'safe to run again', 'asks for the name of the environment',
    ])
  })
})

describe('surroundings', () => {
  it.each(['A', '1A=x', 'A="x', 'A=x"y', 'A=1 A=2', 'A = 1', 'UID=0', 'SHELLOPTS=x', 'holdpoint_script=x', 'A=a\u0000b', "A='a\nb'", 'A=secret:', 'A=secret:a b', 'A=secret:env:', 'A=secret:env:A-B', 'A=secret:file:token', 'A=secret:vault:x', 'A=secret:ask:', '"A=1"', Array.from({ length: 51 }, (_, index) => `V${index}=`).join(' ')])('does not take env=%j', (text) => expect(parseEnv(text).ok).toBe(false))

  it('takes values as they stand', () => {
    expect(parseEnv(` A=$HOME\\n  B="it's" C='' D= E=a=b,c `)).toEqual({ ok: true, value: [{ name: 'A', value: '$HOME\\n' }, { name: 'B', value: "it's" }, { name: 'C', value: '' }, { name: 'D', value: '' }, { name: 'E', value: 'a=b,c' }] })
  })

  it.each(['', 'srv', './srv', '-', '~dana', '/a\nb', '/a\u001b'])('does not take cwd=%j', (text) => expect(parseCwd(text).ok).toBe(false))
  it.each(['/', '~', '~/a b', "/it's"])('takes cwd=%j', (text) => expect(parseCwd(text)).toEqual({ ok: true, value: text }))
  it.each(['', '-u', '#0', 'a b', 'a;b', 'a'.repeat(33)])('does not take user=%j', (text) => expect(parseUser(text).ok).toBe(false))
})
