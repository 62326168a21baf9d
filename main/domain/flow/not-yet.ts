import { own } from '../own.ts'
import type { Step } from '../step.ts'
import type { FlowProblem } from './attributes.ts'

/** Attributes that are understood but not acted upon yet, with the values of which that is true: a step that has one is refused. */
export const NOT_YET: Readonly<Record<string, RegExp>> = {
  'when': /\bmetric\s*\(/,
}

/** What a step asks for and would not get. */
export function notYetOf(step: Step): FlowProblem[] {
  return Object.keys(NOT_YET).flatMap((name) => {
    const value = own(step.attributes, name)
    if (value === undefined || !NOT_YET[name]?.test(value)) return []
    return { code: 'attribute-not-yet', message: `The step "${step.title}" has ${name}="${value}", which this version of Holdpoint understands but does not act upon.`, hint: `Holdpoint refuses the step rather than run it as if ${name}= were not there. Take it out, or do the step by hand.` }
  })
}
