import { formatDuration } from '../duration.ts'
import type { Runbook } from '../runbook.ts'
import { offsetIn } from '../zone.ts'
import type { ReturnNumbers } from './return-gate.ts'

/** Both numbers, as the end of a sentence about the step: `would end by 03:25, after the point of no return, 03:15 then (03:20 without it)`. */
export function describeReturn({ runbook }: { runbook: Pick<Runbook, 'overview'> }, numbers: ReturnNumbers | undefined): string {
  const zone = runbook.overview.window?.zone ?? 'UTC'
  const clock = (at: number | null | undefined): string => (at === null || at === undefined ? 'nobody knows when' : localTime(at, zone))
  const undo = numbers && numbers.addedUndoMs > 0 ? `, with ${formatDuration(numbers.addedUndoMs)} more to undo` : ''
  const doubt = numbers && numbers.unknownLengths.length > 0 ? '; it may be earlier still' : ''
  const begins = numbers?.why === 'passed-already' ? `would begin after the point of no return, ${clock(numbers.noReturnBefore)}` : `would pass the point of no return, ${clock(numbers?.noReturnAfter)}${numbers && numbers.addedUndoMs > 0 ? ` once it is done (${clock(numbers.noReturnBefore)} without it)` : ''}`
  return `${begins}: it ends by ${clock(numbers?.stepEndP90)} in nine of ten cases${undo}${doubt}`
}

/** `03:15`, in the window's zone. */
function localTime(at: number, zone: string): string {
  const minute = Math.floor((at + offsetIn(zone)(at)) / 60_000) % 1440
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
