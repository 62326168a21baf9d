import type { RunCommand } from './commands.ts'
import type { RunEvent, RunFact } from './events.ts'
import type { RunState } from './state.ts'
import { evolve } from './evolve.ts'
import { progress } from './progress.ts'
import type { Decide, DecideContext } from './decide/context.ts'
import * as lead from './decide/lead.ts'
import * as failure from './decide/failure.ts'
import { reportClock } from './decide/clock.ts'
import * as flow from './decide/flow.ts'
import * as health from './decide/health.ts'
import * as items from './decide/items.ts'
import * as rehearsal from './decide/rehearsal.ts'
import * as rollback from './decide/rollback.ts'
import * as probe from './decide/probe.ts'
import { checkHosts, reportHostChecked } from './decide/host-check.ts'
import { forgetSecret } from './decide/secrets.ts'
import { signOffStep } from './decide/sign-off.ts'
import * as steps from './decide/steps.ts'

export const PROGRAM = 'holdpoint'

const deciders: { [T in RunCommand['type']]: Decide<T> } = {
  'start-run': flow.startRun,
  tick: items.tick,
  untick: items.untick,
  waive: items.waive,
  'decide-gate': flow.decideGate,
  'sign-off-step': signOffStep,
  'start-step': steps.startStep,
  'fail-step': steps.failStep,
  'skip-step': steps.skipStep,
  'retry-step': failure.retryStep,
  'resolve-step': failure.resolveStep,
  'ignore-failure': failure.ignoreFailure,
  'probe-step': probe.probeStep,
  'exclude-host': failure.excludeHost,
  'include-host': failure.includeHost,
  'set-pace': flow.setPace,
  'set-speed': flow.setSpeed,
  pause: flow.pause,
  resume: flow.resume,
  abort: flow.abort,
  'start-rollback': rollback.startRollback,
  'roll-back-to': rollback.rollBackTo,
  'abort-forward': rollback.abortForward,
  'fire-trigger': health.fireTrigger,
  'override-breach': health.overrideBreach,
  'watch-breach': health.watchBreach,
  'accept-no-data': health.acceptNoData,
  'choose-baseline': health.chooseBaseline,
  'forget-secret': forgetSecret,
  'add-note': flow.addNote,
  'send-message': flow.sendMessage,
  'skip-message': flow.skipMessage,
  'end-monitoring': flow.endMonitoring,
  'check-hosts': checkHosts,
  'finish-run': flow.finishRun,
  'cause-fault': rehearsal.causeFault,
  'report-host-started': steps.reportHostStarted,
  'report-host-link-lost': steps.reportHostLinkLost,
  'report-host-link-restored': steps.reportHostLinkRestored,
  'report-host-finished': steps.reportHostFinished,
  'report-step-lost': steps.reportStepLost,
  'report-probed': probe.reportProbed,
  'report-breach': health.reportBreach,
  'report-breach-over': health.reportBreachOver,
  'report-verdict': health.reportVerdict,
  'report-baseline': health.reportBaseline,
  'report-no-data': health.reportNoData,
  'report-data': health.reportData,
  'report-output-lost': steps.reportOutputLost,
  'report-captured': steps.reportCaptured,
  'take-over': lead.takeOver,
  'report-host-fenced': lead.reportHostFenced,
  'report-host-fence-failed': lead.reportHostFenceFailed,
  'report-host-checked': reportHostChecked,
  'report-clock': reportClock,
  'report-time': flow.reportTime,
}

/** The command's own facts; throws Problem when the run cannot take it now. */
export function decide(state: RunState, command: RunCommand, context: DecideContext): RunFact[] {
  lead.requireHere(state, command, context)
  const decider = deciders[command.type] as Decide<RunCommand['type']>
  return decider(state, command, context)
}

/** The command's facts and everything that follows from them by itself, as events of one transaction. */
export function decideAll(state: RunState, command: RunCommand, context: DecideContext & { by: string }): RunEvent[] {
  const { now, by } = context
  const events: RunEvent[] = []
  let folded = state
  const add = (fact: RunFact, who: string) => {
    const event: RunEvent = { ...fact, at: now, by: who }
    events.push(event)
    folded = evolve(folded, { seq: folded.version + 1, event })
  }
  for (const fact of decide(state, command, context)) add(fact, by)
  for (let next = progress(folded, context); next.length > 0; next = progress(folded, context)) for (const fact of next) add(fact, PROGRAM)
  return events
}
