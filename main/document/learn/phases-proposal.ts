import { formatDuration } from '#domain/duration.ts'
import { learnedPhases, type LearnedPhase } from '#domain/learn/phases.ts'
import type { Phase, Runbook } from '#domain/runbook.ts'
import type { Splice } from '#domain/text-patch.ts'
import { planOf } from '#domain/timing/plan.ts'
import type { Checked, LearningInput } from './proposals.ts'

const TIMES = /(\d{1,2}:\d{2})((?: ?h)? ?\\?(?:-|–|—|to|until) ?)(\d{1,2}:\d{2})/gi

/** One proposal for all the phases, since one that takes longer moves those behind it. None where a phase's times cannot be found in its line. */
export function phasesProposal({ text, runbook, lengths }: LearningInput): Checked[] {
  const learned = learnedPhases(runbook.phases, lengths)
  if (learned.length === 0) return []
  const splices = learned.map((one) => rangeSplice(text, one))
  if (splices.some((splice) => splice === null)) return []
  const longer = learned.flatMap(({ phase, length }) => (length === null ? [] : [`Phase ${phase.number} takes ${spoken(length.minutes)} (the p90s of its steps, n=${length.n}) and was planned with ${spoken(length.wasMinutes)}.`]))
  const moved = learned.filter(({ length }) => length === null).map(({ phase }) => phase.number)
  const moves = moved.length === 0 ? '' : ` ${moved.length === 1 ? `Phase ${moved[0]} moves` : `Phases ${moved.join(', ')} move`} with it.`
  return [{
    proposal: { id: 'planned-phases', title: `Plan ${learned.map(({ phase, ...range }) => `phase ${phase.number} ${clocks(range)}`).join(', ')}`, why: `${longer.join(' ')}${moves}${windowWords(runbook, learned)}`, splices: splices.filter((splice) => splice !== null) },
    holds: ({ ranges }) => learned.every(({ phase, startMinute, endMinute }) => {
      const range = ranges.get(phase.id)
      return range?.startMinute === startMinute && range.endMinute === endMinute
    }),
  }]
}

function rangeSplice(text: string, { phase: { planned }, ...range }: LearnedPhase): Splice | null {
  if (planned === null) return null
  const found = [...text.slice(planned.range.start, planned.range.end).matchAll(TIMES)].at(-1)
  if (found === undefined) return null
  const start = planned.range.start + found.index
  return { start, end: start + found[0].length, text: `${clock(range.startMinute)}${found[2]}${clock(range.endMinute)}` }
}

/** A plan that is honest may not fit: then the check says so, and a live run is refused until somebody has made room. */
function windowWords({ phases, overview: { window } }: Runbook, learned: readonly LearnedPhase[]): string {
  const planned = phases.map((phase): Phase => {
    const change = learned.find((one) => one.phase.id === phase.id)
    return change === undefined || phase.planned === null ? phase : { ...phase, planned: { ...phase.planned, startMinute: change.startMinute, endMinute: change.endMinute } }
  })
  const finishAt = planOf(planned, window, 0).finishAt
  const overMs = window === null || finishAt === null ? 0 : finishAt - window.endAt
  return overMs > 0 ? ` That ends ${formatDuration(overMs)} after the change window: make it longer too, or a live run is refused.` : ''
}

const spoken = (minutes: number): string => formatDuration(minutes * 60_000)
const two = (value: number): string => String(value).padStart(2, '0')
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
const clocks = ({ startMinute, endMinute }: { startMinute: number; endMinute: number }): string => `${clock(startMinute)} – ${clock(endMinute)}`
