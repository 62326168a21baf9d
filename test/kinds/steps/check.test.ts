import { describe, expect, it } from 'vitest'
import type { Step } from '#domain/step.ts'
import { checkStep, stepKinds } from '#kinds/steps/index.ts'
import { makeStep } from '../fixture.ts'

const codes = (parts: Partial<Step>) => checkStep(makeStep(parts)).map((finding) => finding.code)
const sh = (attributes: Record<string, string>): Partial<Step> => ({ kind: 'sh', body: 'true', hosts: ['web-1'], attributes: { hosts: 'web-1', ...attributes } })

describe('checkStep', () => {
  it('knows every kind under its own name', () => {
    expect(Object.entries(stepKinds).map(([name, kind]) => [name, kind.kind])).toEqual(['manual', 'sh', 'http', 'wait'].map((name) => [name, name]))
  })

  it('has nothing to say about steps that are as they should be', () => {
    expect(codes(sh({ id: 'stop', timeout: '2m', planned: '1h 30m', undo: 'start', 'undo-planned': '40s', owner: 'dana', batch: '50%', parallel: '4' }))).toEqual([])
    expect(codes({ kind: 'http', body: 'GET https://shop.example/health', attributes: { expect: '200,204', contains: 'ok', timeout: '5s' } })).toEqual([])
    expect(codes({ kind: 'wait', attributes: { for: '2m' } })).toEqual([])
    expect(codes({ kind: 'manual', body: 'select 1', attributes: { file: 'a.sql' } })).toEqual([])
  })

  it('does not take a word for the length of an undo', () => expect(codes(sh({ 'undo-planned': 'soon' }))).toEqual(['attribute-invalid']))

  it('says where a misspelt attribute is, because it would have no effect', () => {
    expect(checkStep(makeStep(sh({ bach: '50%' })))).toEqual([{
      severity: 'error', code: 'attribute-unknown', line: 7, column: 3,
      message: 'The sh step "Check the shop" has an attribute "bach" that means nothing to it.', hint: 'It would have no effect. Correct its name, or take it out.',
    }])
  })

  it.each([
    [sh({ id: '' })], [sh({ batch: '0' })], [sh({ batch: '150%' })], [sh({ parallel: 'all' })], [sh({ undo: ' ' })],
    [{ kind: 'http', body: 'https://shop.example', attributes: { expect: '2000' } }], [{ kind: 'http', body: 'https://shop.example', attributes: { expect: 'ok' } }],
    [{ kind: 'wait', attributes: {} }], [{ kind: 'wait', attributes: { for: 'a while' } }], [{ kind: 'wait', attributes: { for: '3 days' } }],
  ] as [Partial<Step>][])('does not take a value that makes no sense (%#)', (parts) => expect(codes(parts)).toEqual(['attribute-invalid']))

  it.each([
    ['an override of direction', 'rm -rf /tmp/\u202excod', 'U+202E'], ['a zero width', 'rm\u200b -rf', 'U+200B'], ['a tag', 'true\u{e0041}', 'U+E0041'], ['an escape', 'echo \u001b[2J', 'U+001B'],
  ])('does not run a command with %s in it: it is not what it looks like', (_, body, character) => {
    const [finding, ...more] = checkStep(makeStep({ ...sh({}), body }))
    expect(finding).toMatchObject({ severity: 'error', code: 'hidden-character', message: expect.stringContaining(`(${character})`) })
    expect(more).toEqual([])
    expect(codes(sh({ undo: body }))).toEqual(['hidden-character'])
  })

  it('takes tabs, accents and joined emoji in a command', () => expect(codes({ ...sh({}), body: 'echo "🧑\u200d🚒 ⚠\ufe0f Größe"\n\ttrue' })).toEqual([]))

  it('wants a command', () => expect(codes({ ...sh({}), body: ' \n' })).toEqual(['command-missing']))

  it('leaves to the document layer what that says itself, so that a fault is one finding', () => {
    expect(codes(sh({ timeout: 'soon', planned: '15' }))).toEqual([])
    expect(codes({ kind: 'sh', body: 'true', hosts: [] })).toEqual([])
  })

  it('does not know other kinds', () => expect(codes({ kind: 'toString' })).toEqual(['step-kind-unknown']))
})
