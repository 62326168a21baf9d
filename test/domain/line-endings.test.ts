import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdit, withLineFeeds } from '#domain/line-endings.ts'

const texts = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\r', '\ufeff', 'é'), { maxLength: 30 }).map((parts) => parts.join(''))
const edits = fc.array(fc.constantFrom('a', 'x', '\n'), { maxLength: 8 }).map((parts) => parts.join(''))

test('one changed word in a CRLF text leaves every other byte alone', () => {
  expect(applyEdit('one\r\ntwo\r\nthree', 'one\n2\nthree')).toBe('one\r\n2\r\nthree')
  expect(applyEdit('one\r\ntwo', 'one\nnew\ntwo')).toBe('one\r\nnew\r\ntwo')
})

test('a text that was not edited is the very same, whatever its line ends', () => {
  fc.assert(fc.property(texts, (text) => {
    expect(applyEdit(text, withLineFeeds(text))).toBe(text)
  }))
})

test('what is shown after an edit is what was typed, and what was around it keeps its bytes', () => {
  fc.assert(fc.property(texts, edits, fc.nat(), fc.nat(), (text, inserted, one, other) => {
    const shown = withLineFeeds(text)
    const [from, to] = [one % (shown.length + 1), other % (shown.length + 1)].toSorted((a, b) => a - b) as [number, number]
    const typed = shown.slice(0, from) + inserted + shown.slice(to)
    const result = applyEdit(text, typed)
    expect(withLineFeeds(result)).toBe(typed)
  }))
})

test('lines outside the edit keep their own line ends in a text of mixed ones', () => {
  expect(applyEdit('a\nb\r\nc\rd\r\ne', 'a\nb\nc\nD\ne')).toBe('a\nb\r\nc\rD\r\ne')
})
