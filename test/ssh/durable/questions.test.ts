import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askOnAndOn } from '#ssh/durable/questions.ts'

describe('questions to who follows a job', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('begin when the host has answered, for before there is nobody to ask', () => {
    const { questions, asked } = begun()
    vi.advanceTimersByTime(10_000)
    expect(asked()).toBe(0)
    questions.begin()
    vi.advanceTimersByTime(260)
    expect(asked()).toBe(1)
    questions.end()
  })

  it('follow a sign of the host at once', () => {
    const { questions, asked } = begun()
    questions.begin()
    questions.sign()
    vi.advanceTimersByTime(10)
    expect(asked()).toBe(1)
    questions.end()
  })

  it('stop for good at the end, also when a sign of the host comes after it', () => {
    const { questions, asked } = begun()
    questions.begin()
    questions.end()
    questions.sign()
    vi.advanceTimersByTime(60_000)
    expect(asked()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

function begun() {
  const put = vi.fn()
  return { questions: askOnAndOn(put), asked: () => put.mock.calls.length }
}
