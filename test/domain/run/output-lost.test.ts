import { expect, it } from 'vitest'
import { befallenOf } from '#domain/report/happenings.ts'
import { timelineOf } from '#domain/report/timeline.ts'
import type { StoredEvent } from '#domain/run/events.ts'
import { scenarios } from '#support/room-scenarios.ts'

const now = Date.parse('2026-12-05T22:00:00Z')

it('output that could not be stored is a fact of the run, told with its step and in the order of events', () => {
  const run = scenarios.failed(now)
  const { version, runbook } = run.state()
  run.take({ type: 'report-output-lost', stepId: 'deploy', attempt: 1, host: 'web-2', bytes: 3_145_728 }, now, 'holdpoint')
  run.take({ type: 'report-output-lost', stepId: 'no-such-step', attempt: 1, host: 'web-2', bytes: 1 }, now, 'holdpoint')
  expect(run.state().version).toBe(version + 1)
  const events: StoredEvent[] = [{ seq: version + 1, hash: '', event: { type: 'output-lost', stepId: 'deploy', attempt: 1, host: 'web-2', bytes: 3_145_728, at: now, by: 'holdpoint' } }]
  expect(befallenOf(events).steps.get('deploy')).toEqual([{ at: now, words: 'web-2: 3145728 bytes of its output could not be stored and are lost' }])
  expect(timelineOf(events, runbook)).toMatchObject([{ tone: 'bad', words: 'web-2: 3145728 bytes of the output of “Deploy new version” could not be stored and are lost' }])
})
