import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnceIn, batchesOf, describeBatches, parseBatch } from '#domain/flow/batches.ts'
import { fanOut, type HostProgress } from '#domain/flow/fan-out.ts'
import { describeMaxFail, hasReachedMaxFail, ordinal, parseMaxFail, stopsAtFailure } from '#domain/flow/max-fail.ts'
import { parseShare, type Share } from '#domain/flow/share.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `h${index + 1}`)
const share = (text: string | null): Share | null => {
  const parsed = text === null ? null : parseShare(text)
  return parsed?.ok ? parsed.value : null
}
const batch = (text: string | null): Share[] | null => {
  const parsed = text === null ? null : parseBatch(text)
  return parsed?.ok ? parsed.value : null
}

describe('batch=', () => {
  it.each([
    [8, '3', [3, 3, 2]], [8, '25%', [2, 2, 2, 2]], [8, '1,25%,100%', [1, 2, 5]], [3, '10%', [1, 1, 1]], [5, '100%', [5]], [4, '9', [4]],
    [7, '1,2', [1, 2, 2, 2]], [1, '50%', [1]], [9, '50%', [4, 4, 1]], [0, '2', []], [5, null, [5]],
  ])('splits %i hosts by %s into %j', (count, text, sizes) => {
    const batches = batchesOf(names(count), batch(text))
    expect(batches.map((members) => members.length)).toEqual(sizes)
    expect(batches.flat()).toEqual(names(count))
  })

  it.each(['', '0', '-1', '101%', '0%', '1.5', '1,,2', '1,', 'all', '99999', Array.from({ length: 21 }, () => '1').join(',')])('does not take %j', (text) => expect(parseBatch(text).ok).toBe(false))

  it('is said before the step starts', () => {
    expect([describeBatches(names(8), batch('1,25%,100%')), describeBatches(names(4), null), describeBatches(names(1), null), describeBatches(names(9), batch('1'))])
      .toEqual(['1 host first, then 2, then 5', '4 hosts together', '1 host', '1 host first, then 1, then 1, then 1, then 1, then 1 and so on, 9 batches'])
  })

  it('runs parallel= of its hosts at once, one at least', () => {
    expect([atOnceIn(9, share('50%'), 10), atOnceIn(9, share('3'), 10), atOnceIn(2, share('3'), 10), atOnceIn(3, share('1%'), 10), atOnceIn(20, null, 10)]).toEqual([4, 3, 2, 1, 10])
  })
})

describe('max-fail=', () => {
  it.each([
    [4, '2', 2], [8, '25%', 2], [9, '25%', 3], [10, '10%', 1], [3, '1%', 1], [4, '100%', 4], [4, null, 1],
  ])('of %i hosts and %s stops when the count reaches %s', (hosts, text, limit) => {
    const maxFail = share(text)
    expect(stopsAtFailure(maxFail, hosts)).toBe(limit)
    expect([hasReachedMaxFail(maxFail, hosts, limit - 1), hasReachedMaxFail(maxFail, hosts, limit)]).toEqual([false, true])
  })

  it('is said in words', () => {
    expect([describeMaxFail(share('2'), 4), describeMaxFail(null, 12), describeMaxFail(share('9'), 4), describeMaxFail(null, 1)])
      .toEqual(['4 hosts, stops at the 2nd failure', '12 hosts, stops at the 1st failure', '4 hosts, goes on whatever fails', '1 host'])
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '101st', '111th'])
  })

  it.each(['0', '0%', 'none', '1,2'])('does not take %s', (text) => expect(parseMaxFail(text).ok).toBe(false))
})

describe('fan-out', () => {
  const next = (settings: { batch?: string; parallel?: string; maxFail?: string }, progress: string) => {
    const words: Record<string, HostProgress> = { q: 'queued', r: 'running', s: 'succeeded', f: 'failed', u: 'unknown' }
    const flow = { batch: batch(settings.batch ?? null), parallel: share(settings.parallel ?? null), maxFail: share(settings.maxFail ?? null) }
    const hosts = names(progress.length)
    return fanOut(flow, hosts, (host) => words[progress[hosts.indexOf(host)] ?? ''] ?? 'queued', 10)
  }

  it('begins the first batch, as many at once as parallel= allows', () => {
    expect(next({ batch: '4', parallel: '2' }, 'qqqqqq').start).toEqual(['h1', 'h2'])
    expect(next({ batch: '4', parallel: '2' }, 'srqqqq').start).toEqual(['h3'])
    expect(next({ batch: '4', parallel: '2' }, 'srrqqq').start).toEqual([])
  })

  it('begins the next batch only when all of the one before have ended', () => {
    expect(next({ batch: '2' }, 'srqq').start).toEqual([])
    expect(next({ batch: '2' }, 'ssqq').start).toEqual(['h3', 'h4'])
  })

  it('stops at a failure in the canary whatever max-fail= allows, and says where', () => {
    expect(next({ batch: '1,100%', maxFail: '3' }, 'fqqq')).toEqual({ start: [], stopped: 'It did not succeed on h1, in the first batch: 3 hosts were not begun.' })
  })

  it('stops when max-fail= is reached, not exceeded, and counts an unknown outcome as a failure', () => {
    expect(next({ maxFail: '2', parallel: '2' }, 'fsqqq')).toEqual({ start: ['h3', 'h4'], stopped: null })
    expect(next({ maxFail: '2', parallel: '2' }, 'fuqqq')).toEqual({ start: [], stopped: 'It stopped at the 2nd failure: 3 hosts were not begun.' })
    expect(next({ batch: '2', maxFail: '2' }, 'ssfuq')).toEqual({ start: [], stopped: 'It stopped at the 2nd failure: 1 host was not begun.' })
  })

  it('has not stopped when there is nothing left to begin', () => expect(next({}, 'ffr')).toEqual({ start: [], stopped: null }))

  it('runs every host exactly once, never too many at once, never past the limit, whatever the settings and the order of ends', () => {
    const settings = fc.record({
      batch: fc.option(fc.constantFrom('1', '3', '50%', '1,25%,100%', '2,1')), parallel: fc.option(fc.constantFrom('1', '2', '50%', '100%')), maxFail: fc.option(fc.constantFrom('1', '2', '30%', '100%')),
    })
    fc.assert(fc.property(settings, fc.integer({ min: 1, max: 12 }), fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 12, maxLength: 12 }), (chosen, count, ends) => {
      const flow = { batch: batch(chosen.batch), parallel: share(chosen.parallel), maxFail: share(chosen.maxFail) }
      const hosts = names(count)
      const progress = new Map<string, HostProgress>()
      const progressOf = (host: string) => progress.get(host) ?? 'queued'
      const begun: string[] = []
      for (const [pick, succeeds] of [...ends, [0, true] as const]) {
        const { start, stopped } = fanOut(flow, hosts, progressOf, 4)
        for (const host of start) {
          expect(progressOf(host)).toBe('queued')
          begun.push(host)
          progress.set(host, 'running')
        }
        const running = hosts.filter((host) => progressOf(host) === 'running')
        if (running.length === 0) {
          const failures = hosts.filter((host) => progressOf(host) === 'failed').length
          expect(begun.length === count || (stopped !== null && failures > 0)).toBe(true)
          break
        }
        expect(batchesOf(hosts, flow.batch).filter((members) => members.some((host) => running.includes(host)))).toHaveLength(1)
        progress.set(running[pick % running.length] ?? '', succeeds ? 'succeeded' : 'failed')
      }
      expect(new Set(begun).size).toBe(begun.length)
    }))
  })
})
