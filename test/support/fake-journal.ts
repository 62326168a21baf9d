import { USUAL_RESERVE_MS } from '#domain/forecast/no-return.ts'
import { createOutlook } from '#domain/forecast/outlook.ts'
import { decideAll } from '#domain/run/decide.ts'
import { evolve } from '#domain/run/evolve.ts'
import type { Machine } from '#domain/run/lead.ts'
import type { RunCommand } from '#domain/run/commands.ts'
import type { RunEvent, RunMode, StoredEvent } from '#domain/run/events.ts'
import { inheritedFacts } from '#domain/run/resume/inherit.ts'
import type { RunState } from '#domain/run/state.ts'
import { runningSteps, waitingGate } from '#domain/run/view.ts'
import type { Runbook } from '#domain/runbook.ts'
import { minute } from './run-states.ts'

/** A run that grows by commands, decided by the real domain, without an engine behind it. */
export interface FakeJournal {
  events: StoredEvent[]
  state(): RunState
  /** Throws the domain's Problem when it is refused; answers the events it added. */
  take(command: RunCommand, at: number, by?: string, machine?: Machine): StoredEvent[]
}

/** The machine the fake main runs on. */
export const HERE: Machine = { id: 'laptop', name: 'mira-laptop' }

/** `goesOn`: the run that this one goes on with. `holds`: steps that would pass the point of no return wait for a sign-off, by the plan, as nothing is known of earlier runs. */
export function createFakeJournal(runId: string, book: Runbook, mode: RunMode, at: number, { inventory, holds = false, goesOn }: { inventory?: string | undefined; holds?: boolean; goesOn?: RunState } = {}): FakeJournal {
  const outlook = createOutlook({ runbook: book, history: new Map(), reserveMs: USUAL_RESERVE_MS })
  const events: StoredEvent[] = []
  let folded: RunState | null = null
  const add = (event: RunEvent): StoredEvent => {
    const stored = { seq: events.length + 1, event, hash: String(events.length + 1).padStart(64, '0') }
    events.push(stored)
    folded = evolve(folded, stored)
    return stored
  }
  add({ type: 'run-created', runId, mode, inventory, speed: mode === 'live' || inventory !== undefined ? 1 : 60, automatic: true, runbookId: 'example', revision: 3, runbook: book, machine: HERE, at, by: 'mira' })
  if (goesOn) for (const fact of inheritedFacts(goesOn, book, { from: null, keep: [], again: [] }, 'the disk has room again')) add({ ...fact, at, by: 'mira' })
  const state = (): RunState => {
    if (folded === null) throw new Error('a run begins with run-created')
    return folded
  }
  return { events, state, take: (command, when, by = 'mira', machine) => decideAll(state(), command, { now: when, by, machine, ...(holds && { returnGate: outlook.gateOf }) }).map(add) }
}

const healthy = { outcome: 'succeeded', exitCode: 0 } as const

/** Ends whatever runs: hosts succeed, people tick. Answers how long it took. */
export function finishRunning(journal: FakeJournal, at: number): number {
  let length = 0
  for (const { step } of runningSteps(journal.state())) {
    if (step.kind === 'manual') journal.take({ type: 'tick', id: step.id, note: '' }, at + minute, step.owner ?? 'mira')
    else for (const [index, host] of Object.keys(journal.state().steps[step.id]?.hosts ?? {}).entries()) {
      journal.take({ type: 'report-host-started', stepId: step.id, attempt: 1, host }, at + index * 400, 'holdpoint')
      journal.take({ type: 'report-host-finished', stepId: step.id, attempt: 1, host, result: healthy }, at + 2 * minute + index * 900, 'holdpoint')
    }
    length = Math.max(length, 2 * minute + 4000)
  }
  return length
}

/** Plays a run forward from its start until `until` says so or nothing moves any more; answers the run's time then. */
export function play(journal: FakeJournal, from: number, until: (state: RunState) => boolean): number {
  let at = from
  journal.take({ type: 'start-run' }, at)
  for (const group of journal.state().runbook.checklists) {
    for (const item of group.items) journal.take({ type: 'tick', id: item.id, note: '' }, (at += 5_000), item.owner ?? 'mira')
  }
  for (let turns = 0; turns < 60 && !until(journal.state()); turns += 1) {
    const gate = waitingGate(journal.state())
    const before = journal.state().version
    if (gate) journal.take({ type: 'decide-gate', gateId: gate.gateId, decision: 'go', reason: '' }, (at += 20_000), 'jonas')
    else at += finishRunning(journal, at)
    if (journal.state().version === before) break
  }
  return at
}
