import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLineFinder } from '#domain/output/find-lines.ts'

const find = (wanted: string, ...chunks: string[]) => {
  const finder = createLineFinder(wanted)
  return [...chunks.flatMap((text, seq) => finder.take(seq, text)), ...finder.end()]
}

describe('finding lines', () => {
  test('literally, in any case, once a line, with its number and its place', () => {
    expect(find('a.b', 'xA.Bx a.b\naxb\n', 'a.b')).toEqual([
      { line: 1, seq: 0, breaks: 0, text: 'xA.Bx a.b', start: 1, length: 3 },
      { line: 3, seq: 1, breaks: 0, text: 'a.b', start: 0, length: 3 },
    ])
  })

  test('a line over the edges of chunks is found where it begins', () => {
    expect(find('refused', 'one\nconnection re', 'fu', 'sed\nREFUSED\n')).toMatchObject([{ line: 2, seq: 0, breaks: 1, text: 'connection refused' }, { line: 3, seq: 2, breaks: 1 }])
  })

  test('colours do not hide what is seen, and are not shown', () => {
    expect(find('disk full', '\u001b[31mdisk\u001b', '[0m full\r\n')).toEqual([{ line: 1, seq: 0, breaks: 0, text: 'disk full', start: 0, length: 9 }])
  })

  test('what is special in a pattern is not special here, and other alphabets have upper case too', () => {
    for (const wanted of ['[(', 'a|b', '\\d', '^$', '.*', '{1}', '?+', '-/']) expect(find(wanted, `x${wanted}x`)).toHaveLength(1)
    expect(find('STRASSE Ä', 'strasse ä')).toHaveLength(1)
    expect(find('a|b', 'a b')).toEqual([])
  })

  test('of a line without end the first match is told once, with little held', () => {
    const hits = find('needle', ...Array.from({ length: 200 }, (_, index) => (index === 70 ? `${'x'.repeat(9_000)}needle${'x'.repeat(1_000)}` : 'x'.repeat(10_000))), '\nneedle\n')
    expect(hits.map(({ line, seq, breaks, text, start }) => [line, seq, breaks, text.slice(start, start + 6)])).toEqual([[1, 0, 0, 'needle'], [2, 200, 1, 'needle']])
    expect(hits[0]?.text.length).toBeLessThan(300)
  })

  test('however the text is cut into chunks, the same lines are found', () => {
    const text = fc.array(fc.constantFrom('a', 'B', 'ab', 'x', '\n', '\r\n', '\u001b[1m'), { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (whole, cuts) => {
      const places = [...new Set([0, ...cuts.filter((at) => at < whole.length), whole.length])].sort((one, other) => one - other)
      const pieces = places.slice(1).map((to, index) => whole.slice(places[index] ?? 0, to))
      const lines = whole.replaceAll('\u001b[1m', '').split('\n')
      const expected = lines.flatMap((line, index) => (line.toLowerCase().includes('ab') ? [[index + 1, line.replace(/\r$/, '')]] : []))
      expect(find('ab', ...pieces).map((hit) => [hit.line, hit.text])).toEqual(expected)
      const begins = (hit: { seq: number; breaks: number }): number => whole.slice(places[hit.seq] ?? 0).split('\n').slice(0, hit.breaks).reduce((at, line) => at + line.length + 1, places[hit.seq] ?? 0)
      for (const hit of find('ab', ...pieces)) expect(whole.slice(0, begins(hit)).split('\n')).toHaveLength(hit.line)
    }))
  })
})
