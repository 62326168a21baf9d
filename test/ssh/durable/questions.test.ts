import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Channel } from '#ssh/channel.ts'
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
    const { questions, stderr, asked } = begun()
    questions.begin()
    stderr.emit('data', Buffer.from('end\n'))
    vi.advanceTimersByTime(10)
    expect(asked()).toBe(1)
    questions.end()
  })

  it('stop for good at the end, also when a sign of the host comes after it', () => {
    const { questions, stderr, asked } = begun()
    questions.begin()
    questions.end()
    stderr.emit('data', Buffer.from('end\n'))
    vi.advanceTimersByTime(60_000)
    expect(asked()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

function begun() {
  const stderr = new EventEmitter()
  const write = vi.fn()
  const questions = askOnAndOn({ stderr, write } as unknown as Channel)
  return { questions, stderr, asked: () => write.mock.calls.length }
}
