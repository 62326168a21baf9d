import type { ScriptedMetric, ScriptedOutcome } from '#domain/rehearsal-script.ts'
import type { Phase, Runbook } from '#domain/runbook.ts'
import { undoStepOf } from '#domain/run/undo-step.ts'
import type { Step } from '#domain/step.ts'
import { rehearsalMetrics } from './default-metrics.ts'
import { UNTIL_ROLLBACK } from './metrics.ts'

/** What one command does on one host in a rehearsal, with nothing left open. */
export interface PlannedOutcome {
  durationMs: number
  exitCode: number
  stdout: string
  stderr: string
  fault: ScriptedOutcome['fault']
}

export interface RehearsalPlan {
  /** The scripted outcome, or success after the step's planned length with output made from the command. */
  outcome(stepId: string, host: string, attempt: number, command: string): PlannedOutcome
  /** Keyed by lower-case name; steps in `from` and `until` are ids. */
  metrics: Map<string, ScriptedMetric>
  steps: Step[]
}

const SHORTEST_MS = 1000
const LONGEST_MS = 2 * 60_000
const UNPLANNED_MS = 10_000
const DAY_MINUTES = 24 * 60

/** The runbook's rehearsal script, its steps' titles resolved to ids and its gaps filled with defaults. */
export function readScript(runbook: Runbook): RehearsalPlan {
  const forward = runbook.phases.flatMap((phase) => phase.steps)
  const steps = [...forward, ...runbook.rollback.steps, ...forward.flatMap((step) => undoStepOf(runbook, step) ?? [])]
  const lengths = plannedLengths(runbook)
  const idOf = (name: string) => stepNamed(steps, name)?.id ?? name
  const outcomes = runbook.rehearsal.outcomes.map((outcome) => ({ ...outcome, step: idOf(outcome.step) }))

  return {
    steps,
    metrics: new Map(rehearsalMetrics(runbook).map((metric) => [metric.metric, withStepIds(metric, idOf)])),
    outcome(stepId, host, attempt, command) {
      const planned = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lengths.get(stepId) ?? UNPLANNED_MS))
      const scripted = mostExact(outcomes.filter((outcome) => outcome.step === stepId && applies(outcome, host, attempt)))
      if (!scripted) return { durationMs: planned, exitCode: 0, stdout: plausibleOutput(command), stderr: '', fault: 'none' }
      const { exitCode, stdout, stderr, fault } = scripted
      return { durationMs: scripted.durationMs ?? planned, exitCode, stdout, stderr, fault }
    },
  }
}

/** What a host with nothing scripted says: the command's lines, marked so that nobody takes them for real. */
export function plausibleOutput(command: string): string {
  const lines = command.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const shown = lines.slice(0, 40).map((line) => `+ ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`)
  if (lines.length > shown.length) shown.push(`… ${lines.length - shown.length} more lines`)
  return [...shown, 'ok'].map((line) => `[rehearsal] ${line}\n`).join('')
}

function applies(outcome: ScriptedOutcome, host: string, attempt: number): boolean {
  return (outcome.host === null || outcome.host === host) && (outcome.attempt === null || outcome.attempt === attempt)
}

/** The outcome that names most wins: host and attempt, then host, then attempt, then neither; the first of equals. */
function mostExact(outcomes: ScriptedOutcome[]): ScriptedOutcome | undefined {
  const exactness = (outcome: ScriptedOutcome) => (outcome.host === null ? 0 : 2) + (outcome.attempt === null ? 0 : 1)
  return outcomes.toSorted((first, second) => exactness(second) - exactness(first))[0]
}

function stepNamed(steps: Step[], name: string): Step | undefined {
  const wanted = name.trim().toLowerCase()
  return steps.find((step) => step.id === name) ?? steps.find((step) => step.title.trim().toLowerCase() === wanted)
}

function withStepIds(metric: ScriptedMetric, idOf: (name: string) => string): ScriptedMetric {
  const untilOf = (until: string | null) => (until === null || until === UNTIL_ROLLBACK ? until : idOf(until))
  return {
    ...metric,
    changes: metric.changes.map((change) => ({ ...change, from: idOf(change.from), until: untilOf(change.until) })),
    gaps: metric.gaps.map((gap) => ({ ...gap, from: idOf(gap.from) })),
  }
}

/** Each step's own planned length, or its even share of its phase's time range. Steps with neither are left out. */
function plannedLengths(runbook: Runbook): Map<string, number> {
  const lengths = new Map<string, number>()
  for (const phase of runbook.phases) {
    const share = phaseLength(phase) / phase.steps.length
    for (const step of phase.steps) if (share > 0) lengths.set(step.id, share)
  }
  for (const step of [...runbook.phases.flatMap((phase) => phase.steps), ...runbook.rollback.steps]) {
    if (step.plannedMs !== null) lengths.set(step.id, step.plannedMs)
  }
  for (const step of runbook.phases.flatMap((phase) => phase.steps)) {
    const undo = undoStepOf(runbook, step)
    const length = undo?.plannedMs ?? lengths.get(step.id)
    if (undo && length !== undefined) lengths.set(undo.id, length)
  }
  return lengths
}

function phaseLength({ planned }: Phase): number {
  if (planned === null) return 0
  return ((planned.endMinute - planned.startMinute + DAY_MINUTES) % DAY_MINUTES) * 60_000
}
