import { expect, test, vi } from 'vitest'
import { atIntervals, createSignal, pump } from '#engine/signal.ts'
import { settled } from '#support/fake-world.ts'

test('a listener that fails keeps the news neither from the others nor from whoever told it', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const signal = createSignal()
  const told: string[] = []
  signal.on(() => { throw new Error('the window is gone') })
  signal.on(() => told.push('second'))
  signal.emit()
  expect(told).toEqual(['second'])
  expect(warn.mock.calls.map(([problem]) => (problem as Error).message)).toEqual(['the window is gone'])
  warn.mockRestore()
  await settled()
})

test('a read that fails loses nothing: the items come at the next wake-up, each once and in order', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const wake = createSignal()
  const got: number[] = []
  let isBroken = true
  const stop = pump<number>({
    after: 0, wake, emit: ({ item }) => got.push(item),
    read: (after) => {
      if (isBroken) throw new Error('disk I/O error')
      return [1, 2, 3].filter((item) => item > after).slice(0, 2).map((item) => ({ cursor: item, item }))
    },
  })
  await settled()
  expect(got).toEqual([])
  isBroken = false
  wake.emit()
  await settled()
  expect(got).toEqual([1, 2, 3])
  expect(warn).toHaveBeenCalledTimes(1)
  stop()
  warn.mockRestore()
})

test('work at intervals is done at once, then at most once an interval, and the last wake-up is never lost', () => {
  vi.useFakeTimers()
  const wake = createSignal()
  const done: number[] = []
  const stop = atIntervals(wake, 100, () => done.push(Date.now()))
  const start = Date.now()
  for (let ms = 0; ms < 1000; ms += 1) {
    vi.advanceTimersByTime(1)
    if (ms < 250) wake.emit()
  }
  expect(done.map((at) => Math.round((at - start) / 100))).toEqual([0, 1, 2, 3])
  wake.emit()
  vi.advanceTimersByTime(1)
  expect(done).toHaveLength(5)
  stop()
  wake.emit()
  vi.advanceTimersByTime(1000)
  expect(done).toHaveLength(5)
  vi.useRealTimers()
})
