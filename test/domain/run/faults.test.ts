import { expect, test } from 'vitest'
import { followedBy, story } from '#support/run-log.ts'

const fault = { type: 'cause-fault', host: 'app1', fault: 'hang' } as const

test('a fault in a rehearsal is recorded and changes nothing of the run by itself', () => {
  const before = story([{ type: 'start-run' }])
  const after = followedBy(before, fault)
  expect(after.facts).toEqual([{ type: 'fault-caused', host: 'app1', fault: 'hang' }])
  expect(after.state).toEqual({ ...before.state, version: before.state.version + 1, lastEventAt: after.state.lastEventAt })
})

test('a live run takes no faults, and a rehearsal none before its start or on a host it does not know', () => {
  expect(() => followedBy(story([{ type: 'start-run' }], { mode: 'live' }), fault)).toThrow('This run is live: its hosts are real')
  expect(() => followedBy(story([]), fault)).toThrow('The run has not been started')
  expect(() => followedBy(story([{ type: 'start-run' }]), { ...fault, host: 'app9' })).toThrow('The runbook has no host "app9"')
})
