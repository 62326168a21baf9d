import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, MOST_DIFFERENCES, MOST_LINES } from '#domain/output/diff-lines.ts'

const marks = { same: ' ', left: '-', right: '+' }
const shown = (left: string, right: string): string | undefined => diffLines(Array.from(left), Array.from(right))?.map(({ kind, text }) => `${marks[kind]}${text}`).join('')

describe('the differences of two outputs', () => {
  test('are those lines alone, with the numbers they have on either side', () => {
    expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
      { kind: 'same', text: 'a', left: 1, right: 1 }, { kind: 'left', text: 'b', left: 2, right: null }, { kind: 'right', text: 'x', left: null, right: 2 },
      { kind: 'same', text: 'c', left: 3, right: 3 }, { kind: 'right', text: 'd', left: null, right: 4 },
    ])
    expect([shown('', ''), shown('', 'ab'), shown('ab', ''), shown('abc', 'abc')]).toEqual(['', '+a+b', '-a-b', ' a b c'])
  })

  test('lead from one to the other, and no shorter way does', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 14 })
    fc.assert(fc.property(letters, letters, (left, right) => {
      const lines = diffLines(left, right) ?? []
      expect(lines.filter(({ kind }) => kind !== 'right').map(({ text }) => text)).toEqual(left)
      expect(lines.filter(({ kind }) => kind !== 'left').map(({ text }) => text)).toEqual(right)
      expect(lines.filter(({ kind }) => kind === 'same')).toHaveLength(longestCommon(left, right))
    }))
  })

  test('are not looked for where there are too many', () => {
    const many = Array.from({ length: MOST_DIFFERENCES }, (_, index) => `${index}`)
    expect(diffLines(many, many.map((line) => `x${line}`))).toBe(null)
    expect(diffLines(many, many.slice(1))).toHaveLength(MOST_DIFFERENCES)
    expect(diffLines(Array.from({ length: MOST_LINES + 1 }, () => ''), [])).toBe(null)
  })
})

function longestCommon(left: string[], right: string[]): number {
  const table = Array.from({ length: left.length + 1 }, () => Array.from({ length: right.length + 1 }, () => 0))
  left.forEach((one, i) => right.forEach((other, j) => {
    table[i + 1]![j + 1] = one === other ? table[i]![j]! + 1 : Math.max(table[i]![j + 1]!, table[i + 1]![j]!)
  }))
  return table[left.length]![right.length]!
}
