import { describe, expect, it } from 'vitest'
import { createLiveClock } from '#ports/clock.ts'

describe('the live clock', () => {
  const clock = createLiveClock()

  it('tells the machine time', () => {
    const before = Date.now()
    expect(clock.now()).toBeGreaterThanOrEqual(before)
  })

  it('never wakes early', async () => {
    const startedAt = performance.now()
    await clock.sleep(25)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(25)
  })

  it('stops a sleep at once when told to, with the reason given', async () => {
    const reason = new Error('enough')
    const stopping = new AbortController()
    const sleep = clock.sleep(2 ** 40, stopping.signal)
    stopping.abort(reason)
    await expect(sleep).rejects.toBe(reason)
  })

  it('does not begin a sleep that was stopped before', async () => {
    await expect(clock.sleep(2 ** 40, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  })

  it('goes on past the longest timer there is', async () => {
    const stopping = new AbortController()
    const woken = clock.sleep(2 ** 31 + 1000, stopping.signal).then(() => 'woken', () => 'stopped')
    await clock.sleep(10)
    stopping.abort()
    expect(await woken).toBe('stopped')
  })
})
