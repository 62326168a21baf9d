import { formatDuration } from '#domain/duration.ts'
import type { StepGate } from '#domain/forecast/no-return.ts'
import type { Outlook } from '#domain/forecast/outlook.ts'
import { describeCounts, mayBeEarlier, returnStanding, type Counts, type ReturnStanding } from '#domain/forecast/standing.ts'
import { formatClock, formatCounter, formatUntil } from '#renderer/ui/format.ts'

const minute = 60_000

export interface ReturnWords {
  standing: Exclude<ReturnStanding, 'none'>
  /** `23:04`; `≤ 23:04` when it may be earlier. */
  clock: string
  /** `in 41 min`. */
  when: string
  /** The same where there is little room. */
  brief: string
  title: string
}

/** The point of no return for the clocks; null when there is none to speak of. */
export function returnWords(outlook: Outlook, zone: string): ReturnWords | null {
  const { noReturn, rollback } = outlook
  const standing = returnStanding(outlook)
  if (standing === 'none' || noReturn === null || noReturn.at === null || noReturn.leftMs === null) return null
  const doubts = [
    rollback.unknownLengths.length > 0 ? `Nobody knows how long these take, so it may be earlier: ${quoted(rollback.unknownLengths)}.` : '',
    rollback.withoutUndo.length > 0 ? `Done without a way back in the runbook, and not counted: ${quoted(rollback.withoutUndo.map((step) => step.title))}.` : '',
  ]
  return {
    standing,
    clock: `${mayBeEarlier(outlook) ? '≤ ' : ''}${formatClock(noReturn.at, zone)}`,
    when: whenWords(standing, noReturn.leftMs), brief: briefly(standing, noReturn.leftMs),
    title: [
      'Point of no return: the last moment at which a rollback still ends in the window in nine of ten cases.',
      rollback.nothingDone ? 'Nothing has been changed yet: going back costs nothing now.' : `Going back takes ${formatDuration(rollback.p50)}, p90 ${formatDuration(rollback.p90)}.`,
      `Window end − ${formatDuration(noReturn.reserveMs)} kept free − ${formatDuration(noReturn.undoP90Ms)} rollback.`, ...doubts,
    ].filter((line) => line !== '').join('\n'),
  }
}

function whenWords(standing: ReturnWords['standing'], leftMs: number): string {
  switch (standing) {
    case 'passed': return `passed ${passedFor(-leftMs)} ago`
    case 'near': return `in ${formatCounter(leftMs)}`
    case 'open': return `in ${wholeMinutes(leftMs)}`
    case 'free': return 'now costs nothing to go back'
  }
}

function briefly(standing: ReturnWords['standing'], leftMs: number): string {
  if (standing === 'free') return 'free now'
  return standing === 'passed' ? `${passedFor(-leftMs)} ago` : whenWords(standing, leftMs)
}

const wholeMinutes = (ms: number): string => formatDuration(Math.floor(ms / minute) * minute)
const passedFor = (ms: number): string => (ms < minute ? formatCounter(ms) : wholeMinutes(ms))

const MOST_NAMED = 3
const quoted = (titles: readonly string[]): string => {
  const named = titles.slice(0, MOST_NAMED).map((title) => `“${title}”`).join(', ')
  return titles.length > MOST_NAMED ? `${named} and ${titles.length - MOST_NAMED} more` : named
}

export interface FinishWords {
  /** `23:17–23:22`. */
  clock: string
  look: 'within' | 'tight' | 'over' | 'unplanned'
  /** `in time, 12 min spare`; empty without a window. */
  standing: string
  /** The same where there is little room. */
  brief: string
  counts: string
  title: string
}

/** When the work will be done, from history; null when nothing of what is left has any, or there is no honest forecast. */
export function finishWords({ clocks }: Outlook, ahead: Counts, windowEndAt: number | null, zone: string): FinishWords | null {
  const [likely, bad] = [clocks.run.forecast.endAt, clocks.run.p90EndAt]
  if (ahead.most === 0 || likely === null || bad === null) return null
  const [from, to] = [formatClock(likely, zone), formatClock(bad, zone)]
  const counts = describeCounts(ahead)
  return {
    clock: from === to ? from : `${from}–${to}`, counts, ...windowWords(clocks.window, likely, bad, windowEndAt),
    title: `In half of all cases done by ${from}, in nine of ten by ${to}: from how long each step took in earlier runs, ${counts}`,
  }
}

function windowWords(fit: Outlook['clocks']['window'], likely: number, bad: number, endAt: number | null): Pick<FinishWords, 'look' | 'standing' | 'brief'> {
  if (fit === null || endAt === null) return { look: 'unplanned', standing: '', brief: '' }
  switch (fit) {
    case 'fits': return { look: 'within', standing: `in time, ${minutes(endAt - bad)} spare`, brief: `${minutes(endAt - bad)} spare` }
    case 'at-risk': return { look: 'tight', standing: `at risk, p90 ${minutes(bad - endAt)} over`, brief: `p90 ${minutes(bad - endAt)} over` }
    case 'over': return { look: 'over', standing: `over by ${minutes(likely - endAt)}`, brief: `over by ${minutes(likely - endAt)}` }
  }
}

const minutes = (ms: number): string => `${Math.round(ms / minute)} min`

/** Said where something is begun before the change window opens or after it has closed; null within it. */
export function outsideWindow({ startAt, endAt }: { startAt: number; endAt: number }, now: number, zone: string): string | null {
  if (now < startAt) return `The change window opens at ${formatUntil(startAt, now, zone)} (${zone}), in ${waitWords(startAt - now)}. What begins now begins before it.`
  return now < endAt ? null : `The change window closed at ${formatUntil(endAt, now, zone)} (${zone}), ${waitWords(now - endAt)} ago. What begins now begins after it.`
}

/** Whole minutes, so that it is not said anew each second. */
const waitWords = (ms: number): string => (ms < minute ? 'less than a minute' : formatDuration(Math.floor(ms / minute) * minute))

/** Why a person should think before the next step; null when it may begin freely, or nobody can say. */
export function gateWarning({ decision, why, stepEndP90, noReturnAfter, noReturnBefore, addedUndoMs }: StepGate, title: string, zone: string): string | null {
  if (decision !== 'sign-off' || noReturnAfter === null || noReturnBefore === null) return null
  const ends = stepEndP90 === null ? `nobody knows how long “${title}” takes` : `“${title}” ends by ${formatClock(stepEndP90, zone)} (p90)`
  const moves = addedUndoMs > 0 ? `the point of no return is then ${formatClock(noReturnAfter, zone)}` : `the point of no return is ${formatClock(noReturnAfter, zone)}`
  if (why === 'passed-already') return `The point of no return, ${formatClock(noReturnBefore, zone)}, has passed: a rollback may no longer end in time. Begun now, ${ends}.`
  return `Would pass the point of no return: ${ends}, and ${moves}. A rollback after it may not end in time.`
}

export interface FitWords {
  look: 'ok' | 'warn' | 'bad'
  text: string
}

/** Whether it ends in the window, with the look of it. */
export function fitWords({ rollback, noReturn, rollbackFit: { fits, endP50, endP90 } }: Pick<Outlook, 'rollback' | 'noReturn' | 'rollbackFit'>, windowEndAt: number | null, zone: string): FitWords | null {
  if (windowEndAt === null) return null
  const [likely, bad, end] = [formatClock(endP50, zone), formatClock(endP90, zone), formatClock(windowEndAt, zone)]
  const over = likely === bad ? `done by ${likely}` : `done by ${likely}, in nine of ten cases by ${bad}`
  if (rollback.withoutUndo.length > 0 && fits !== 'over') return { look: 'warn', text: `Nobody can say whether it fits the window, which ends ${end}: some of it has no way back in the runbook.` }
  switch (fits) {
    case 'fits':
      if (noReturn !== null && (noReturn.leftMs ?? 0) < 0) return { look: 'warn', text: `Ends in the window, but in the last ${formatDuration(noReturn.reserveMs)}, which are kept free: ${over}; the window ends ${end}.` }
      return { look: 'ok', text: `Fits the window: ${over}; the window ends ${end}.` }
    case 'tight': return { look: 'warn', text: `May not fit the window: ${over}; the window ends ${end}.` }
    case 'over': return { look: 'bad', text: `Does not fit the window, which ${windowEndAt < endP50 - rollback.p50 ? 'ended' : 'ends'} ${end}: ${over}.` }
    case 'unclear': return { look: 'warn', text: `Nobody can say whether it fits the window, which ends ${end}: not all lengths are known.` }
  }
}
