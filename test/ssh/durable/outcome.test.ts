import { expect, test } from 'vitest'
import { doneResult, saidResult, stoppedResult } from '#ssh/durable/outcome.ts'

const done = { end: 'done' as const, code: 0, isShort: false, late: Buffer.alloc(0) }
const asked = { why: 'aborted' as const, timeoutMs: null }

test('a command that had ended by itself, but whose end was not heard in time, is unknown and never "stopped"', () => {
  expect(stoppedResult(asked, { was: 'ended', left: 0, pids: '' }, { end: 'stopped' }, 'app1', 'rjob')).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('jobs/rjob') })
  expect(stoppedResult(asked, { was: 'ended', left: 0, pids: '' }, { ...done, how: 'exit' }, 'app1', 'rjob')).toEqual({ outcome: 'succeeded', exitCode: 0 })
})

test('an end by the limits is a failure of its own, whatever exit code the command chose', () => {
  expect(doneResult({ ...done, how: 'limit' }, 'app1')).toMatchObject({ outcome: 'failed', reason: 'output-limit', message: expect.stringContaining('1 GiB') })
  expect(doneResult({ ...done, how: 'room' }, 'app1')).toMatchObject({ outcome: 'failed', reason: 'output-limit', message: expect.stringContaining('256 MiB') })
})

test('a command that could not be staged is refused only where it was sent once', () => {
  const end = { end: 'said' as const, word: 'unstaged' as const, more: 'the disk may be full' }
  expect(saidResult(end, false, true, 'app1')).toMatchObject({ outcome: 'failed', reason: 'refused' })
  expect(saidResult(end, false, false, 'app1')).toMatchObject({ outcome: 'unknown' })
})
