import type { FollowUp } from '#domain/runbook.ts'
import { claimItems } from './items.ts'
import { lengthAfter } from './monitoring.ts'
import type { Reading } from './reading.ts'
import type { Section } from './sections.ts'

const watching = /^(?:keep |continue (?:to )?)?(?:monitor(?:ing)?|watch(?:ing)?|observ(?:e|ing))\b/i
const conditional = /\(if\b/i
const lead = /\bfor (?:the )?(?:next |first |another |at least |about )?/i

/** `Monitor for 24 hours` is done by the run itself; whatever names no length, or a condition, is for a person. */
export function readFollowUps(section: Section, reading: Reading): FollowUp[] {
  return claimItems(section, reading).map(({ words: { text, range } }) => {
    const watchMs = watching.test(text) && !conditional.test(text) ? lengthAfter(lead, text) : null
    return { id: reading.ids.make('follow-up', text), text, range, ...(watchMs === null ? {} : { watchMs }) }
  })
}
