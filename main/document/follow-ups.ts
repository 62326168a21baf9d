import { formatDuration } from '#domain/duration.ts'
import type { FollowUp } from '#domain/runbook.ts'
import { claimItems } from './items.ts'
import { lengthAfter } from './monitoring.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import type { Section } from './sections.ts'

const watching = /^(?:keep |continue (?:to )?)?(?:monitor(?:ing)?|watch(?:ing)?|observ(?:e|ing))\b/i
const conditional = /\(if\b/i
const lead = /\bfor (?:the )?(?:next |first |another |at least |about )?/i

/** `Monitor for 24 hours` is done by the run itself; whatever names no length, or a condition, is for a person. */
export function readFollowUps(section: Section, reading: Reading): FollowUp[] {
  return claimItems(section, reading).map(({ words: { text, range } }) => {
    const watchMs = watching.test(text) && !conditional.test(text) ? lengthAfter(lead, text) : null
    if (watchMs !== null) reading.report.info(range.start, 'follow-up-watched', `${quoted(text)} is done by the run: once the release is done it is watched on for ${formatDuration(watchMs)}.`, 'The report can be had at once; the run ends by itself after that.')
    else if (watching.test(text)) reading.report.info(range.start, 'follow-up-by-hand', `${quoted(text)} is left to people: ${conditional.test(text) ? 'it has a condition' : 'it names no length of time'}.`, 'Write Monitor for 24 hours to have the run watched for so long.')
    return { id: reading.ids.make('follow-up', text), text, range, ...(watchMs === null ? {} : { watchMs }) }
  })
}
