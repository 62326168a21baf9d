/** The UTF-8 bytes of a text (RFC 3629); half a surrogate pair becomes U+FFFD, as everywhere. */
export function utf8Of(text: string): number[] {
  return Array.from(text).flatMap((character) => {
    const point = character.codePointAt(0) ?? 0
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    if (code < 0x80) return [code]
    if (code < 0x800) return [0xc0 | (code >> 6), more(code)]
    if (code < 0x10000) return [0xe0 | (code >> 12), more(code >> 6), more(code)]
    return [0xf0 | (code >> 18), more(code >> 12), more(code >> 6), more(code)]
  })
}

const more = (bits: number): number => 0x80 | (bits & 0x3f)
