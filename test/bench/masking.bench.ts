import { createSecretMask } from '#domain/secrets/mask.ts'
import { median, timed } from './measure.ts'

const BYTES = 16_000_000
const CHUNK = 64 * 1024
const ROUNDS = 5
const secrets = ['s3cr3t-of-the-shop', 'hunter2hunter2', 'tok_9f8e7d6c5b4a39281706', 'Gr33n/Apple+Pie=', 'postgres://shop:pa%55word@db/shop'].map((value, index) => ({ name: `secret-${index}`, value }))
const values = secrets.map(({ value }) => Buffer.from(value))

const line = (number: number): string => `2026-12-05T21:04:${String(number % 60).padStart(2, '0')}.123Z INFO  web-${number % 9} request ${number} GET /api/cart/${number * 7919} 200 in ${number % 83} ms\n`
const texts: Record<string, Buffer> = {
  'log lines': filled(line),
  'log lines, one in a hundred with a secret': filled((number) => (number % 100 === 0 ? `token=${secrets[(number / 100) % secrets.length]?.value}\n` : line(number))),
  'base64': filled((number) => `${Buffer.from(line(number)).toString('base64')}\n`),
  // What a host would print that means to hold the program up.
  'nothing but beginnings of secrets': filled((number) => secrets[number % secrets.length]?.value.slice(0, -1) ?? '', 1_000_000),
}

/** Hiding five secrets in each form they may have, across the edges of chunks, against looking for their bare values in each chunk alone: the least that could be done, and it hides nothing. */
for (const [name, text] of Object.entries(texts)) {
  const [ours, least]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [one, other] = [await timed(() => masked(text)), await timed(() => looked(text))]
    if (round === 0) continue
    ours.push(one)
    least.push(other)
  }
  const [one, other] = [median(ours), median(least)]
  console.log(`masking of secrets, ${name}   ${(one / other).toFixed(1)}x of indexOf for each value (n=${ROUNDS}, ${(text.length / 1000 / one).toFixed(1)} and ${(text.length / 1000 / other).toFixed(0)} MB/s)`)
}

/** As output comes: what is not decided yet goes before the next chunk. */
function masked(text: Buffer): void {
  const mask = createSecretMask(secrets)
  let shown = 0
  let rest: Uint8Array = new Uint8Array()
  for (let from = 0; from < text.length; from += CHUNK) {
    const bytes = Buffer.concat([rest, text.subarray(from, from + CHUNK)])
    const cut = mask.cut(bytes, from + CHUNK >= text.length)
    shown += cut.shown.length
    rest = bytes.subarray(cut.used)
  }
  if (shown === 0 || rest.length > 0) throw new Error('not all of it was decided')
}

function looked(text: Buffer): void {
  let found = 0
  for (let from = 0; from < text.length; from += CHUNK) {
    const bytes = text.subarray(from, from + CHUNK)
    for (const value of values) for (let at = bytes.indexOf(value); at !== -1; at = bytes.indexOf(value, at + 1)) found += 1
  }
  if (found > text.length) throw new Error('more than there can be')
}

function filled(part: (number: number) => string, bytes = BYTES): Buffer {
  const parts: string[] = []
  for (let number = 0, length = 0; length < bytes; number += 1) {
    const one = part(number)
    parts.push(one)
    length += one.length
  }
  return Buffer.from(parts.join(''))
}
