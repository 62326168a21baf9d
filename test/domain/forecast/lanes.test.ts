import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastsOf } from '#domain/forecast/forecast.ts'
import { fourClocksOf } from '#domain/forecast/four-clocks.ts'
import { timingOf } from '#domain/timing.ts'
import { planOf } from '#domain/timing/plan.ts'
import { berlinWindow, minute, phase, runbook, stateAfter, step, windowStart, type Happening } from '#support/run-states.ts'

type Status = 'planned' | 'running' | 'succeeded' | 'skipped'

/** A step by its place; `length` in minutes, null where the runbook gives none. */
interface Drawn { length: number | null; after: number[] | null; status: Status }

const steps = (lengths: fc.Arbitrary<number | null>) => fc.array(
  fc.record({ length: lengths, after: fc.option(fc.array(fc.nat(7), { maxLength: 3 })), status: fc.constantFrom<Status>('planned', 'planned', 'running', 'succeeded', 'skipped') }), { minLength: 1, maxLength: 8 },
).map((drawn) => drawn.map((one, index): Drawn => ({ ...one, after: one.after && [...new Set(one.after.filter((other) => other < index))] })))

const name = (index: number): string => `s${index}`
const places = (drawn: readonly Drawn[]): number[] => drawn.map((_, index) => index)
const bookOf = (drawn: readonly Drawn[], range: readonly [string, string] | null) => runbook({
  phases: [phase(1, range?.[0] ?? null, range?.[1] ?? null, drawn.map(({ length, after }, index) => step(name(index), { plannedMs: length === null ? null : length * minute, attributes: after === null ? {} : { after: after.map(name).join(' ') || 'none' } })))],
})

/** Oracle: what a step directly comes after, then everything however far back, then every way through the phase. */
const directly = (drawn: readonly Drawn[], index: number): number[] => drawn[index]?.after ?? (index === 0 ? [] : [index - 1])
const everythingBefore = (drawn: readonly Drawn[], index: number): number[] => [...new Set(directly(drawn, index).flatMap((other) => [other, ...everythingBefore(drawn, other)]))]
const waysTo = (drawn: readonly Drawn[], index: number): number[][] => (directly(drawn, index).length === 0 ? [[index]] : directly(drawn, index).flatMap((other) => waysTo(drawn, other).map((way) => [...way, index])))
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

describe('the planned clock', () => {
  it('lets each step begin after the longest way to it, and none with the document alone where after= says otherwise', () => {
    fc.assert(fc.property(steps(fc.integer({ min: 1, max: 9 })), (drawn) => {
      const plan = planOf(bookOf(drawn, ['22:00', '23:50']).phases, berlinWindow, 0)
      for (const index of places(drawn)) {
        const lengths = waysTo(drawn, index).map((way) => sum(way.map((one) => drawn[one]?.length ?? 0)))
        expect(plan.steps.get(name(index))?.span.endAt).toBe(windowStart + Math.max(...lengths) * minute)
        expect(plan.steps.get(name(index))?.lengthMs).toBe((drawn[index]?.length ?? 0) * minute)
      }
      const whole = planOf(bookOf(drawn, null).phases, berlinWindow, 0).phases.get('phase-1')
      expect(whole?.lengthMs).toBe(Math.max(...places(drawn).flatMap((index) => waysTo(drawn, index)).map((way) => sum(way.map((one) => drawn[one]?.length ?? 0)))) * minute)
    }))
  })

  it('shares what the others leave so that the longest way takes the whole phase, found by trying every way', () => {
    fc.assert(fc.property(steps(fc.option(fc.integer({ min: 1, max: 20 }), { freq: 1 })), (drawn) => {
      const plan = planOf(bookOf(drawn, ['22:00', '23:00']).phases, berlinWindow, 0)
      const shares = places(drawn).flatMap((index) => waysTo(drawn, index)).flatMap((way) => {
        const sharing = way.filter((one) => drawn[one]?.length === null).length
        return sharing === 0 ? [] : [Math.floor((60 * minute - sum(way.map((one) => (drawn[one]?.length ?? 0) * minute))) / sharing)]
      })
      for (const index of places(drawn)) if (drawn[index]?.length === null) expect(plan.steps.get(name(index))?.lengthMs).toBe(Math.max(0, Math.min(...shares)))
    }))
  })

  it('gives steps side by side the whole phase each, and a chain beside a longer step what is left of it', () => {
    const book = bookOf([{ length: null, after: [], status: 'planned' }, { length: null, after: [], status: 'planned' }, { length: 20, after: [0], status: 'planned' }], ['22:00', '23:00'])
    const spans = planOf(book.phases, berlinWindow, 0).steps
    expect([...spans.values()].map(({ span }) => [span.startAt, span.endAt].map((at) => ((at ?? 0) - windowStart) / minute))).toEqual([[0, 40], [0, 40], [40, 60]])
  })
})

describe('lanes in a run that has begun', () => {
  const now = windowStart + 10 * minute
  const happenings = (drawn: readonly Drawn[]): Happening[] => [
    { type: 'run-started', at: windowStart }, { type: 'phase-started', phaseId: 'phase-1', at: windowStart },
    ...drawn.flatMap(({ status }, index): Happening[] => {
      const begun: Happening = { type: 'step-started', stepId: name(index), attempt: 1, hosts: ['web-1'], at: windowStart + 5 * minute }
      switch (status) {
        case 'planned': return []
        case 'running': return [begun]
        case 'skipped': return [{ type: 'step-skipped', stepId: name(index), reason: '', at: windowStart + minute }]
        case 'succeeded': return [begun, { type: 'step-finished', stepId: name(index), attempt: 1, outcome: 'succeeded', message: '', at: windowStart + 6 * minute }]
      }
    }),
  ]
  /** Minutes from now until a step is over: it begins when everything before it, however far back, is. Whatever began out of its order goes on. */
  const endOf = (drawn: readonly Drawn[], index: number): number => {
    const { status = 'planned', length = 0 } = drawn[index] ?? {}
    if (status === 'succeeded' || status === 'skipped') return 0
    if (status === 'running') return Math.max(0, (length ?? 0) - 5)
    return Math.max(0, ...everythingBefore(drawn, index).map((other) => endOf(drawn, other))) + (length ?? 0)
  }
  const lastEnd = (drawn: readonly Drawn[]): number => Math.max(...places(drawn).map((index) => endOf(drawn, index)))
  const clocksOf = (drawn: readonly Drawn[]) => {
    const book = bookOf(drawn, null)
    const state = stateAfter(book, happenings(drawn))
    const timing = timingOf(state, now)
    return { timing, clocks: fourClocksOf({ state, timing, forecasts: forecastsOf(book, new Map()), now }) }
  }
  const drawnRuns = steps(fc.integer({ min: 1, max: 12 }))

  it('begin each step when everything it comes after, however far back, is over: in the forecast as in the projection', () => {
    fc.assert(fc.property(drawnRuns, (drawn) => {
      const { timing, clocks } = clocksOf(drawn)
      for (const index of places(drawn)) {
        if (drawn[index]?.status === 'succeeded' || drawn[index]?.status === 'skipped') continue
        const endAt = now + endOf(drawn, index) * minute
        expect([timing.steps[name(index)]?.projected.endAt, clocks.steps.get(name(index))?.forecast.endAt]).toEqual([endAt, endAt])
      }
      expect([timing.projectedFinishAt, clocks.run.forecast.endAt]).toEqual([now + lastEnd(drawn) * minute, now + lastEnd(drawn) * minute])
    }))
  })

  it('have the longest way through what is left as their critical path', () => {
    fc.assert(fc.property(drawnRuns, (drawn) => {
      const { critical } = clocksOf(drawn).clocks
      expect(critical.lengthMs).toBe(lastEnd(drawn) * minute)
      expect(sum(critical.path.map((id) => { const one = drawn[Number(id.slice(1))]; return one?.status === 'running' ? Math.max(0, (one.length ?? 0) - 5) : (one?.length ?? 0) }))).toBe(lastEnd(drawn))
      expect(critical.path.filter((id) => ['succeeded', 'skipped'].includes(drawn[Number(id.slice(1))]?.status ?? ''))).toEqual([])
    }))
  })

  it('give each step that is left as much float as it may be longer without the whole becoming longer', () => {
    const much = 1000
    fc.assert(fc.property(drawnRuns, (drawn) => {
      const { critical } = clocksOf(drawn).clocks
      for (const index of places(drawn)) {
        if (drawn[index]?.status !== 'planned') continue
        const longer = drawn.map((one, other): Drawn => (other === index ? { ...one, length: (one.length ?? 0) + much } : one))
        expect(critical.steps.get(name(index))?.floatMs).toBe((lastEnd(drawn) + much - lastEnd(longer)) * minute)
      }
    }))
  })
})
