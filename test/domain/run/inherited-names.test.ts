import { describe, expect, test } from 'vitest'
import { smallRunbook, phase, sh } from '#support/runbooks.ts'
import { followedBy, opening, story, succeeded } from '#support/run-log.ts'

/** Names that every JavaScript object answers to, though nobody put them there. */
const inherited = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__']

describe.each(inherited)('the name %s', (name) => {
  test('a step whose host has it is not over before that host is', () => {
    const told = story(opening, { runbook: smallRunbook({ phases: [phase(1, [sh('stop', ['app1', name])])] }) })
    const first = followedBy(told, succeeded('stop', 'app1'))
    expect(first.state.steps['stop']?.status).toBe('running')
    expect(followedBy(first, succeeded('stop', name)).state.steps['stop']?.status).toBe('succeeded')
  })

  test('no item, message or step has it', () => {
    const told = story(opening)
    expect(() => followedBy(told, { type: 'tick', id: name, note: '' })).toThrow(expect.objectContaining({ code: 'item-unknown' }))
    expect(() => followedBy(told, { type: 'untick', id: name })).toThrow(expect.objectContaining({ code: 'item-unknown' }))
    expect(() => followedBy(told, { type: 'waive', id: name, reason: 'x' })).toThrow(expect.objectContaining({ code: 'item-unknown' }))
    expect(() => followedBy(told, { type: 'send-message', messageId: name, note: '' })).toThrow(expect.objectContaining({ code: 'message-unknown' }))
    expect(() => followedBy(told, { type: 'start-step', stepId: name })).toThrow(expect.objectContaining({ code: 'step-unknown' }))
    expect(followedBy(told, { type: 'report-step-lost', stepId: name, attempt: 1 }).facts).toEqual([])
  })

  test('a metric with it is noticed when it falls silent, and when it is back', () => {
    const silent = story([...opening, { type: 'report-no-data', metric: name }])
    expect(silent.facts).toEqual([{ type: 'no-data-noticed', metric: name }])
    expect(followedBy(silent, { type: 'report-data', metric: name }).facts).toEqual([{ type: 'data-returned', metric: name }])
    expect(story([...opening, { type: 'report-data', metric: name }]).facts).toEqual([])
  })
})
