import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRests } from '#ssh/durable/rest.ts'
import type { Link } from '#ssh/link.ts'

describe('what no step waits for', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is done a moment later', async () => {
    const { rests, work, done } = begun()
    rests.later(link(), work('one'))
    expect(done).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(done).toEqual(['one'])
  })

  it('waits while jobs of the same connection come closely one after another, but not for ever', async () => {
    const { rests, work, done } = begun()
    const [one, other] = [link(), link()]
    rests.later(other, work('other'))
    for (let job = 1; job <= 5; job++) {
      rests.later(one, work(`job ${job}`))
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(done).toEqual(['other'])
    for (let job = 6; job <= 12; job++) {
      rests.later(one, work(`job ${job}`))
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(done.slice(0, 11)).toEqual(['other', ...Array.from({ length: 10 }, (_, index) => `job ${index + 1}`)])
  })

  it('does not pile up', async () => {
    const { rests, work, done } = begun()
    const one = link()
    for (let job = 1; job <= 20; job++) rests.later(one, work(`job ${job}`))
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toHaveLength(20)
  })

  it('is done at the end, which waits for it, and at once afterwards', async () => {
    const { rests, work, done } = begun()
    rests.later(link(), work('one'))
    await rests.end()
    expect(done).toEqual(['one'])
    rests.later(link(), work('late'))
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toEqual(['one', 'late'])
  })

  it('does not keep the program open when a host does not answer', async () => {
    const { rests } = begun()
    rests.later(link(), () => new Promise(() => undefined))
    let isEnded = false
    void rests.end().then(() => { isEnded = true })
    await vi.advanceTimersByTimeAsync(2000)
    expect(isEnded).toBe(true)
  })
})

function begun() {
  const done: string[] = []
  const work = (name: string) => async (): Promise<void> => {
    await Promise.resolve()
    done.push(name)
  }
  return { rests: createRests(), work, done }
}

const link = (): Link => ({}) as Link
