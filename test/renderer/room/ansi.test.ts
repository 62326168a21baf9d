import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAnsi, PLAIN, showControls, styleAfter } from '#renderer/parts/log/ansi.ts'

const textOf = (line: string): string => parseAnsi(line, PLAIN).spans.map((span) => span.text).join('')
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[[0-9;:]{0,64}m/g
// oxlint-disable-next-line no-control-regex
const active = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const value = /^(ansi-([0-9]|1[0-5])|rgb\(\d{1,3} \d{1,3} \d{1,3}\))$/

const hostile = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => new TextDecoder().decode(bytes)),
    fc.constantFrom('\u001b[31m', '\u001b[0m', '\u001b[38;5;208m', '\u001b[48;2;1;2;999m', '\u001b[;;m', '\u001b]0;title\u0007', '\u001b]52;c;aGk=\u0007', '\u001b]8;;http://evil\u0007x', '\u001b[2J', '\u009b31m', '\u202e', '<b>', '\u001b[38m', '\u001bP', '\u0000'),
    fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 6 }).map((codes) => `\u001b[${codes.join(';')}m`),
    fc.string({ unit: 'binary' }),
  ),
).map((parts) => parts.join(''))

test('arbitrary bytes become visible text and known colours only, and no text is lost', () => {
  fc.assert(fc.property(hostile, (line) => {
    const { spans, end } = parseAnsi(line, PLAIN)
    const shown = spans.map((span) => span.text).join('')
    expect(shown).toBe(showControls(line.replace(colours, '')))
    expect(active.test(shown)).toBe(false)
    for (const { style } of spans) {
      for (const colour of [style.foreground, style.background]) expect(colour === null || value.test(colour), String(colour)).toBe(true)
    }
    expect(styleAfter(line, PLAIN)).toEqual(end)
  }), { numRuns: 500 })
})

test('every control character keeps its own visible sign', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(showControls(text).length).toBeGreaterThanOrEqual(text.length)
  }))
})

test.each([
  ['a title', '\u001b]0;pwned\u0007', '␛]0;pwned␇'],
  ['the clipboard', '\u001b]52;c;aGk=\u0007', '␛]52;c;aGk=␇'],
  ['a link', '\u001b]8;;https://evil\u001b\\shop\u001b]8;;\u001b\\', '␛]8;;https://evil␛\\shop␛]8;;␛\\'],
  ['clearing the screen', '\u001b[2J\u001b[H', '␛[2J␛[H'],
  ['an 8-bit control', '\u009b2J', '␛[2J'],
  ['reordering', 'rm \u202efr-', 'rm ⟨U+202E⟩fr-'],
  ['text in tags', 'ok\u{e0072}\u{e006d}', 'ok⟨U+E0072⟩⟨U+E006D⟩'],
  ['a filler that looks like nothing', 'rm\u3164-rf', 'rm⟨U+3164⟩-rf'],
  ['an unfinished sequence', 'x\u001b[3', 'x␛[3'],
])('%s is shown, not obeyed', (_, line, shown) => {
  expect(textOf(line)).toBe(shown)
})

test('the 16, 256 and true colours are understood, and a reset ends them', () => {
  const line = 'a\u001b[1;31mb\u001b[38;5;196mc\u001b[48;2;10;20;30md\u001b[0me\u001b[92mf\u001b[38;5;244mg'
  expect(parseAnsi(line, PLAIN).spans.map(({ text, style }) => [text, style.foreground, style.background, style.bold])).toEqual([
    ['a', null, null, false], ['b', 'ansi-1', null, true], ['c', 'rgb(255 0 0)', null, true], ['d', 'rgb(255 0 0)', 'rgb(10 20 30)', true],
    ['e', null, null, false], ['f', 'ansi-10', null, false], ['g', 'rgb(128 128 128)', null, false],
  ])
})

test('a line that changes its colour with every letter becomes few elements, and no text is lost', () => {
  const line = Array.from({ length: 2500 }, (_, index) => `\u001b[${30 + (index % 8)}mx`).join('')
  const { spans, end } = parseAnsi(line, PLAIN)
  expect(spans.length).toBeLessThanOrEqual(300)
  expect(spans.map((span) => span.text).join('')).toBe('x'.repeat(2500))
  expect(end).toEqual(styleAfter(line, PLAIN))
})

test('neighbours of one style are one element', () => {
  expect(parseAnsi('\u001b[31ma\u001b[31mb\u001b[1mc', PLAIN).spans.map((span) => span.text)).toEqual(['ab', 'c'])
})
