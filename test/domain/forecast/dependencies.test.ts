import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dependenciesOf } from '#domain/forecast/dependencies.ts'
import { phase, runbook, step } from '#support/run-states.ts'

const after = (id: string, names: string) => step(id, { title: id, attributes: { after: names }, range: { start: 0, end: 0, line: 12, column: 4 } })
const read = (phases: Parameters<typeof phase>[3][], back = [step('back')]) =>
  dependenciesOf(runbook({ phases: phases.map((steps, index) => phase(index + 1, null, null, steps)), rollback: { triggers: [], steps: back, validation: [] } }))
const codes = (...args: Parameters<typeof read>) => read(...args).findings.map(({ code }) => code)

describe('what comes before what', () => {
  it('is the order of the document within a phase, and nothing across phases', () => {
    const { before, findings } = read([[step('a'), step('b'), step('c')], [step('d')]], [step('x'), step('y')])
    expect(Object.fromEntries(before)).toEqual({ a: [], b: ['a'], c: ['b'], d: [], x: [], y: ['x'] })
    expect(findings).toEqual([])
  })

  it('is what after= names: several, none, and in an earlier phase, which is over by then', () => {
    const { before, findings } = read([[step('a'), after('b', 'none'), after('c', 'a, b'), step('d')], [after('e', 'a'), after('f', 'e  e')]])
    expect(Object.fromEntries(before)).toMatchObject({ a: [], b: [], c: ['a', 'b'], d: ['c'], e: [], f: ['e'] })
    expect(findings).toEqual([])
  })

  it('may name a step further down', () => {
    const { before, findings } = read([[step('a'), after('b', 'c'), after('c', 'a')]])
    expect(Object.fromEntries(before)).toMatchObject({ b: ['c'], c: ['a'] })
    expect(findings).toEqual([])
  })

  it('says where after= names nothing, itself, a later phase, or the other lane; then the document’s order holds', () => {
    expect(codes([[step('a'), after('b', 'nowhere')]])).toEqual(['after-unknown'])
    expect(codes([[step('a'), after('b', 'b')]])).toEqual(['after-itself'])
    expect(codes([[after('a', 'c')], [step('c')]])).toEqual(['after-later-phase'])
    expect(codes([[after('a', 'back')]])).toEqual(['after-other-lane'])
    expect(codes([[step('a')]], [after('back', 'a')])).toEqual(['after-other-lane'])
    const { before, findings } = read([[step('a'), step('b'), after('c', 'a constructor')]])
    expect(before.get('c')).toEqual(['b'])
    expect(findings).toEqual([{
      severity: 'error', code: 'after-unknown', line: 12, column: 4, message: '“c” is to come after “constructor”, and there is no such step.',
      hint: 'Name a step of this runbook by its id; give it one with {id=NAME}. Until then the order of the document holds.',
    }])
  })

  it('names the steps of a cycle, and falls back to the document’s order', () => {
    const { before, findings } = read([[step('a'), after('b', 'c'), step('c'), step('d')]])
    expect(Object.fromEntries(before)).toMatchObject({ a: [], b: ['a'], c: ['b'], d: ['c'] })
    expect(findings.map(({ code, message }) => [code, message])).toEqual([['after-cycle', 'These steps wait for each other, so none could ever begin: “b”, “c”.']])
  })

  it('never leaves a cycle, whatever is written', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    fc.assert(fc.property(fc.array(fc.option(fc.subarray(ids)), { minLength: 5, maxLength: 5 }), (written) => {
      const steps = ids.map((id, index) => (written[index] ? after(id, written[index].join(',') || 'none') : step(id)))
      const { before } = read([steps])
      const reaches = (from: string, seen: string[] = []): boolean => (before.get(from) ?? []).some((id) => seen.includes(id) || id === from || reaches(id, [...seen, from]))
      return ids.every((id) => !reaches(id))
    }))
  })

  it('reads a phase of thousands of steps', () => {
    const many = Array.from({ length: 5000 }, (_, index) => (index % 2 === 0 ? step(`s${index}`) : after(`s${index}`, `s${Math.max(0, index - 3)}`)))
    expect(read([many]).findings).toEqual([])
  })
})
