import type { Overview, Phase, PlannedRange } from '#domain/runbook.ts'
import { wordsOf } from './items.ts'
import { hasPlaceholder } from './placeholders.ts'
import type { Reading } from './reading.ts'
import { quoted } from './report.ts'
import type { Section } from './sections.ts'
import { slug } from './ids.ts'
import { readSteps } from './steps.ts'
import { parseTimeSpan } from './times.ts'

export function readPhases(sections: Section[], reading: Reading): Phase[] {
  const phases: Phase[] = []
  for (const section of sections) {
    if (section.role !== 'phase' && !section.units.some((unit) => unit.isItem)) continue
    phases.push(readPhase(section, (phases.at(-1)?.number ?? 0) + 1, reading))
  }
  return phases
}

function readPhase(section: Section, next: number, reading: Reading): Phase {
  const heading = section.heading
  const start = heading?.start ?? section.units[0]?.block.start ?? 0
  const named = /^phase (\d{1,4})\b[\s:.–—-]*(.*)$/is.exec(section.title)
  const inHeading = /^(.*?)[\s:,–—-]*\(?(\d{1,2}:\d{2} ?(?:-|–|—) ?\d{1,2}:\d{2})\)?$/s.exec(named?.[2] ?? section.title)
  const title = (inHeading?.[1] ?? named?.[2] ?? section.title) || section.title
  const span = inHeading && heading ? parseTimeSpan(inHeading[2] ?? '') : null
  const planned = span && heading ? { startMinute: span.startMinute, endMinute: span.endMinute, range: reading.source.range(heading.start, heading.end) } : readPlanned(section, start, title, reading)
  const number = Math.max(next, Number(named?.[1] ?? next))
  return {
    id: reading.ids.make('phase', title),
    number, title, planned,
    steps: readSteps(section, slug(title), true, reading),
    range: reading.source.range(start, section.end),
  }
}

/** The paragraph `**22:00 - 22:15**` of a phase. */
function readPlanned(section: Section, start: number, title: string, reading: Reading): PlannedRange | null {
  let unfilled = false
  for (const unit of section.units) {
    if (unit.isItem || unit.block.type !== 'paragraph') continue
    const words = wordsOf(unit.block, reading)
    const span = parseTimeSpan(words.text)
    if (span && span.rest === '') {
      unit.claimed = true
      return { startMinute: span.startMinute, endMinute: span.endMinute, range: words.range }
    }
    unfilled ||= hasPlaceholder(words.raw)
  }
  if (!unfilled) reading.report.warning(start, 'phase-time-missing', `${quoted(title)} says nothing about when it happens.`, 'Add a line such as **22:00 - 22:15** under its heading.')
  return null
}

/** Reports phases that run backwards, over each other or out of the change window. */
export function checkPhaseTimes(phases: Phase[], { window, windowText }: Overview, { report }: Reading): void {
  const timed = phases.flatMap(({ planned, title }) => (planned ? [{ ...planned, title, offset: planned.range.start }] : []))
  const windowSpan = window && windowText !== null ? parseTimeSpan(windowText) : null
  const origin = windowSpan?.startMinute ?? timed[0]?.startMinute ?? 0
  const windowLength = windowSpan ? after(windowSpan.startMinute, windowSpan.endMinute) : null
  let lastEnd = 0
  for (const [index, phase] of timed.entries()) {
    const start = after(origin, phase.startMinute)
    const length = after(phase.startMinute, phase.endMinute)
    if (length === 0 || length > 720) {
      report.error(phase.offset, 'phase-backwards', `${quoted(phase.title)} ends before it starts.`, 'Mend its times; over midnight 23:50 - 00:10 is fine.')
      continue
    }
    if (windowLength !== null && start + length > windowLength) {
      report.error(phase.offset, 'phase-outside-window', `${quoted(phase.title)} does not fit into the window ${windowText}.`, 'Move the phase, or make the window longer.')
    }
    if (index > 0 && start < lastEnd) {
      report.error(phase.offset, 'phases-overlap', `${quoted(phase.title)} starts before the phase before it has ended.`, 'Phases run one after another: mend the times of one of them.')
    }
    lastEnd = Math.max(lastEnd, start + length)
  }
}

/** Minutes from one time of day to the next occurrence of another. */
const after = (from: number, to: number): number => (to - from + 1440) % 1440
