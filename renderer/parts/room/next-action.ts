import { flowOf } from '#domain/flow/attributes.ts'
import type { OperatorCommand } from '#domain/run/commands.ts'
import { probeableHosts } from '#domain/run/decide/probe.ts'
import { describeReturn } from '#domain/run/describe-return.ts'
import { waitingReturn } from '#domain/run/return-gate.ts'
import { blindTriggers } from '#domain/run/health.ts'
import { formatDuration } from '#domain/duration.ts'
import { watchesAhead } from '#domain/run/follow-up.ts'
import { leftToDo } from '#domain/run/left-to-do.ts'
import { isResumable } from '#domain/run/resume/inherit.ts'
import { undecidedBy } from '#domain/run/condition.ts'
import type { Rollback, RunState } from '#domain/run/state.ts'
import { automatedRunning, currentStep, holdingTriggers, isManual, isRollbackFailed, mayStillRun, nextStep, openBeforeFinish, openItems, stuckSteps, waitingGate } from '#domain/run/view.ts'
import type { OpenItem } from '#domain/run/view.ts'
import type { Step } from '#domain/step.ts'
import type { Ask } from '#renderer/stores/room-view.ts'

/** Something a person can do, with its key: sent at once, or asked about first. */
export interface Action {
  label: string
  /** In tinykeys' spelling. */
  key: string
  does: { send: OperatorCommand } | { ask: Ask } | { report: true } | { resume: true }
}

/** The one thing to do or to wait for now, in words. */
export interface NextAction {
  tone: 'act' | 'watch' | 'bad' | 'unknown' | 'done'
  /** The row it is about. */
  focusId: string | null
  title: string
  detail: string
  owner: string | null
  primary: Action | null
  second: Action | null
}

/** Puts what the run waits for into words. Which of these holds is the domain's to say; this only phrases it. */
export function nextAction(state: RunState): NextAction {
  if (state.stage === 'ended') return ended(state)
  if (state.stage === 'planned') {
    return act({ title: 'Start the run', detail: 'Nothing has been sent to any host. Starting opens the pre-deployment checklist.', primary: send('Start run', 'Enter', { type: 'start-run' }) })
  }
  if (state.stage === 'aborting') return watch({ title: 'Aborting', detail: 'Running steps have been asked to stop. The run ends when the last one has.', focusId: currentStep(state)?.id ?? null })
  if (state.rollback?.undo === null) return goingBack(state, state.rollback)
  const stuck = stuckSteps(state)[0]
  if (stuck) return stuckAction(state, stuck)
  if (state.paused) {
    return act({
      title: `Paused by ${state.paused.by}`, detail: state.paused.reason || 'Steps already running go on; nothing new starts.',
      focusId: currentStep(state)?.id ?? nextStep(state)?.id ?? null, primary: send('Resume', 'p', { type: 'resume' }),
    })
  }
  const trigger = holdingTriggers(state)[0]
  if (trigger && !state.rollback) {
    return act({
      tone: 'bad', title: trigger.watched ? `Held by ${trigger.watched.by}: a rollback trigger has fired` : 'A rollback trigger has fired', detail: trigger.evidence.rule, focusId: currentStep(state)?.id ?? null,
      primary: ask('Roll back', 'Shift+R', { kind: 'start-rollback', about: trigger.id }), second: trigger.watched ? ask('Override', '', { kind: 'override-breach', about: trigger.id }) : ask('Hold and watch', 'w', { kind: 'watch-breach', about: trigger.id }),
    })
  }
  const late = waitingReturn(state)
  if (late) return pastReturn(state, late)
  const [blind] = state.rollback ? [] : blindTriggers(state)
  if (blind !== undefined && state.stage === 'phases' && state.automatic && currentStep(state) === null && nextStep(state) !== null && waitingGate(state) === null) return withoutData(blind, nextStep(state))
  return steadyAction(state)
}

/** The rollback has begun, and what went forward has not ended. */
function goingBack(state: RunState, { running }: Rollback): NextAction {
  const [left] = automatedRunning(state)
  const title = `“${left?.step.title ?? ''}”`
  const detail = 'The rollback begins when it has ended. Nothing else goes forward.'
  return running === 'abort'
    ? watch({ title: `Stopping ${title}`, detail, focusId: left?.step.id ?? null })
    : watch({ title: `Waiting for ${title} to end`, detail, focusId: left?.step.id ?? null, second: ask('Stop it…', 'Shift+R', { kind: 'abort-forward', about: '' }) })
}

const pastReturn = (state: RunState, { step, gate }: NonNullable<ReturnType<typeof waitingReturn>>): NextAction => act({
  tone: 'bad', title: `${gate.state === 'no-go' ? `No-go by ${gate.by}` : 'Go or no-go past the point of no return'}: “${step.title}”?`,
  detail: `It ${describeReturn(state, gate.numbers)}.`, focusId: step.id, owner: step.owner,
  primary: ask('Go…', 'Enter', { kind: 'sign-off', about: step.id }), second: gate.state === 'no-go' ? skip(step) : ask('No-go', 'x', { kind: 'sign-off-no', about: step.id }),
})

const withoutData = (metric: string, next: Step | null): NextAction => act({
  tone: 'bad', title: `No data for ${metric}`, detail: `Nobody would see its rollback trigger fire, so the run holds before “${next?.title ?? ''}” until there is data.`, focusId: next?.id ?? null,
  primary: ask('Go on without…', '', { kind: 'accept-no-data', about: metric }),
})

function steadyAction(state: RunState): NextAction {
  const running = currentStep(state)
  if (running) return isManual(running) ? byHand(running) : watchStep(state, running)
  const gate = waitingGate(state)
  if (gate) return gateAction(state, gate.gateId, `phase ${gate.phase.number}, ${gate.phase.title}`)
  if (state.stage === 'monitoring') {
    if (state.followUp) return watch({ title: 'Follow-up monitoring', detail: 'The release is done and its report can be read. The run goes on watching the metrics, and ends by itself.', second: ask('End monitoring', '', { kind: 'end-monitoring', about: '' }) })
    return watch({ title: 'Monitoring', detail: 'The deployment is done. The run goes on watching the metrics until the monitoring time is over.', second: ask('End monitoring', '', { kind: 'end-monitoring', about: '' }) })
  }
  if (state.stage === 'closing' || state.stage === 'rollback-validation') return closing(state)
  const next = nextStep(state)
  if (!next) return watch({ title: 'Working', detail: 'The run moves on by itself.' })
  const undecided = undecidedBy(state, next)
  if (undecided.length > 0) return undecidedAction(next, undecided)
  if (isManual(next)) return byHand(next)
  if (mayStillRun(state, next)) return stillRunning(next)
  return act({ title: next.title, detail: onHosts(next), focusId: next.id, owner: next.owner, primary: flowOf(next).flow.danger ? ask('Run step…', 'Enter', { kind: 'start-danger', about: next.id }) : send('Run step', 'Enter', { type: 'start-step', stepId: next.id }), second: skip(next) })
}

/** Nobody knows how what it takes back ended. */
const stillRunning = (step: Step): NextAction => act({
  tone: 'unknown', title: step.title, focusId: step.id, owner: step.owner,
  detail: 'Nobody knows how the step that it takes back ended. Look at its hosts first: does it run still, did it do anything?',
  primary: send('Run step', 'Enter', { type: 'start-step', stepId: step.id }), second: skip(step),
})

/** Neither run nor skipped by itself: its condition asks for what nobody knows. */
const undecidedAction = (step: Step, undecided: string[]): NextAction => act({
  tone: 'unknown', title: `Is it time for “${step.title}”?`, focusId: step.id, owner: step.owner,
  detail: `Its condition cannot be decided, as nobody knows ${undecided.join(', ')}. It begins or is passed over by itself once that is known, or as you say.`,
  primary: flowOf(step).flow.danger ? ask('Run step…', 'Enter', { kind: 'start-danger', about: step.id }) : send('Run step', 'Enter', { type: 'start-step', stepId: step.id }), second: skip(step),
})

function stuckAction(state: RunState, step: Step): NextAction {
  const unknown = state.steps[step.id]?.status === 'unknown'
  return act({
    tone: unknown ? 'unknown' : 'bad', focusId: step.id, owner: step.owner,
    title: unknown ? `Nobody knows how “${step.title}” ended` : `“${step.title}” failed`,
    detail: unknown ? 'Look at the host first. Nothing goes on until a person decides.' : 'The run holds here. Retry, ignore it with a reason, go on without a host, mark it done, or roll back.',
    primary: unknown ? (probeableHosts(state, step).length > 0 ? send('Probe', 'q', { type: 'probe-step', stepId: step.id }) : null) : send('Retry', 'r', { type: 'retry-step', stepId: step.id }),
  })
}

function gateAction(state: RunState, gateId: string, phase: string): NextAction {
  const open = openItems(state, gateId)
  const first = open[0]
  if (first) return openAction(state, first, `${open.length} required ${open.length === 1 ? 'item' : 'items'} before the go for ${phase}`)
  return act({
    title: `Go or no-go: ${phase}?`, detail: 'Nothing required is open.', focusId: gateId,
    primary: send('Go', 'Enter', { type: 'decide-gate', gateId, decision: 'go', reason: '' }), second: ask('No-go', 'x', { kind: 'no-go', about: gateId }),
  })
}

function closing(state: RunState): NextAction {
  const open = openBeforeFinish(state)
  const first = open[0]
  if (first) return openAction(state, first, `${open.length} required ${open.length === 1 ? 'item' : 'items'} before the run can be finished`)
  const ahead = watchesAhead(state)
  if (ahead.length > 0) {
    return act({
      title: 'Finish the release', detail: `Everything required is done. The run is then watched on for ${formatDuration(Math.max(...ahead.map(({ watchMs }) => watchMs)))}, as its follow-up actions ask; the report can be read at once.`,
      primary: send('Finish release', 'Enter', { type: 'finish-run' }),
    })
  }
  return act({
    title: 'Finish the run', detail: state.rollback ? 'The rollback has been validated. Finishing records the run as rolled back.' : 'Everything required is done. Finishing writes the last line of the record.',
    primary: send('Finish run', 'Enter', { type: 'finish-run' }),
  })
}

function openAction(state: RunState, item: OpenItem, detail: string): NextAction {
  const owner = [...state.runbook.checklists.flatMap((list) => list.items), ...state.runbook.postChecklist, ...state.runbook.rollback.validation].find((one) => one.id === item.id)?.owner ?? null
  return act({ title: item.text, detail, focusId: item.id, owner, primary: send('Tick', 'Space', { type: 'tick', id: item.id, note: '' }), second: ask('Waive', 's', { kind: 'waive', about: item.id }) })
}

function ended(state: RunState): NextAction {
  const titles = { succeeded: 'The run succeeded', failed: 'The run failed', aborted: 'The run was aborted', 'rolled-back': 'The run was rolled back' }
  const left = leftToDo(state).length
  const detail = left === 0 ? '' : `${left} ${left === 1 ? 'thing is' : 'things are'} left to do by hand.`
  return { ...blank, tone: 'done', title: isRollbackFailed(state) ? 'The rollback failed' : titles[state.outcome ?? 'failed'], detail, primary: { label: 'Open report', key: 'Enter', does: { report: true } }, second: isResumable(state) ? goOn : null }
}

/** Also under a runbook that was edited meanwhile, also days later. */
export const goOn: Action = { label: 'Go on…', key: 'c', does: { resume: true } }

const blank: NextAction = { tone: 'act', focusId: null, title: '', detail: '', owner: null, primary: null, second: null }
const act = (change: Partial<NextAction>): NextAction => ({ ...blank, ...change })
const watch = (change: Partial<NextAction>): NextAction => ({ ...blank, tone: 'watch', ...change })
const send = (label: string, key: string, command: OperatorCommand): Action => ({ label, key, does: { send: command } })
const ask = (label: string, key: string, about: Ask): Action => ({ label, key, does: { ask: about } })
const skip = (step: Step): Action => ask('Skip', 's', { kind: 'skip-step', about: step.id })
const onHosts = (step: Step): string => (step.hosts.length > 0 ? `Runs on ${step.hosts.length > 6 ? `${step.hosts.length} hosts` : step.hosts.join(', ')}.` : 'Runs here, on no host.')

const byHand = (step: Step): NextAction =>
  act({ title: step.title, detail: 'By hand: do it, then tick it.', focusId: step.id, owner: step.owner, primary: send('Done', 'Space', { type: 'tick', id: step.id, note: '' }), second: skip(step) })

const watchStep = (state: RunState, step: Step): NextAction =>
  watch({ title: step.title, detail: whatFollows(state, nextStep(state)), focusId: step.id, owner: step.owner })

function whatFollows({ runbook, rollback }: RunState, next: Step | null): string {
  if (next) return `Next: ${next.title}${next.owner ? ` · ${next.owner}` : ''}`
  const back = runbook.phases.find(({ id }) => id === rollback?.to)
  return back ? `Then the run stands before phase ${back.number}, ${back.title}, again.` : 'Nothing is left in this part of the run.'
}
