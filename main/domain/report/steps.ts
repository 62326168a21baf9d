import type { Mask } from '../masking.ts'
import { own } from '../own.ts'
import { isExcluded, NO_HOST_LEFT } from '../run/decide/hosts.ts'
import { describeResult } from '../run/describe.ts'
import type { RunEvent, StoredEvent } from '../run/events.ts'
import type { HostState, RunState, StepState } from '../run/state.ts'
import type { HostResult, Step } from '../step.ts'
import { LOCAL_HOST } from '../step.ts'
import type { RunTiming, Span } from '../timing.ts'
import { hostKey, lengthOf, type ClockSet } from './clock-set.ts'
import { excerptOf } from './excerpt.ts'
import type { Befallen } from './happenings.ts'
import type { AttemptReport, CourseRow, HostReport, PhaseReport, StepReport } from './work-model.ts'

/** One attempt's output on one host, or null when there is none. `text` may be the end of it only. */
export type ReadOutput = (stepId: string, attempt: number, host: string) => { text: string; bytes: number; truncated: boolean } | null

export interface StepSources {
  state: RunState
  timing: RunTiming
  attempts: Map<string, AttemptReport[]>
  rows: ReadonlyMap<string, CourseRow>
  befallen: Befallen
  clockSet: ClockSet
  output: ReadOutput
  mask: Mask
}

const noSpan: Span = { startAt: null, endAt: null }
const failedLines = 20
const plainLines = 5

export function phaseReports(sources: StepSources): PhaseReport[] {
  return sources.state.runbook.phases.map((phase) => {
    const timing = sources.timing.phases[phase.id]
    return {
      number: phase.number, title: phase.title, planned: timing?.planned ?? noSpan, actual: timing?.actual ?? noSpan,
      lateMs: timing?.lateMs ?? 0, steps: phase.steps.map((step) => stepReport(sources, step)),
    }
  })
}

export function stepReport(sources: StepSources, step: Step): StepReport {
  const state = sources.state.steps[step.id]
  const timing = sources.timing.steps[step.id]
  const row = sources.rows.get(step.id)
  const attempts = (sources.attempts.get(step.id) ?? []).map((one) => ({ ...one, failures: one.attempt === state?.attempt ? [] : one.failures.map((failure) => withOutput(sources, step.id, one.attempt, failure)) }))
  // What was taken back and done again is as long as it was the last time; the course of the run knows from when.
  const actual: Span = { startAt: row === undefined ? attempts[0]?.startedAt ?? state?.startedAt ?? null : row.actual.startAt, endAt: state?.finishedAt ?? null }
  return {
    title: step.title, kind: step.kind, status: state?.status ?? 'planned', owner: step.owner,
    by: state?.by ?? null, message: state?.message ?? '',
    planned: timing?.planned ?? noSpan, forecast: row?.forecast ?? noSpan, p90EndAt: row?.p90EndAt ?? null, isCritical: row?.isCritical ?? false, actual, durationMs: lengthOf(actual.startAt, actual.endAt, sources.clockSet.steps.get(step.id)), lateMs: timing?.lateMs ?? 0,
    attempts, hosts: state === undefined ? [] : hostReports(sources, step, state),
    skippedByCondition: isSkippedByCondition(state), happenings: sources.befallen.steps.get(step.id) ?? [],
  }
}

/** A person skips before an attempt too, but under a name. What the run's end closes had begun. */
function isSkippedByCondition(state: StepState | undefined): boolean {
  return state?.status === 'skipped' && state.by === 'holdpoint' && state.attempt === 0 && state.message !== NO_HOST_LEFT
}

function withOutput({ output, mask }: StepSources, stepId: string, attempt: number, failure: AttemptReport['failures'][number]): AttemptReport['failures'][number] {
  const text = output(stepId, attempt, failure.host)
  return { ...failure, host: placeOf(failure.host), output: text === null ? null : excerptOf(text, failedLines, mask) }
}

function hostReports(sources: StepSources, step: Step, state: StepState): HostReport[] {
  const order = [...step.hosts, LOCAL_HOST]
  const hosts = Object.entries(state.hosts).toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))
  const ran = hosts.map(([host, result]) => hostReport(sources, step.id, state.attempt, host, result))
  // Where it never began since the host had been taken out of the run. Without an attempt the step's message says so.
  const left = state.attempt === 0 ? [] : step.hosts.filter((host) => isExcluded(sources.state, host) && own(state.hosts, host) === undefined)
  return [...ran, ...left.map((host) => excludedReport(host, sources.state))]
}

const excludedReport = (host: string, state: RunState): HostReport => ({
  host, state: 'excluded', startedAt: null, finishedAt: null, durationMs: null, exitCode: null, result: own(state.excluded, host)?.reason ?? '', output: null,
})

function hostReport({ output, mask, attempts, clockSet }: StepSources, stepId: string, attempt: number, host: string, state: HostState): HostReport {
  // A retry may leave out hosts that had succeeded: their output belongs to an earlier attempt.
  const number = (attempts.get(stepId) ?? []).findLast((one) => state.startedAt !== null && one.startedAt <= state.startedAt)?.attempt ?? attempt
  const text = output(stepId, number, host)
  return {
    host: placeOf(host), state: state.state, startedAt: state.startedAt, finishedAt: state.finishedAt, durationMs: lengthOf(state.startedAt, state.finishedAt, clockSet.hosts.get(hostKey(stepId, host))),
    exitCode: exitCodeOf(state.result), result: state.result === null ? '' : describeResult(state.result),
    output: text === null ? null : excerptOf(text, state.state === 'succeeded' ? plainLines : failedLines, mask),
  }
}

/** A step without hosts runs under a name of its own, which tells the reader nothing. */
const placeOf = (host: string): string => (host === LOCAL_HOST ? 'this machine' : host)

function exitCodeOf(result: HostResult | null): number | null {
  return result !== null && 'exitCode' in result ? result.exitCode : null
}

/** Every attempt of every step, as the journal tells it. */
export function attemptsOf(events: StoredEvent[]): Map<string, AttemptReport[]> {
  const attempts = new Map<string, AttemptReport[]>()
  for (const { event } of events) {
    if (event.type === 'step-started') {
      const list = attempts.get(event.stepId) ?? []
      attempts.set(event.stepId, [...list, { attempt: event.attempt, startedAt: event.at, finishedAt: null, outcome: 'running', message: '', failures: [] }])
    } else if (event.type === 'step-finished') close(attempts, event)
    else if (event.type === 'host-finished' && event.result.outcome !== 'succeeded') {
      findAttempt(attempts, event)?.failures.push({ host: event.host, result: describeResult(event.result), output: null })
    }
  }
  return attempts
}

function close(attempts: Map<string, AttemptReport[]>, event: Extract<RunEvent, { type: 'step-finished' }>): void {
  const open = findAttempt(attempts, event)
  if (open) Object.assign(open, { finishedAt: event.at, outcome: event.outcome, message: event.message })
}

function findAttempt(attempts: Map<string, AttemptReport[]>, event: { stepId: string; attempt: number }): AttemptReport | undefined {
  return attempts.get(event.stepId)?.find((one) => one.attempt === event.attempt)
}
