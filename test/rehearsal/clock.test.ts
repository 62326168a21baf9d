import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { Problem } from '#domain/problem.ts'
import { createRehearsalClock } from '#rehearsal/clock.ts'

const START = Date.UTC(2026, 10, 23, 22)

test('starts at the given time and never goes back, whatever the rate does', () => {
  const clock = createRehearsalClock({ startAt: START, rate: 60 })
  let last = clock.now()
  expect(last).toBeGreaterThanOrEqual(START)
  for (let turn = 0; turn < 2000; turn += 1) {
    clock.setRate(turn % 2 === 0 ? 3600 : 1)
    const now = clock.now()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})

test('a sleep lasts its length in rehearsal time and takes less real time than that', async () => {
  const clock = createRehearsalClock({ startAt: START, rate: 3600 })
  const [before, realBefore] = [clock.now(), performance.now()]
  await clock.sleep(60_000)
  expect(clock.now() - before).toBeGreaterThanOrEqual(60_000)
  expect(performance.now() - realBefore).toBeLessThan(60_000)
})

test('a sleep under way ends sooner when the rate is raised', async () => {
  const clock = createRehearsalClock({ startAt: START, rate: 1 })
  const sleep = clock.sleep(30 * 60_000)
  clock.setRate(1_000_000)
  await sleep
  expect(clock.now()).toBeGreaterThanOrEqual(START + 30 * 60_000)
})

test('a sleep longer than any timer is still waiting and ends only by its signal', async () => {
  const clock = createRehearsalClock({ startAt: START, rate: 1 })
  const stop = new AbortController()
  const sleep = clock.sleep(2 ** 40, stop.signal)
  expect(await Promise.race([sleep, clock.sleep(20).then(() => 'still asleep')])).toBe('still asleep')
  stop.abort(new Error('enough'))
  await expect(sleep).rejects.toThrow('enough')
})

test('a signal that has already fired refuses the sleep', async () => {
  const clock = createRehearsalClock({ startAt: START, rate: 1 })
  await expect(clock.sleep(10, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
})

test('sleepers wake in the order of their times', async () => {
  const clock = createRehearsalClock({ startAt: START, rate: 1000 })
  const woken: number[] = []
  await Promise.all([30_000, 10_000, 20_000].map((ms) => clock.sleep(ms).then(() => woken.push(ms))))
  expect(woken).toEqual([10_000, 20_000, 30_000])
})

test('listeners hear each change of rate with a reading that now() agrees with, until they stop listening', () => {
  const clock = createRehearsalClock({ startAt: START, rate: 1 })
  const heard: number[] = []
  const stop = clock.onChange((reading) => {
    heard.push(reading.rate)
    expect(reading.at).toBeLessThanOrEqual(clock.now())
    expect(reading.machineAt).toBeLessThanOrEqual(Date.now())
  })
  clock.setRate(60)
  stop()
  clock.setRate(10)
  expect(heard).toEqual([60])
  expect(clock.reading().rate).toBe(10)
})

test.each([0, -1, Number.NaN, Infinity])('a rate of %s is refused and changes nothing', (rate) => {
  const clock = createRehearsalClock({ startAt: START, rate: 5 })
  expect(() => clock.setRate(rate)).toThrow(Problem)
  expect(clock.reading().rate).toBe(5)
})
