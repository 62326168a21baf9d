import type { RunState } from '#domain/run/state.ts'
import type { RunStore } from '#renderer/stores/run.ts'

/** Shorter than this after a change nobody can have read what a key does now. */
const UNREAD_MS = 400

/** Knows what the room looked like a moment ago, so that a press meant for that does nothing to what has taken its place. */
export interface StalePress {
  /** Whether what is pressed meant something else a moment ago, by no doing of this person's. */
  isStale(meaning: (state: RunState) => unknown): boolean
  start(): () => void
}

export function createStalePress(run: RunStore, now: () => number): StalePress {
  let left: { state: RunState; at: number }[] = []
  const recent = () => left.filter(({ at }) => now() - at < UNREAD_MS)
  return {
    isStale(meaning) {
      const { state, ownVersion } = run.getState()
      if (!state) return false
      const present = JSON.stringify(meaning(state))
      return recent().some((before) => before.state.version >= ownVersion && JSON.stringify(meaning(before.state)) !== present)
    },
    start: () => run.subscribe((room, before) => {
      if (before.state && room.state !== before.state) left = [...recent(), { state: before.state, at: now() }]
    }),
  }
}
