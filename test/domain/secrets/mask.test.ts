import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecretMask, type Secret, type SecretMask } from '#domain/secrets/mask.ts'

const VALUE = 'hunter2/Zürich+"a b"\'?'
const SECRET: Secret = { name: 'env:TOKEN', value: VALUE }

const whole = (mask: SecretMask, text: string | Uint8Array): string => Buffer.from(mask.cut(typeof text === 'string' ? Buffer.from(text) : text, true).shown).toString()
const hidden = (text: string, ...secrets: Secret[]): string => whole(createSecretMask(secrets.length === 0 ? [SECRET] : secrets), text)

/** The bytes in these pieces, as a stream gives them: what was not used comes again with the next piece. */
function inPieces(mask: SecretMask, bytes: Uint8Array, ends: number[]): { shown: string; mostHeld: number } {
  const shown: Uint8Array[] = []
  let from = 0
  let mostHeld = 0
  for (const end of [...ends, bytes.length]) {
    const cut = mask.cut(bytes.subarray(from, end), false)
    from += cut.used
    mostHeld = Math.max(mostHeld, end - from)
    shown.push(cut.shown)
  }
  shown.push(mask.cut(bytes.subarray(from), true).shown)
  return { shown: Buffer.concat(shown).toString(), mostHeld }
}

const singles = (bytes: Uint8Array): number[] => Array.from(bytes, (_, index) => index)

describe('a secret in output', () => {
  const shell = VALUE.replaceAll("'", String.raw`'\''`)
  it.each([
    ['as it stands', VALUE],
    ['percent-encoded', encodeURIComponent(VALUE)],
    ['percent-encoded in lower case', encodeURIComponent(VALUE).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['percent-encoded as a path', encodeURI(VALUE)],
    ['percent-encoded whole', Buffer.from(VALUE).toString('hex').replaceAll(/../g, '%$&')],
    ['as a field of a form', new URLSearchParams({ x: VALUE }).toString().slice(2)],
    ['in JSON', JSON.stringify(VALUE).slice(1, -1)],
    ['in JSON that escapes slashes and quotes', JSON.stringify(VALUE).slice(1, -1).replaceAll('/', String.raw`\/`).replaceAll("'", String.raw`\u0027`)],
    ['quoted for a shell', shell],
    ['quoted as printf %q does', VALUE.replaceAll(/[^\w\u0080-\uffff]/g, String.raw`\$&`)],
  ])('is hidden %s', (_, text) => {
    expect(hidden(`before ${text} after`)).toBe('before [secret:env:TOKEN] after')
  })

  it.each([0, 1, 2, 3, 4, 5])('is hidden in base64 of a longer text, %i bytes after its beginning, in both alphabets', (before) => {
    const text = Buffer.concat([Buffer.from('u'.repeat(before)), Buffer.from(VALUE), Buffer.from(' and more')])
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = text.toString(encoding)
      const shown = hidden(`Basic ${encoded}\n`)
      expect(shown).toContain('[secret:env:TOKEN]')
      // No character that a bit of the secret went into is left.
      expect(Buffer.from(/Basic ([^[]*)/.exec(shown)?.[1] ?? '', 'base64').toString()).toMatch(/^u*$/)
      expect(shown).not.toContain(encoded.slice(10, 20))
    }
  })

  it('is hidden in base64 that is wrapped anywhere, but for two characters at most', () => {
    const encoded = Buffer.from(`user:${VALUE}:end`).toString('base64')
    for (let at = 1; at < encoded.length; at += 1) {
      for (const end of ['\n', '\r\n']) {
        const left = hidden(encoded.slice(0, at) + end + encoded.slice(at)).replace('[secret:env:TOKEN]', '').replaceAll(/\s/g, '')
        expect(left.length).toBeLessThanOrEqual(encoded.length - Buffer.from(VALUE).toString('base64').length + 6)
        expect(Buffer.from(left, 'base64').toString('latin1')).not.toMatch(/hunt|2\/Z|rich|\+"a|b"/)
      }
    }
  })

  it('does not hold the end of a line up', () => {
    const mask = createSecretMask([SECRET])
    for (const line of ['done\n', 'Deploying web-1 … ok\n', 'AAAA BBBB ZZZZ\r\n', '100%\n', '{"a": "b"}\n']) expect(mask.cut(Buffer.from(line), false).used).toBe(Buffer.byteLength(line))
  })

  it('is hidden line by line when it has several', () => {
    const key = '-----BEGIN KEY-----\nAAAAB3NzaC1yc2EAAAADAQAB\n  c2VjcmV0bGluZXR3bw==\nxy\n-----END KEY-----'
    expect(hidden('  AAAAB3NzaC1yc2EAAAADAQAB\r\n  c2VjcmV0bGluZXR3bw==\r\n', { name: 'file:key', value: key })).toBe('  [secret:file:key]\r\n  [secret:file:key]\r\n')
    expect(hidden(key, { name: 'file:key', value: key })).toBe('[secret:file:key]')
  })

  it('hides all of secrets that overlap or hold one another, by the first or longest one’s name', () => {
    const three = [{ name: 'a', value: 'abcd' }, { name: 'b', value: 'cdef' }, { name: 'c', value: 'abcdefgh' }]
    expect(hidden('1abcd2', ...three)).toBe('1[secret:a]2')
    expect(hidden('1abcdef2', ...three)).toBe('1[secret:a]2')
    expect(hidden('1abcdefgh2', ...three)).toBe('1[secret:c]2')
    expect(hidden('abcdabcd', ...three)).toBe('[secret:a][secret:a]')
  })

  it('is hidden where only its beginning comes before the end', () => {
    expect(hidden('x hunter2/Z')).toBe('x [secret:env:TOKEN]')
    expect(hidden('x hunt')).toBe('x hunt')
  })

  it('has a stand-in that never reads as a secret itself', () => {
    expect(hidden('a secret', { name: 'x', value: 'secret' })).toBe(`a ${'▀'.repeat(6)}`)
    expect(hidden('a env:X]b!', { name: 'env:X', value: 'env:X]b' })).toBe('a [secret]!')
    expect(hidden('▀▀▀▀ [secret:y]', { name: 'x', value: '▀▀▀▀' }, { name: 'y', value: '[secret' })).toBe(`${'▁'.repeat(6)} ${'▁'.repeat(6)}:y]`)
  })

  it('changes nothing without secrets', () => {
    const bytes = Buffer.from([0, 255, 10, 128])
    expect(createSecretMask([]).cut(bytes, false)).toEqual({ shown: bytes, used: 4 })
  })
})

describe('any split of any output', () => {
  const value = fc.oneof(fc.string({ unit: 'binary', minLength: 4, maxLength: 12 }), fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 6 }), fc.constantFrom('a/b c', 'line one\nline two', "it's", 'aGVsbG8=', 'ääää'))
  const secrets = fc.array(value, { minLength: 1, maxLength: 3 })
  const forms = (text: string, before: number): string[] => {
    const encoded = Buffer.from('q'.repeat(before) + text)
    return [text, encodeURIComponent(text.toWellFormed()), encoded.toString('base64'), encoded.toString('base64url'), encoded.toString('base64').replaceAll(/(.{7})/g, '$1\n'), text.slice(0, 3), text.slice(1)]
  }
  const output = secrets.chain((values) => fc.record({
    values: fc.constant(values),
    pieces: fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('a', 'b', 'ab', '\n', '%', '\\'), fc.tuple(fc.constantFrom(...values), fc.nat(2), fc.nat(6)).map(([text, before, form]) => forms(text, before)[form] ?? '')), { maxLength: 12 }),
    cuts: fc.array(fc.nat(400), { maxLength: 8 }),
  }))

  it('shows the same as one piece, holds little back, and shows no secret in any form', () => {
    fc.assert(fc.property(output, ({ values, pieces, cuts }) => {
      const mask = createSecretMask(values.map((text, index) => ({ name: `s${index}`, value: text })))
      const bytes = Buffer.from(pieces.join(''))
      const shown = whole(mask, bytes)
      const ends = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other)
      expect(inPieces(mask, bytes, ends).shown).toBe(shown)
      const slowly = inPieces(mask, bytes, singles(bytes))
      expect(slowly.shown).toBe(shown)
      expect(slowly.mostHeld).toBeLessThanOrEqual(3 * 6 * Math.max(...values.map((text) => Buffer.byteLength(text))))
      for (const text of values.map((one) => Buffer.from(one).toString())) {
        expect(shown).not.toContain(text)
        expect(shown).not.toContain(encodeURIComponent(text))
        for (const before of [0, 1, 2]) {
          const encoded = Buffer.from(`${'q'.repeat(before)}${text}qqq`).toString('base64')
          expect(shown).not.toContain(encoded.slice(Math.floor((8 * before) / 6), Math.ceil((8 * (before + Buffer.byteLength(text))) / 6)))
        }
      }
    }), { numRuns: 500 })
  })

  it('is left as it is where no secret is', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('abcxyz0189+/=%\\ \n"\'')), maxLength: 300 })
    const mask = createSecretMask([{ name: 'x', value: 'Q7#kLmNoP' }, { name: 'y', value: 'STUVWXYZ-long-one' }])
    fc.assert(fc.property(text, fc.array(fc.nat(300), { maxLength: 6 }), (plain, cuts) => {
      const bytes = Buffer.from(plain)
      expect(inPieces(mask, bytes, cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other)).shown).toBe(plain)
    }), { numRuns: 1000 })
  })

  it('holds little back of a secret that overlaps with itself without end', () => {
    const mask = createSecretMask([{ name: 'x', value: 'abab' }])
    const bytes = Buffer.from('ab'.repeat(2000))
    const { shown, mostHeld } = inPieces(mask, bytes, singles(bytes))
    expect(shown).toBe(whole(mask, bytes))
    expect(shown).not.toContain('abab')
    expect(mostHeld).toBeLessThanOrEqual(3 * 6 * 4)
  })
})
