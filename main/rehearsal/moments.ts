import { isRunningFault, type RunningFault } from '#domain/rehearsal-script.ts'
import type { OutputStream } from '#kinds/ports.ts'
import type { PlannedOutcome } from './script.ts'

/** Something a planned command does, at a share of its length. */
export type Moment = { share: number } & ({ stream: OutputStream; text: string } | { fault: RunningFault } | { end: true })

/** When a scripted fault strikes, as a share of the command's length. */
const STRIKES_AT: Record<RunningFault, number> = {
  'slow-link': 0, 'clock-skew': 0, 'sudo-prompt': 0, 'link-drop': 0.5, reboot: 0.5, 'disk-fills': 0.5, 'output-flood': 0.5, hang: 1,
}

/** Its lines in the order they appear, each stream spread evenly over the whole length, its fault, and its end. */
export function moments({ stdout, stderr, fault }: PlannedOutcome): Moment[] {
  const faults = isRunningFault(fault) ? [{ fault, share: STRIKES_AT[fault] }] : []
  return [...faults, ...spread('stdout', stdout), ...spread('stderr', stderr)].toSorted((first, second) => first.share - second.share).concat({ end: true, share: 1 })
}

function spread(stream: OutputStream, text: string): Moment[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  return lines.map((line, index) => ({ stream, text: line, share: (index + 1) / (lines.length + 1) }))
}
