import { parseDuration } from '#domain/duration.ts'
import type { Message, MessageTiming } from '#domain/runbook.ts'
import { wordsOf } from './items.ts'
import { hasPlaceholder } from './placeholders.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import { stageOf } from './section-names.ts'
import type { Section } from './sections.ts'

/** The messages of the communication plan, under headings or bold labels such as `**During Deployment:**`. */
export function readMessages(section: Section, reading: Reading): Message[] {
  let stage: Message['stage'] | null = section.role === 'before' || section.role === 'during' || section.role === 'after' ? section.role : null
  return section.units.flatMap((unit) => {
    const words = wordsOf(unit.block, reading)
    if (!unit.isItem) {
      const label = stageOf(words.text)
      unit.claimed = label !== null
      stage = label ?? stage
      return []
    }
    if (words.text === '') return []
    unit.claimed = true
    const timing = timingOf(words.text, stage)
    if (timing.when === 'unclear' && !hasPlaceholder(words.raw)) {
      reading.report.info(unit.block.start, 'message-unclear', `When to send ${quoted(words.text)} is not clear, so nobody will be reminded.`, 'Say it as “Sent 24 hours before: …” or “Progress updates every 15 minutes”.')
    }
    const id = reading.ids.make('message', stage ?? '', words.text)
    return [{ id, text: words.text, stage: stage ?? usualStage(timing), timing, range: words.range }]
  })
}

function timingOf(text: string, stage: Message['stage'] | null): MessageTiming {
  const words = text.toLowerCase().slice(0, 500)
  const lead = parseDuration(/\b(\d[\d.]* ?[a-z]+) (?:before|ahead|in advance)\b/.exec(words)?.[1] ?? '')
  if (lead) return { when: 'before', leadMs: lead }
  const every = /\bevery (\d[\d.]* ?[a-z]+|hour|minute|half hour)\b/.exec(words)?.[1] ?? (/\bhourly\b/.test(words) ? 'hour' : '')
  const everyMs = every === 'half hour' ? parseDuration('30m') : parseDuration(/^\d/.test(every) ? every : `1 ${every}`)
  if (every !== '' && everyMs) return { when: 'every', everyMs }
  if (/\bevery\b|\bbefore\b/.test(words)) return { when: 'unclear' }
  if (/\b(?:issues?|incidents?|problems?)\b/.test(words)) return { when: 'issue' }
  if (stage !== 'after' && /\b(?:start|starts|started|begins?|kick-?off)\b/.test(words)) return { when: 'start' }
  if (stage !== 'before' && /\breport\b/.test(words)) return { when: 'report' }
  if (stage !== 'before' && /\b(?:success|successful|completion|completed|complete)\b/.test(words)) return { when: 'success' }
  return { when: 'unclear' }
}

function usualStage({ when }: MessageTiming): Message['stage'] {
  if (when === 'before') return 'before'
  return when === 'success' || when === 'report' ? 'after' : 'during'
}
