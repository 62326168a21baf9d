import { expect, it } from 'vitest'
import { dueAt, whenOf } from '#domain/messages.ts'
import type { Message } from '#domain/runbook.ts'
import { minute, range, runbook, stateAfter, windowStart } from '#support/run-states.ts'
import type { Happening } from '#support/run-states.ts'

const message = (timing: Message['timing'], stage: Message['stage'] = 'during'): Message => ({ id: 'm', text: 'Tell support', range, stage, timing })
const startedAt = windowStart - 10 * minute
const due = (timing: Message['timing'], ...happenings: Happening[]) =>
  dueAt(message(timing), stateAfter(runbook({ messages: [message(timing)] }), [{ type: 'run-started', at: startedAt }, ...happenings]), windowStart)
const sent = (at: number): Happening => ({ type: 'message-sent', messageId: 'm', note: '', at })

it('counts a message before the window back from its start, and an update on from the last one', () => {
  expect(due({ when: 'before', leadMs: 120 * minute })).toBe(windowStart - 120 * minute)
  expect(due({ when: 'start' })).toBe(startedAt)
  expect(due({ when: 'every', everyMs: 15 * minute })).toBe(startedAt + 15 * minute)
  expect(due({ when: 'every', everyMs: 15 * minute }, sent(windowStart))).toBe(windowStart + 15 * minute)
})

it('has nothing due once it was sent or skipped, nor for what waits for something to happen', () => {
  expect(due({ when: 'start' }, sent(windowStart))).toBeNull()
  expect(due({ when: 'every', everyMs: minute }, { type: 'message-skipped', messageId: 'm', reason: 'quiet night', at: windowStart })).toBeNull()
  expect(due({ when: 'issue' })).toBeNull()
  expect(due({ when: 'success' })).toBeNull()
  expect(due({ when: 'success' }, { type: 'run-finished', outcome: 'succeeded', at: windowStart })).toBe(windowStart)
})

it('tells of success when the release is done, not when it has been watched on, and sends no more progress updates from then on', () => {
  const watched: Happening = { type: 'monitoring-started', endsAt: windowStart + 1440 * minute, followUps: ['day'], at: windowStart }
  expect(due({ when: 'success' }, watched)).toBe(windowStart)
  expect(due({ when: 'success' }, watched, { type: 'run-finished', outcome: 'succeeded', at: windowStart + 1440 * minute })).toBe(windowStart)
  expect(due({ when: 'every', everyMs: 15 * minute }, watched)).toBeNull()
  expect(due({ when: 'success' }, watched, { type: 'rollback-started', reason: 'errors', running: 'abort', at: windowStart + minute })).toBeNull()
})

it('says in words when the plan wants it, and the stage where that is unclear', () => {
  expect(whenOf(message({ when: 'before', leadMs: 120 * minute }))).toBe('2 h before')
  expect(whenOf(message({ when: 'unclear' }, 'after'))).toBe('after the deployment')
})
