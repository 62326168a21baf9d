import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeWhen, evaluateWhen, partsOf, type When, type WhenFacts } from '#domain/flow/when.ts'
import { parseWhen } from '#domain/flow/when-parse.ts'

const facts: WhenFacts = {
  previous: 'succeeded',
  steps: { 'stop-shop': 'failed', migrate: 'skipped', probe: 'unknown', later: 'planned', now: 'running' },
  metrics: { 'error rate': 'ok', 'p95 latency (eu)': 'breached', queue: 'warning', cpu: 'inconclusive' },
  environment: 'Production',
  captured: { version: '2.14', build: '2.14.0', count: '4', empty: '', huge: '12345678901234567890' },
}

const evaluate = (text: string, with_: Partial<WhenFacts> = {}) => {
  const parsed = parseWhen(text)
  if (!parsed.ok) throw new Error(`${parsed.column}: ${parsed.hint}`)
  return evaluateWhen(parsed.value, { ...facts, ...with_ })
}

describe('when=', () => {
  it.each([
    ['previous.succeeded', true], ['previous.failed', false], ['not previous.failed', true],
    ['step(stop-shop).failed', true], ['step(migrate).skipped', true], ['step(migrate).failed', false],
    ['metric(error rate) ok', true], ['metric(Error  Rate) is ok', true], ['metric(p95 latency (eu)) breached', true], ['metric(queue) ok', false], ['metric(cpu) inconclusive', true], ['metric(cpu) no-data', true], ['metric(cpu) is no data', true], ['metric(error rate) is no data', false], ['metric(queue) pending', true], ['metric(queue) warning', true],
    ['environment == production', true], ['environment != "Staging"', true], ['environment == Staging', false],
    ['version == "2.14"', true], ["version == '2.14'", true], ['version == 2.14', true], ['version == 2.140', true], ['version == "2.140"', false], ['build == 2.14.0', true], ['build == 2.14', false],
    ['count > 3', true], ['count>=4', true], ['count < 4', false], ['count <= 3.5', false], ['count != 4', false], ['empty == ""', true],
    ['previous.failed or previous.succeeded and count > 3', true], ['(previous.failed or previous.succeeded) and count > 9', false], ['previous.succeeded or count > 9 and count > 99', true],
    ['not (previous.failed or count > 9)', true], ['not not previous.succeeded', true],
  ])('%s is %s', (text, expected) => expect(evaluate(text)).toBe(expected))

  it.each([
    'step(probe).succeeded', 'step(probe).failed', 'step(later).failed', 'step(now).succeeded', 'step(nobody).failed', 'not step(later).failed', 'step(constructor).failed',
    'metric(cpu) ok', 'metric(cpu) breached', 'not metric(cpu) breached', 'metric(nobody) ok', 'metric(toString) ok',
    'missing == 1', 'missing != 1', 'not missing == 1', 'version > 2.1 and missing > 1', 'build > 2', 'huge > 1', 'constructor != x', 'previous.succeeded and missing == 1', 'previous.failed or missing == 1',
  ])('%s is unknown, which is not true', (text) => expect(evaluate(text)).toBe('unknown'))

  it('is decided where what is unknown does not matter', () => {
    expect([evaluate('previous.failed and missing == 1'), evaluate('missing == 1 or previous.succeeded'), evaluate('step(probe).unknown')]).toEqual([false, true, true])
  })

  it('knows no outcome before the first step, and no environment that is not written', () => {
    expect([evaluate('previous.succeeded', { previous: null }), evaluate('environment != Production', { environment: null })]).toEqual(['unknown', 'unknown'])
  })

  it.each([
    ['', 1, 'Write previous'], ['previous', 9, 'which outcome'], ['previous.done', 10, 'which outcome'], ['previous.succeeded and', 23, 'Write previous'], ['previous.succeeded previous.failed', 20, 'Join'],
    ['(previous.failed', 17, 'Close'], ['previous.failed)', 16, 'Join'], ['step(a b).failed', 6, 'by its id'], ['step().failed', 6, 'by its id'], ['step(a', 6, 'by its id'], ['metric(x) high', 11, 'must stand'],
    ['metric() ok', 8, 'Name the metric'], ['count', 6, 'Compare'], ['count = 3', 7, 'Compare'], ['count > many', 9, 'need a number'], ['count > "3"', 9, 'need a number'], ['count == "x', 10, 'in quotes'],
    ['and', 1, 'Write previous'], ['true', 1, 'Write previous'], ['count == 3; rm', 11, 'Join'], ['previous.succeeded && count > 1', 20, 'Join'], ['AND == 1 OR 2', 10, 'Join'],
  ])('%j stops making sense at character %i', (text, column, hint) => {
    expect(parseWhen(text)).toEqual({ ok: false, column, hint: expect.stringContaining(hint) as string })
  })

  it('is bounded in length and in depth', () => {
    expect(parseWhen('a'.repeat(501))).toMatchObject({ ok: false, column: 501 })
    expect(parseWhen(`${'('.repeat(17)}count > 1${')'.repeat(17)}`)).toMatchObject({ ok: false, hint: expect.stringContaining('16 deep') as string })
    expect(parseWhen(`${'not '.repeat(16)}count > 1`).ok).toBe(true)
    expect(parseWhen(`${'not '.repeat(120)}`).ok).toBe(false)
  })

  const name = fc.constantFrom('version', 'count', 'a-b', 'x_1', 'notable', 'environment', 'orders')
  const literal = fc.oneof(fc.constantFrom('Staging', '2.14', 'it is', 'don\'t', 'say "x"', '', '-', '1e9', 'true'), fc.integer({ min: -1e9, max: 1e9 }).map((number) => number + 0), fc.integer({ min: -999, max: 999 }).map((number) => number / 1e9 + 0))
  const leaf: fc.Arbitrary<When> = fc.oneof(
    fc.record({ is: fc.constant('outcome' as const), step: fc.constantFrom(null, 'stop-shop', 'a.b', 'größe'), outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'skipped' as const, 'unknown' as const) }),
    fc.record({ is: fc.constant('metric' as const), metric: fc.constantFrom('error rate', 'p95 (eu) x', 'a'), verdict: fc.constantFrom('ok' as const, 'warning' as const, 'breached' as const, 'inconclusive' as const) }),
    fc.record({ is: fc.constant('compare' as const), name, operator: fc.constantFrom('==' as const, '!=' as const), literal }),
    fc.record({ is: fc.constant('compare' as const), name, operator: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const), literal: fc.integer({ min: -99, max: 99 }).map((number) => number + 0) }),
  )
  const { tree } = fc.letrec<{ tree: When }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, fc.record({ is: fc.constant('not' as const), part: tie('tree') }), fc.record({ is: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) })),
  }))

  it('reads back what it says as the same', () => {
    fc.assert(fc.property(tree, (when) => {
      const text = describeWhen(when)
      fc.pre(text.length <= 500)
      expect(parseWhen(text)).toEqual({ ok: true, value: when })
      expect(evaluateWhen(when, facts)).toBeOneOf([true, false, 'unknown'])
      expect(partsOf(when).length).toBeGreaterThan(0)
    }), { numRuns: 1000 })
  })

  it('takes any text whatever: it is read, or the fault has a place in it', () => {
    const word = fc.constantFrom('previous', '.', 'succeeded', 'step', '(', ')', 'metric', 'ok', 'and', 'or', 'not', '==', '>', '3', '"x"', "'", '"', 'environment', ' ', 'count', 'é', '\u{1f600}', '\n')
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')), fc.array(word, { maxLength: 40 }).map((words) => words.join(''))), (text) => {
      const parsed = parseWhen(text)
      if (parsed.ok) expect(parseWhen(describeWhen(parsed.value))).toEqual(parsed)
      else expect(parsed.column).toSatisfy((column: number) => column >= 1 && column <= text.length + 1)
    }), { numRuns: 1000 })
  })

  it('never becomes true by knowing less', () => {
    fc.assert(fc.property(tree, (when) => {
      const nothing: WhenFacts = { previous: null, steps: {}, metrics: {}, environment: null, captured: {} }
      const known = evaluateWhen(when, facts)
      const blind = evaluateWhen(when, nothing)
      const asksForSilence = partsOf(when).some((part) => part.is === 'metric' && part.verdict === 'inconclusive')
      if (!asksForSilence && blind !== 'unknown') expect(known).toBe(blind)
    }))
  })
})
