import { formatDuration } from '../duration.ts'
import { describeBlindTime } from '../forecast/clock-ledger.ts'
import type { StoredEvent } from '../run/events.ts'
import type { RunState, StepStatus } from '../run/state.ts'
import { monitoringEndsAt, openMonitoring, releasedAt } from '../run/follow-up.ts'
import { statusOf } from '../run/view.ts'
import { movedBy } from '../timing/plan.ts'
import type { RunTiming } from '../timing.ts'
import { timesIn } from './times.ts'
import type { Befallen } from './happenings.ts'
import { lengthOf, type ClockSet } from './clock-set.ts'
import { beforeWindowMs } from './before-window.ts'
import type { MessageReport, OverviewReport, ReportModel, SummaryReport } from './model.ts'
import type { PhaseReport, StepReport } from './work-model.ts'

export function overviewReport(state: RunState, events: StoredEvent[], timing: RunTiming, { phases, clockSet }: { phases: PhaseReport[]; clockSet: ClockSet }): OverviewReport {
  const { deploymentType, environment, version, date, windowText } = state.runbook.overview
  const people = new Set(events.map(({ event }) => event.by).filter((by) => by !== 'holdpoint'))
  return {
    deploymentType, environment, version, date, windowText,
    window: { startAt: timing.window?.startAt ?? null, endAt: timing.window?.endAt ?? null },
    windowMoved: timing.movedMs !== 0,
    beforeWindowMs: beforeWindowMs(state.mode, phases, timing.window?.startAt ?? null),
    status: statusOf(state), monitoringEndsAt: monitoringEndsAt(state), outcome: state.outcome, createdBy: state.createdBy,
    startedAt: state.startedAt, finishedAt: state.finishedAt,
    durationMs: lengthOf(state.startedAt, state.finishedAt, clockSet.runMs),
    plannedFinishAt: timing.plannedFinishAt, firstFinishAt: state.firstPlan === null ? null : movedBy(state.firstPlan.run, timing.movedMs).endAt,
    deployedAt: state.outcome !== 'succeeded' && state.outcome !== 'rolled-back' && !openMonitoring(state)?.isFollowUp ? null : timing.projectedFinishAt,
    overrunMs: timing.overrunMs, standing: timing.standing, speed: state.speed, people: [...people],
  }
}

type Sections = Pick<ReportModel, 'overview'> & Pick<ReportModel, 'checklists' | 'phases' | 'incidents' | 'noData' | 'rollback' | 'postDeployment' | 'communications' | 'monitoring'>

export function summaryReport(state: RunState, sections: Sections, befallen: Befallen): SummaryReport {
  const lane = laneOf(sections)
  const steps: Record<StepStatus, number> = { planned: 0, running: 0, succeeded: 0, failed: 0, unknown: 0, skipped: 0 }
  for (const step of lane) steps[step.status] += 1
  const closing = sections.rollback.decision ? sections.rollback.validation : sections.postDeployment.checklist
  const items = [...sections.checklists.flatMap((group) => group.items), ...closing]
  const summary: SummaryReport = {
    steps,
    retries: lane.reduce((sum, step) => sum + retriesOf(step, state), 0),
    waived: items.filter((item) => item.state === 'waived').length,
    openItems: items.filter((item) => item.state === 'open' && !item.optional).length,
    incidents: sections.incidents.length,
    attention: [],
  }
  return { ...summary, attention: attentionOf(state, sections, summary, befallen) }
}

/** What was taken back and is done again is no retry. */
function retriesOf({ attempts }: StepReport, { partialRollbacks }: RunState): number {
  return attempts.filter(({ startedAt }, place) => {
    const before = attempts[place - 1]?.startedAt
    return before !== undefined && !partialRollbacks.some(({ restoredAt }) => restoredAt > before && restoredAt <= startedAt)
  }).length
}

const laneOf = ({ phases, rollback }: Sections): StepReport[] => [...phases.flatMap((phase) => phase.steps), ...(rollback.decision ? rollback.steps : [])]

/** What must not be missed, worst first. Silence about a thing means it was checked, so nothing here may be left out. */
function attentionOf(state: RunState, sections: Sections, summary: SummaryReport, befallen: Befallen): string[] {
  const { steps } = summary
  // A fired trigger is answered by the rollback it called for.
  const answered = (kind: 'trigger' | 'breach'): boolean => kind === 'trigger' && state.rollback !== null
  const stillOpen = sections.incidents.filter(({ kind, closedAt, override }) => closedAt === null && override === null && !answered(kind)).length
  const overridden = sections.incidents.filter((incident) => incident.override !== null).length
  const silent = sections.noData.filter((period) => period.toAt === null).map((period) => period.metric)
  const unsent = sections.communications.filter((message) => message.state === 'pending' && isDue(message, state)).length
  const { startedAt, endsAt, endedAt, followUp } = sections.monitoring
  const watched = openMonitoring(state)
  const cutMs = followUp?.endsAt && followUp.endedAt ? followUp.endsAt - followUp.endedAt : 0
  const earlyMs = endsAt !== null && endedAt !== null ? endsAt - endedAt : 0
  const { rollback } = sections
  const left = rollback.left.map(({ title, hosts }) => `${title}${hosts.length === 0 ? '' : ` on ${hosts.join(', ')}`}`)
  const passedOver = laneOf(sections).filter((step) => step.skippedByCondition).length
  const ignored = Object.values(state.steps).filter((step) => step.ignored).length
  const excluded = Object.keys(state.excluded)
  const itself = befallen.retriesByThemselves
  const blind = describeBlindTime(befallen.clocks)
  const clocksSet = befallen.clocks.filter(({ kind }) => kind === 'wall-jump').length
  const said: [boolean, string][] = [
    [state.outcome === null, watched?.isFollowUp
      ? `The release is done; follow-up monitoring until ${timesIn(state.runbook.overview.window?.zone ?? 'UTC', watched.startedAt).full(watched.endsAt)}. Until then this report is a snapshot.`
      : 'The run has not ended: this report is a snapshot.'],
    [rollback.state === 'not-finished', left.length === 0 ? 'The rollback failed: its steps are done, but the run was ended before its validation was.' : `The rollback failed; left to do by hand: ${left.join('; ')}.`],
    [rollback.state === 'finished' && left.length > 0, `Rolled back, but left to do by hand: ${left.join('; ')}.`],
    [sections.overview.beforeWindowMs !== null, `The first step began ${formatDuration(sections.overview.beforeWindowMs ?? 0)} before the change window opened.`],
    ...rollback.partial.map(({ to, by }): [boolean, string] => [true, `The run went back to before ${to} (${by}) and on from there.`]),
    [steps.unknown > 0, `${count(steps.unknown, 'step')} with an unknown outcome.`],
    [steps.failed > 0, `${count(steps.failed, 'step')} failed.`],
    [stillOpen > 0, `${count(stillOpen, 'breach', 'breaches')} not over and not overridden.`],
    [overridden > 0, `${count(overridden, 'breach', 'breaches')} overridden by a person.`],
    [silent.length > 0, `No data for ${silent.join(', ')} when the report was made.`],
    [sections.noData.length > silent.length, `${count(sections.noData.length - silent.length, 'period')} without data during the run.`],
    [steps.skipped > passedOver + ignored, `${count(steps.skipped - passedOver - ignored, 'step')} skipped.`],
    [ignored > 0, `${count(ignored, 'failure')} ignored.`],
    [excluded.length > 0, `${count(excluded.length, 'host')} excluded from the run: ${excluded.join(', ')}.`],
    [passedOver > 0, `${count(passedOver, 'step')} skipped by ${passedOver === 1 ? 'its condition' : 'their conditions'}.`],
    [state.outcome !== null && steps.planned > 0, `${count(steps.planned, 'step')} never started.`],
    [summary.retries > 0, `${count(summary.retries, 'retry', 'retries')}${itself === 0 ? '' : `, ${itself} of them by ${itself === 1 ? 'itself' : 'themselves'}`}.`],
    [befallen.linksLost > 0, `${count(befallen.linksLost, 'link')} lost while a step ran, ${befallen.linksRestored} restored.`],
    [blind !== null, `${capitalised(blind ?? '')}: what happened meanwhile was seen late, or not at all.`],
    [clocksSet > 0, `The clock was set ${clocksSet === 1 ? 'once' : `${clocksSet} times`} during the run.`],
    [befallen.notDurableSteps > 0, `${count(befallen.notDurableSteps, 'step')} ran on a host without being durable.`],
    [befallen.notCaptured > 0, `${count(befallen.notCaptured, 'value')} could not be captured.`],
    [summary.waived > 0, `${count(summary.waived, 'checklist item')} waived.`],
    [summary.openItems > 0, `${count(summary.openItems, 'required checklist item')} still open.`],
    [startedAt === null && sections.monitoring.plannedMs !== null && state.outcome === 'succeeded', 'The planned monitoring did not take place.'],
    [earlyMs >= 1000, `Monitoring ended ${formatDuration(earlyMs)} early.`],
    [cutMs >= 1000, `Follow-up monitoring ended ${formatDuration(cutMs)} early.`],
    [followUp !== null && followUp.startedAt === null && state.outcome === 'succeeded', 'The planned follow-up monitoring did not take place.'],
    [state.outcome !== null && unsent > 0, `${count(unsent, 'planned message')} not recorded as sent.`],
  ]
  return said.filter(([isSo]) => isSo).map(([, words]) => words)
}

/** Word of an issue or of success is due only when there was one; this report cannot wait for its own publishing. */
function isDue({ timing: { when } }: MessageReport, state: RunState): boolean {
  return when === 'success' ? releasedAt(state) !== null : when !== 'issue' && when !== 'report'
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`
