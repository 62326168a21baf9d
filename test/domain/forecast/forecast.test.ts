import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeForecast, forecastOf, forecastsOf } from '#domain/forecast/forecast.ts'
import type { DurationSample } from '#domain/forecast/history.ts'
import { minute, phase, runbook, step } from '#support/run-states.ts'

const minutes = (...lengths: number[]): number[] => lengths.map((length) => length * minute)
const sample = (ms: number, excluded: DurationSample['excluded'] = null): DurationSample => ({ runId: 'r', attempt: 1, at: 0, ms, mode: 'live', excluded })

describe('a forecast', () => {
  it('without history is the plan, and says so', () => {
    expect(forecastOf([], 10 * minute)).toEqual({ p50: 10 * minute, p90: 10 * minute, n: 0, basis: 'planned' })
    expect(describeForecast(forecastOf([], 10 * minute))).toBe('10 min, planned, n=0')
  })

  it('without history and plan is that nobody knows, never zero', () => {
    expect(forecastOf([], null)).toEqual({ p50: null, p90: null, n: 0, basis: 'nothing' })
    expect(describeForecast(forecastOf([], null))).toBe('nobody knows, n=0')
  })

  it('from one or two lengths does not promise less than the plan on a bad night', () => {
    expect(forecastOf(minutes(4), 10 * minute)).toEqual({ p50: 4 * minute, p90: 10 * minute, n: 1, basis: 'few' })
    expect(forecastOf(minutes(14, 12), 10 * minute)).toEqual({ p50: 13 * minute, p90: 14 * minute, n: 2, basis: 'few' })
    expect(forecastOf(minutes(4), null)).toMatchObject({ p50: 4 * minute, p90: 4 * minute })
  })

  it('from three on is history’s, whatever the plan says', () => {
    expect(forecastOf(minutes(5, 1, 3), 60 * minute)).toEqual({ p50: 3 * minute, p90: 4.6 * minute, n: 3, basis: 'history' })
    expect(describeForecast(forecastOf(minutes(10, 12, 20), null))).toBe('12 min, p90 18 min 24 s, n=3')
  })

  it('never has a p90 below its p50, nor either outside what was seen or planned', () => {
    fc.assert(fc.property(fc.array(fc.nat(1e7), { maxLength: 40 }), fc.option(fc.nat(1e7)), (lengths, planned) => {
      const { p50, p90, n } = forecastOf(lengths, planned)
      if (p50 === null || p90 === null) return lengths.length === 0 && planned === null
      const known = planned === null ? lengths : [...lengths, planned]
      return n === lengths.length && p50 <= p90 && p50 >= Math.min(...known) && p90 <= Math.max(...known)
    }))
  })
})

describe('the forecasts of a runbook', () => {
  it('take history by step id, else the step’s length, else its share of the phase; the rollback plan’s too', () => {
    const book = runbook({ phases: [phase(1, '22:00', '22:30', [step('long', { plannedMs: 20 * minute }), step('a'), step('b')])] })
    const history = new Map([['a', [...minutes(1, 2, 3).map((ms) => sample(ms)), sample(500 * minute, 'failed')]], ['gone', [sample(1)]]])
    const forecasts = forecastsOf(book, history)
    expect([...forecasts.keys()]).toEqual(['long', 'a', 'b', 'back-one', 'back-two'])
    expect(forecasts.get('long')).toMatchObject({ p50: 20 * minute, basis: 'planned' })
    expect(forecasts.get('a')).toMatchObject({ p50: 2 * minute, n: 3, basis: 'history' })
    expect(forecasts.get('b')).toMatchObject({ p50: 5 * minute, n: 0 })
    expect(forecasts.get('back-one')).toMatchObject({ p90: 5 * minute, n: 0 })
  })
})
