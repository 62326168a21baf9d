import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addChunks, emptyLog, indexOf, linesAround, MAX_CHARACTERS, MAX_LINE, MAX_LINES } from '#renderer/parts/log/lines.ts'
import type { OutputChunk } from '#preload/contract.ts'

let seq = 0
const chunk = (text: string, change: Partial<OutputChunk> = {}): OutputChunk => ({ seq: (seq += 1), stream: 'stdout', at: 0, host: 'app1', attempt: 1, goesOn: false, text, ...change })
const texts = (...chunks: OutputChunk[]): string[] => addChunks(emptyLog(), chunks).lines.map((line) => line.text)

test('lines split over chunks are put together, and CR LF is one line break', () => {
  expect(texts(chunk('one\ntw'), chunk('o\r'), chunk('\n\nthree'))).toEqual(['one', 'two', '', 'three'])
})

test('two hosts and two streams never share a line', () => {
  expect(texts(chunk('a'), chunk('b', { host: 'app2' }), chunk('c', { stream: 'stderr' }), chunk('A\n'), chunk('B\n', { host: 'app2' }))).toEqual(['aA', 'bB', 'c'])
})

test('a progress line shows its last state and says how often it was overwritten', () => {
  const { lines } = addChunks(emptyLog(), [chunk('10%\r50%\r'), chunk('100%\r\nnext\n')])
  expect(lines.map(({ text, overwrites }) => [text, overwrites])).toEqual([['100%', 2], ['next', 0]])
})

test('colours carry over line breaks within a stream', () => {
  const { lines } = addChunks(emptyLog(), [chunk('\u001b[31mred\nstill\u001b[0m\nplain')])
  expect(lines.map((line) => line.startStyle.foreground)).toEqual([null, 'ansi-1', null])
})

test('an endless line is cut and says by how much', () => {
  const { lines } = addChunks(emptyLog(), [chunk('x'.repeat(MAX_LINE)), chunk('yyy')])
  expect(lines.map(({ text, cut }) => [text.length, cut])).toEqual([[MAX_LINE, 3]])
})

test('colours in what is left out of an endless line do not reach the next one', () => {
  const { lines } = addChunks(emptyLog(), [chunk(`\u001b[32m${'x'.repeat(MAX_LINE)}`), chunk('\u001b[31m'), chunk('y\nplain')])
  expect(lines.map((line) => line.startStyle.foreground)).toEqual([null, 'ansi-2'])
})

test('only the newest lines stay, and of very long ones fewer', () => {
  const log = addChunks(emptyLog(), Array.from({ length: 40 }, () => chunk('line\n'.repeat(100))), 500)
  expect([log.lines.length, log.total, log.lines[0]?.index]).toEqual([500, 4000, 3500])
  const long = addChunks(emptyLog(), Array.from({ length: 1000 }, () => chunk(`${'x'.repeat(MAX_LINE)}\n`)))
  expect(long.lines.length).toBe(MAX_CHARACTERS / MAX_LINE)
})

test('a line is known by the chunk it begins in and the line feeds before it there', () => {
  const { lines } = addChunks(emptyLog(), [chunk('a\n\nb', { seq: 7 }), chunk('B\nc', { seq: 9 }), chunk('other', { seq: 10, host: 'app2' })])
  expect(lines.map(({ text, seq: at, breaks }) => [text, at, breaks])).toEqual([['a', 7, 0], ['', 7, 1], ['bB', 7, 2], ['c', 9, 1], ['other', 10, 0]])
  expect([{ seq: 7, breaks: 2 }, { seq: 8, breaks: 0 }, { seq: 9, breaks: 0 }, { seq: 99, breaks: 0 }].map((place) => indexOf(lines, place))).toEqual([2, 3, 3, 4])
})

test('the end of a line that began before the window says so', () => {
  const { lines } = addChunks(emptyLog(), [chunk('end\nwhole\n', { goesOn: true }), chunk('whole\n', { host: 'app2' })])
  expect(lines.map(({ torn }) => torn)).toEqual([true, false, false])
})

test('a window around a place keeps that place in its middle, however many lines its chunks have', () => {
  const chunks = [1, 2, 3].map((at) => chunk(Array.from({ length: MAX_LINES }, (_, line) => `${at}.${line}\n`).join(''), { seq: at }))
  const { log, cutBefore, cutAfter } = linesAround(chunks, { seq: 2, breaks: 100 })
  expect([log.lines.length, log.lines[MAX_LINES / 2]?.text, cutBefore, cutAfter]).toEqual([MAX_LINES, '2.100', true, true])
  expect(linesAround(chunks.slice(0, 1), { seq: 0, breaks: 0 })).toMatchObject({ cutBefore: false, cutAfter: true })
})

test('however the bytes are cut into chunks, the lines are the same', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\r', '\u001b[31m'), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (whole, cuts) => {
    const places = [...new Set([0, ...cuts.filter((at) => at < whole.length), whole.length])].sort((a, b) => a - b)
    const pieces = places.slice(1).map((to, at) => whole.slice(places[at] ?? 0, to)).filter((piece) => piece !== '')
    const strip = (chunks: OutputChunk[]) => addChunks(emptyLog(), chunks).lines.map(({ text: shown, startStyle }) => [shown, startStyle.foreground])
    expect(strip(pieces.map((piece) => chunk(piece)))).toEqual(strip([chunk(whole)].filter(() => whole !== '')))
  }))
})
