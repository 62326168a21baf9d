import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '#domain/canonical.ts'

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves undefined out', () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], a: undefined, A: '"\n' })).toBe('{"A":"\\"\\n","b":[{"a":null,"z":1}]}')
  })

  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
      const turned = Object.fromEntries(Object.entries(members).toReversed())
      return canonicalJson(turned) === canonicalJson(members)
    }))
  })

  it('means the same as JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }))
  })

  it.each([NaN, Infinity, 1n, () => 1, Symbol('a'), new Date(0), new Map(), [undefined], undefined])('refuses what JSON would change silently (%#)', (value) => {
    expect(() => canonicalJson({ value: [value] })).toThrow(TypeError)
  })
})
