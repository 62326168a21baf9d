import type { RunState } from '#domain/run/state.ts'

/**
 * A question about the run, answered anew only when one of these parts of its state is another object: the state is never changed
 * in place. It can ask about nothing else, so what it depends on cannot be forgotten.
 */
export function remembering<Part extends keyof RunState, Answer>(parts: readonly Part[], ask: (state: Pick<RunState, Part>) => Answer): (state: RunState) => Answer {
  let last: { asked: RunState; answer: Answer } | null = null
  return (state) => {
    const isSame = last !== null && parts.every((part) => last?.asked[part] === state[part])
    if (last === null || !isSame) last = { asked: state, answer: ask(state) }
    return last.answer
  }
}
