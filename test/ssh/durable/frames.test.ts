import { expect, test } from 'vitest'
import { readFrames } from '#ssh/durable/frames.ts'

const listen = () => {
  const heard: string[] = []
  const feed = readFrames('N', {
    onHello: (bootId) => void heard.push(`hello ${bootId}`),
    onLine: (words) => void heard.push(words.join(' ')),
    onData: (stream, offset, bytes) => void heard.push(`${stream} ${offset} ${bytes.length}`),
    onLate: (stream, bytes) => void heard.push(`late ${stream} ${bytes.length}`),
    onGarbage: (why) => void heard.push(`garbage: ${why}`),
  })
  return { heard, feed: (text: string) => feed(Buffer.from(text)) }
}

test('what a login prints first is passed over, byte by byte too', () => {
  const { heard, feed } = listen()
  for (const letter of 'Welcome\nholdpoint X Y\n\u001b[0m\nholdpoint N boot\nbeat\n') feed(letter)
  expect(heard).toEqual(['hello boot', 'beat'])
})

test('a login that never ends is given up: one long line, many lines, and nothing but newlines', () => {
  for (const noise of ['x'.repeat(300_000), 'noise\n'.repeat(60_000), '\n'.repeat(300_000)]) {
    const { heard, feed } = listen()
    feed(noise)
    expect(heard).toEqual([expect.stringContaining('garbage')])
  }
})

test('frames with impossible lengths, offsets, streams or endings are not read any further', () => {
  for (const frame of ['data out -1 4\n', 'data out 0 -4\n', 'data out 0 1e9\n', 'data out 0 9999999999999999\n', 'data in 0 4\n', 'data out 0\n', 'data out 0 2\nabc', 'x'.repeat(5000)]) {
    const { heard, feed } = listen()
    feed(`holdpoint N boot\n${frame}`)
    feed('beat\n')
    expect(heard.at(-1)).toMatch(/^garbage/)
  }
})

test('late output is announced in the small amount agreed on', () => {
  const { heard, feed } = listen()
  feed('holdpoint N boot\nlate out 4 5\nlate\n\nlate err 0 65537\n')
  expect(heard).toEqual(['hello boot', 'late stdout 5', expect.stringContaining('garbage')])
})
