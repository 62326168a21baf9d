import type { EngineCommand, RunCommand } from '#domain/run/commands.ts'
import { isBeingAsked } from '#domain/run/decide/probe.ts'
import type { Effect } from '#domain/run/react.ts'
import type { RunState } from '#domain/run/state.ts'
import { automatedRunning } from '#domain/run/view.ts'
import type { HostResult, Step } from '#domain/step.ts'

export interface RecoverOptions {
  /** As it was when the program ended. */
  state: RunState
  tell(command: RunCommand): void
  begin(effect: Effect): void
  /** Whether the work was sent as a durable job. */
  isSent(about: { kind: string; stepId: string; attempt: number; host: string }): boolean
}

const NOT_BEGUN: HostResult = {
  outcome: 'failed', reason: 'refused', code: 'not-begun', message: "Holdpoint ended before this host's turn came.", hint: 'Nothing was sent to it. Retry the step.',
}
const UNANSWERED = 'Holdpoint ended before the answer came.'

/** After a restart, for every step that was running: what was sent is followed where it runs, and nothing is sent again. */
export function recoverWork(options: RecoverOptions): void {
  const { state, tell } = options
  const left = automatedRunning(state).map(({ step }) => step)
  // Nobody may be there: what follows the running step waits for a person, a rollback's next step as well.
  if (left.length > 0 && state.automatic && !state.paused && !state.aborting) tell({ type: 'pause', reason: 'Holdpoint was restarted while a step was running.' })
  for (const step of left) recoverStep(options, step)
  for (const command of unanswered(state)) tell(command)
}

/** What was sent is followed where it runs; what never began stays that way; of the rest nobody knows how it ended. */
function recoverStep({ state, tell, begin, isSent }: RecoverOptions, step: Step): void {
  const { attempt = 0, hosts: known = {} } = state.steps[step.id] ?? {}
  const open = Object.entries(known).filter(([, host]) => host.result === null)
  const sent = open.map(([host]) => host).filter((host) => isSent({ kind: step.kind, stepId: step.id, attempt, host }))
  const unsent = open.filter(([host, { state: is }]) => is === 'queued' && !sent.includes(host)).map(([host]) => host)
  const lost = open.map(([host]) => host).filter((host) => !sent.includes(host) && !unsent.includes(host))
  for (const host of unsent) tell({ type: 'report-host-finished', stepId: step.id, attempt, host, result: NOT_BEGUN })
  if (lost.length > 0 || open.length === 0) tell({ type: 'report-step-lost', stepId: step.id, attempt, hosts: lost })
  if (sent.length > 0) begin({ type: 'execute-step', stepId: step.id, attempt, hosts: sent })
}

/** Hosts that were being asked what they know. */
function unanswered(state: RunState): EngineCommand[] {
  return Object.entries(state.steps).flatMap(([stepId, { attempt, hosts }]) => Object.keys(hosts).filter((host) => isBeingAsked(hosts[host]))
    .map((host): EngineCommand => ({ type: 'report-probed', stepId, attempt, host, findings: [UNANSWERED], result: null })))
}
