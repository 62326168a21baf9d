import { type Parsed, notUnderstood, understood } from './parsed.ts'

/** What a run does when a step has failed and its retries are used up. Unknown is no failure: it always asks. */
export type OnFail = { action: 'stop' } | { action: 'continue' } | { action: 'ask' } | { action: 'run-step'; stepId: string }

/** `stop` (the usual: it holds the run), `continue`, `ask`, or `step:ID`. */
export function parseOnFail(text: string): Parsed<OnFail> {
  const value = text.trim()
  if (value === 'stop' || value === 'continue' || value === 'ask') return understood({ action: value })
  const stepId = /^step:([\p{L}\p{N}][\p{L}\p{N}._-]{0,79})$/u.exec(value)?.[1]
  if (stepId !== undefined) return understood({ action: 'run-step', stepId })
  return notUnderstood('Give stop, continue, ask, or step: and the id of another step, such as step:collect-logs.')
}

/** For people. `titleOf` gives a step's title, or null when there is no such step. */
export function describeOnFail(onFail: OnFail, titleOf: (stepId: string) => string | null): string {
  switch (onFail.action) {
    case 'stop': return 'stops the run when it fails'
    case 'continue': return 'goes on when it fails'
    case 'ask': return 'asks when it fails'
    case 'run-step': return `runs "${titleOf(onFail.stepId) ?? onFail.stepId}" when it fails, then asks`
  }
}
