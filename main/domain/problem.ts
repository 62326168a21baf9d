import { z } from 'zod'

/** What a Problem looks like once it has crossed a border as a value. */
export const ProblemValue = z.strictObject({
  code: z.string().max(80),
  message: z.string().max(4000),
  hint: z.string().max(4000),
})
export type ProblemValue = z.infer<typeof ProblemValue>

/**
 * An expected failure: what happened and why in the operator's terms, then what to do next and what state
 * things are in. Codes are permanent, kebab-case, `area-what` (`ssh-host-key-changed`).
 */
export class Problem extends Error {
  readonly code: string
  readonly hint: string
  /** The jump host it happened at; null where that is not known, or it was the host itself. */
  hop: string | null = null

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.code = code
    this.hint = hint
  }

  toValue(): ProblemValue {
    return { code: this.code, message: this.message, hint: this.hint }
  }
}

/** Turns whatever was thrown into a Problem; anything unexpected keeps its message and says it is a defect. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Problem('unexpected', `Something unexpected happened: ${message}`, 'Nothing was recorded for this action. Try again; if it repeats, report it with the log.', thrown)
}
