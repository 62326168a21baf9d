import { Problem } from '#domain/problem.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import { decideAll } from '#domain/run/decide.ts'
import type { RunEvent, RunFact } from '#domain/run/events.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { RunState } from '#domain/run/state.ts'
import type { Runbook } from '#domain/runbook.ts'
import { smallRunbook } from './runbooks.ts'

export const START = Date.UTC(2026, 11, 5, 21, 0)

/** Folds the commands of a story, one minute apart, from a freshly created run. */
export interface Story {
  state: RunState
  events: RunEvent[]
  /** The facts of the last command, without time and person. */
  facts: RunFact[]
}

export function story(commands: RunCommand[], options: { runbook?: Runbook; automatic?: boolean; mode?: 'live' | 'rehearsal'; by?: string } = {}): Story {
  const created: RunEvent = {
    type: 'run-created', runId: 'run-1', mode: options.mode ?? 'rehearsal', speed: 60, automatic: options.automatic ?? true, runbookId: 'book',
    revision: 1, runbook: options.runbook ?? smallRunbook(), at: START, by: 'dana',
  }
  let told: Story = { state: evolve(null, { seq: 1, event: created }), events: [created], facts: [] }
  commands.forEach((command, index) => { told = followedBy(told, command, START + (index + 1) * 60_000, options.by) })
  return told
}

export function followedBy(told: Story, command: RunCommand, now = told.state.lastEventAt, by = 'dana'): Story {
  const events = decideAll(told.state, command, { now, by })
  const state = events.reduce((folded, event) => evolve(folded, { seq: folded.version + 1, event }), told.state)
  return { state, events: [...told.events, ...events], facts: events.map(({ at: _at, by: _by, ...fact }) => fact as RunFact) }
}

export const succeeded = (stepId: string, host: string, attempt = 1): RunCommand =>
  ({ type: 'report-host-finished', stepId, attempt, host, result: { outcome: 'succeeded', exitCode: 0 } })

export const exited = (stepId: string, host: string, exitCode: number, attempt = 1): RunCommand =>
  ({ type: 'report-host-finished', stepId, attempt, host, result: { outcome: 'failed', reason: 'exit', exitCode } })

export const go = (phase: number): RunCommand => ({ type: 'decide-gate', gateId: `gate-before-phase-${phase}`, decision: 'go', reason: '' })
export const tick = (id: string): RunCommand => ({ type: 'tick', id, note: '' })

/** Started, ticked and through the first gate: `stop` runs on two hosts. */
export const opening: RunCommand[] = [{ type: 'start-run' }, tick('tests-pass'), go(1)]

/** The code of the Problem that refuses what is tried. */
export function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.code
    throw thrown
  }
  return 'not refused'
}
