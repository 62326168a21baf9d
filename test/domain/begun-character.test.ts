import { expect, test } from 'vitest'
import { begunCharacter } from '#domain/output/begun-character.ts'

test('how many bytes begin a character without ending it', () => {
  expect(['', 'a', '€', '😀'].map((text) => begunCharacter(Buffer.from(text)))).toEqual([0, 0, 0, 0])
  expect([1, 2, 3].map((length) => begunCharacter(Buffer.from('😀').subarray(0, length)))).toEqual([1, 2, 3])
  expect(begunCharacter(Uint8Array.of(0x80, 0x80, 0x80, 0x80))).toBe(0)
  expect(begunCharacter(Uint8Array.of(0xff))).toBe(0)
})
