import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addChunks, emptyLog, MAX_LINE } from '#renderer/parts/log/lines.ts'
import type { Chunk } from '#renderer/parts/log/lines.ts'

let seq = 0
const chunk = (text: string, change: Partial<Chunk> = {}): Chunk => ({ seq: (seq += 1), stream: 'stdout', at: 0, host: 'app1', attempt: 1, text, ...change })
const texts = (...chunks: Chunk[]): string[] => addChunks(emptyLog(), chunks).lines.map((line) => line.text)

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

test('only the newest lines stay, and marks say where to read the others again', () => {
  const log = addChunks(emptyLog(), Array.from({ length: 40 }, (_, at) => chunk('line\n'.repeat(100), { seq: at + 1 })), 500)
  expect([log.lines.length, log.total, log.lines[0]?.index]).toEqual([500, 4000, 3500])
  expect(log.marks.map(({ seq: at, index }) => [at, index])).toEqual([[0, 0], [10, 1000], [20, 2000], [30, 3000]])
})

test('however the bytes are cut into chunks, the lines are the same', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\r', '\u001b[31m'), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (whole, cuts) => {
    const places = [...new Set([0, ...cuts.filter((at) => at < whole.length), whole.length])].sort((a, b) => a - b)
    const pieces = places.slice(1).map((to, at) => whole.slice(places[at] ?? 0, to)).filter((piece) => piece !== '')
    const strip = (chunks: Chunk[]) => addChunks(emptyLog(), chunks).lines.map(({ text: shown, startStyle }) => [shown, startStyle.foreground])
    expect(strip(pieces.map((piece) => chunk(piece)))).toEqual(strip([chunk(whole)].filter(() => whole !== '')))
  }))
})
