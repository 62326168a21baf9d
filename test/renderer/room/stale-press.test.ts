import { createStore } from 'zustand/vanilla'
import { expect, test } from 'vitest'
import type { RunState } from '#domain/run/state.ts'
import { createStalePress } from '#renderer/parts/room/stale-press.ts'
import { keyAction } from '#renderer/parts/room/key-action.ts'
import type { RunRoom } from '#renderer/stores/run.ts'
import { scenarios } from '#support/room-scenarios.ts'

const NOW = Date.UTC(2026, 11, 1, 21, 0, 7)
const meaning = (state: RunState) => keyAction(state, null, 'Space')

function room() {
  const journal = scenarios.preparation(NOW)
  let now = 0
  const run = createStore<Pick<RunRoom, 'state' | 'ownVersion'>>(() => ({ state: journal.state(), ownVersion: 0 }))
  const stale = createStalePress(run as never, () => now)
  stale.start()
  const tick = (id: string) => {
    journal.take({ type: 'tick', id, note: '' }, NOW)
    run.setState({ state: journal.state() })
  }
  return { stale, tick, journal, run, wait: (ms: number) => { now += ms } }
}

test('a press within 400 ms of a change by itself is meant for what was there before', () => {
  const { stale, tick, wait } = room()
  expect(stale.isStale(meaning)).toBe(false)
  tick('code-2')
  expect(stale.isStale(meaning)).toBe(true)
  wait(399)
  expect(stale.isStale(meaning)).toBe(true)
  wait(1)
  expect(stale.isStale(meaning)).toBe(false)
})

test('what a person does himself is no surprise: items are ticked as fast as he likes', () => {
  const { stale, tick, journal, run } = room()
  tick('code-2')
  run.setState({ ownVersion: journal.state().version })
  expect(stale.isStale(meaning)).toBe(false)
})

test('a change that leaves the key what it was swallows nothing', () => {
  const { stale, journal, run } = room()
  journal.take({ type: 'add-note', about: null, text: 'quiet so far' }, NOW, 'jonas')
  run.setState({ state: journal.state() })
  expect(stale.isStale(meaning)).toBe(false)
})
