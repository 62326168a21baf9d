import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreedValue, captureFrom, parseCaptures, type Captured } from '#domain/flow/capture.ts'
import { compilePattern } from '#domain/flow/text-pattern.ts'

const captured = (text: string, output: string): Captured => {
  const parsed = parseCaptures(text)
  if (!parsed.ok) throw new Error(parsed.hint)
  return captureFrom(parsed.value[0]!, output)
}
const value = (text: string, output: string) => {
  const taken = captured(text, output)
  return taken.ok ? taken.value : null
}

describe('capture=NAME=regex:', () => {
  it.each([
    ['v=regex:v([0-9.]+)', 'shop v2.14.0 (v1)', '2.14.0'], ['v=regex:^version: (\\S+)$', 'a\nversion: 2.14\r\nb', '2.14'], ['v=regex:\\d+ rows?', 'moved 17 rows', '17 rows'],
    ['v=regex:(?:id|key)=([^;]*);', 'key=;id=7;', ''], ['v=regex:(a|ab)(?:c|bcd)', 'xabcd', 'a'], ['v=regex:"(.*?)"', 'say "a" or "b"', 'a'], ['v=regex:"(.*)"', 'say "a" or "b"', 'a" or "b'],
    ['v=regex:\\b(\\w{3})\\b', 'ab abcd abc', 'abc'], ['v=regex:([\\w.-]+)@', 'to a.b-c@x', 'a.b-c'], ['v=regex:a{2,3}', 'aaaa', 'aaa'], ['v=regex:[^\\d\\s]+', '12 ü\u{1f600} 3', 'ü\u{1f600}'], ['v=regex:(.)$', 'x\u{1f600}', '\u{1f600}'],
    ['v=regex:a;b=c', 'a;b=c', 'a;b=c'],
  ])('%s takes from %j %j', (text, output, expected) => expect(value(text, output)).toBe(expected))

  it('says so when nothing fits', () => expect(captured('v=regex:x(y)', 'xx')).toEqual({ ok: false, why: 'the pattern fits nothing in the output' }))

  it.each([
    ['(a', 'not closed'], ['a)', 'never opened'], ['[a', 'not closed'], ['[]', 'empty'], ['[b-a]', 'lower'], ['*a', 'to repeat'], ['a**', 'repetition of a repetition'], ['a{3,1}', 'in order'], ['a{201}', 'at most 200'],
    ['(a)\\1', 'refer back'], ['(?=a)', 'ahead or behind'], ['(?<n>a)', 'ahead or behind'], ['(?<!a)', 'ahead or behind'], ['(?i)a', 'ahead or behind'], ['(a)(b)', 'Only one group'], ['\\p{L}', 'means nothing'], ['a\\', 'means nothing'], ['^*', 'could be repeated'], ['', 'Write a pattern'],
    ['(?:(?:a{100}){100}){100}', 'too large'], ['a'.repeat(501), 'within 500'], [`${'(?:'.repeat(21)}a${')'.repeat(21)}`, '20 deep'], ['}', 'backslash'],
  ])('does not take the pattern %s', (pattern, hint) => expect(parseCaptures(`v=regex:${pattern}`)).toEqual({ ok: false, hint: expect.stringContaining(hint) as string }))

  it('ends on patterns that make others run for ever', () => {
    const long = 'a'.repeat(20_000)
    for (const pattern of ['(?:a+)+b', '(?:a|a)*b', '(?:a*)*b', '(?:a|aa)+$b', 'a*a*a*a*a*b', '.*.*.*x', '(?:(?:){200}){200}b', '(?:a?){200}b', '(?:(?:a|b|)*)*c']) expect(captured(`v=regex:${pattern}`, long)).toMatchObject({ ok: false })
  })

  it('gives up, and says so, before it holds the program up', () => {
    expect(captured(`v=regex:${'(?:a?){100}'.repeat(2)}b`, 'a'.repeat(1_000_000))).toEqual({ ok: false, why: 'the output is too long for this pattern' })
  })

  it('reads the first 1 MiB, up to the end of a line', () => {
    const filler = `${'x'.repeat(1023)}\n`.repeat(1023)
    expect(captured('v=regex:id=(\\d+)', `${filler}${'y'.repeat(1000)} id=123456789${'0'.repeat(2000)}\nid=5`)).toEqual({ ok: false, why: 'the pattern fits nothing in the first 1 MiB of the output' })
    expect(value('v=regex:id=(\\d+)', `id=7\n${filler.repeat(3)}`)).toBe('7')
    expect(value('v=regex:^x*$', 'x'.repeat(1001))).toBe(null)
  })

  it('finds what JavaScript finds', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', 'c', '\\.', '[a-c1]')
    const plain = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}?')).map((parts) => parts.join(''))
    const body = fc.array(fc.oneof({ weight: 6, arbitrary: plain }, fc.constantFrom('^', '$', '\\b', '\\B')), { maxLength: 4 }).map((parts) => parts.join(''))
    const either = fc.array(body, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'))
    const grouped = fc.tuple(either, fc.constantFrom('', '{2}', '?')).map(([inner, times]) => `(?:a${inner.replaceAll('|', '|b')})${times}`)
    const pattern = fc.tuple(body, fc.oneof(grouped, fc.constant('')), fc.oneof(either.map((inner) => `(${inner})`), body), body).map((parts) => parts.join(''))
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', ' ', '\n', 'ü'), maxLength: 12 })
    fc.assert(fc.property(pattern, text, (source, output) => {
      fc.pre(source !== '')
      const compiled = compilePattern(source)
      expect(compiled).toMatchObject({ ok: true })
      const oracle = new RegExp(source, 'mu').exec(output)
      const expected = oracle === null ? null : { found: (oracle.length > 1 ? oracle[1] : oracle[0]) ?? '' }
      expect(compiled.ok && compiled.value.find(output)).toEqual(expected)
    }), { numRuns: 5000 })
  })

  it('never throws, whatever the pattern and the output', () => {
    const source = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('(', ')', '(?:', '[', ']', '^', '-', '\\', '*', '+', '?', '{2}', '{', '}', '|', 'a', '.', '$', ',', '1'), { maxLength: 20 }).map((parts) => parts.join('')))
    fc.assert(fc.property(source, fc.string({ unit: 'binary' }), (pattern, output) => {
      expect(captureFrom({ name: 'v', by: 'regex', pattern }, output)).toHaveProperty('ok')
    }), { numRuns: 5000 })
  })
})

describe('capture=NAME=json:', () => {
  const json = '{"items":[{"id":12345678901234567890,"v":1.10,"a/b":"slash","m~n":true}],"":{"x":null},"text":"2.14","list":[]}\n'

  it.each([['/items/0/id', '12345678901234567890'], ['/items/0/v', '1.10'], ['/items/0/a~1b', 'slash'], ['/items/0/m~0n', 'true'], ['//x', 'null'], ['/text', '2.14']])('%s points at %s, as it was written', (pointer, expected) => {
    expect(value(`id=json:${pointer}`, json)).toBe(expected)
  })

  it('takes the whole output when the pointer is empty', () => expect([value('id=json:', ' 7 '), value('id=json:', '"a"'), value('id=json:', '[1]')]).toEqual(['7', 'a', null]))

  it.each(['/nothing', '/items/00/id', '/items/-', '/items/1', '/items/length', '/text/0', '/text/length', '/items/0/id/x', '/items/0/v/description', '/constructor', '/__proto__', '/items', '/items/0'])('takes nothing at %s', (pointer) => expect(value(`id=json:${pointer}`, json)).toBe(null))

  it.each(['items', '/a~', '/a~2', '#/a'])('does not take the pointer %s', (pointer) => expect(parseCaptures(`id=json:${pointer}`)).toMatchObject({ ok: false }))

  it('says what is wrong with the output', () => {
    expect(captured('id=json:/a', 'oops')).toEqual({ ok: false, why: 'the output is not JSON that can be read' })
    expect(captured('id=json:/a', '['.repeat(500_000))).toMatchObject({ ok: false })
    expect(captured('id=json:/0', `${'['.repeat(400_000)}${']'.repeat(400_000)}`)).toMatchObject({ ok: false })
    expect(captured('id=json:/a', `"${'x'.repeat(1024 * 1024)}"`)).toEqual({ ok: false, why: 'the output is longer than 1 MiB' })
    expect(captured('id=json:/items', json)).toEqual({ ok: false, why: 'the output has a list or an object at /items' })
    expect(captured('id=json:', `"${'x'.repeat(1001)}"`)).toMatchObject({ ok: false })
  })
})

describe('capture=', () => {
  it('takes several values, separated by a semicolon and a space', () => {
    expect(parseCaptures('version=regex:v(.*); ok; id=json:/a; b; count=regex:(\\d+)')).toEqual({ ok: true, value: [
      { name: 'version', by: 'regex', pattern: 'v(.*); ok' }, { name: 'id', by: 'json', pointer: '/a; b' }, { name: 'count', by: 'regex', pattern: '(\\d+)' },
    ] })
  })

  it.each(['', 'version', 'version=v(.*)', 'version=REGEX:a', '1a=json:', 'environment=json:/a', 'constructor=json:/a', 'a=json:/a; a=json:/b', Array.from({ length: 11 }, (_, index) => `v${index}=json:`).join('; ')])('does not take %j', (text) => expect(parseCaptures(text).ok).toBe(false))

  it('has a value for the run only when all hosts agree', () => {
    const ok = (found: string): Captured => ({ ok: true, value: found })
    expect([agreedValue([ok('1'), ok('1')]), agreedValue([ok('1'), ok('2')]), agreedValue([ok('1'), { ok: false, why: '' }]), agreedValue([{ ok: false, why: '' }]), agreedValue([])]).toEqual(['1', null, null, null, null])
  })
})
