import { boundariesOf } from '#domain/run/boundaries.ts'
import { OperatorCommand } from '#domain/run/commands.ts'
import { rollbackCountdown } from '#domain/run/countdown.ts'
import { describeReturn } from '#domain/run/describe-return.ts'
import { givenSecrets } from '#domain/run/given-secrets.ts'
import { openMonitoring, watchesAhead } from '#domain/run/follow-up.ts'
import { timesIn } from '#domain/report/times.ts'
import { undecidedBy } from '#domain/run/condition.ts'
import { automatedRunning, currentStep, findStep, holdingTriggers, stuckSteps, tickableItems } from '#domain/run/view.ts'
import type { RunState, StepStatus } from '#domain/run/state.ts'
import { harmless } from './terminal.ts'

type Answer = { command: OperatorCommand } | { help: string }

/** Letters anyone may answer with at any time. */
const always = (state: RunState): string => `${waysBack(state)}a WHY aborts, p pauses, n TEXT adds a note, v shows how the rules are judged, m TIME chooses the baseline`

/** What the rollback would do is shown before it begins. */
function waysBack(state: RunState): string {
  const isRunning = automatedRunning(state).length > 0
  if (isWaitingForward(state)) return 'b WHY stops what is waited for, '
  if (state.rollback) return state.rollback.to === null ? '' : 'b WHY rolls back all of it, '
  const part = boundariesOf(state).length === 0 ? '' : isRunning ? 't shows the phases to go back to, t N WHY stops what runs and goes back to before phase N, u N WHY lets it end first, ' : 't shows the phases to go back to, t N WHY goes back to before phase N, '
  return `${isRunning ? 'b shows the rollback, b WHY stops what runs and rolls back, l WHY lets it end and rolls back, ' : 'b shows the rollback, b WHY rolls back, '}${part}`
}

const isWaitingForward = ({ rollback }: RunState): boolean => rollback?.undo === null && rollback.running === 'wait'

/** What to ask a person whose next move would be `suggested` (null: the hosts or the clock are to move), and which answers it takes. */
export function questionFor(state: RunState, suggested: OperatorCommand | null): { text: string; choices: string } {
  if (suggested === null) return state.stage === 'monitoring' ? { text: monitoringWords(state), choices: `e WHY ends it, ${always(state)}` } : { text: `${inProgress(state)}.`, choices: always(state) }
  if (suggested.type === 'resume') return { text: 'The run is paused. Resume it?', choices: `y resumes it, ${always(state)}` }
  if (suggested.type === 'end-monitoring') return { text: `${harmless(suggested.reason)} End it all the same?`, choices: `y ends it, ${always(state)}` }
  if (suggested.type === 'start-run') return { text: 'Start the run?', choices: `y starts it, ${always(state)}` }
  if (suggested.type === 'finish-run') return { text: `Everything is done. Finish the ${watchesAhead(state).length > 0 ? 'release? The run is then watched on, as its follow-up actions ask.' : 'run?'}`, choices: `y finishes it, ${always(state)}` }
  if (suggested.type === 'tick') return { text: `Done: ${titleOf(state, suggested.id)}?`, choices: `y ticks it, s WHY skips or waives it, f WHY says it failed, ${always(state)}` }
  if (suggested.type === 'decide-gate') return { text: `Gate: go for ${phaseTitle(state, suggested.gateId)}?`, choices: `y is go, x WHY is no-go, ${always(state)}` }
  if (suggested.type === 'start-step') return { text: `${undecidedWords(state, suggested.stepId)}Start: ${titleOf(state, suggested.stepId)}?`, choices: `y starts it, s WHY skips it, ${always(state)}` }
  if (suggested.type === 'start-rollback') return { text: `${harmless(suggested.reason)} Roll back now?${countdownWords(state)}`, choices: `y rolls back, w WHY holds and watches, o WHY overrides it, ${always(state)}` }
  if (suggested.type === 'sign-off-step') return { text: `${titleOf(state, suggested.stepId)} ${describeReturn(state, state.returnGates[suggested.stepId]?.numbers)}. Go all the same?`, choices: `y is go, x WHY is no-go, s WHY skips it, ${always(state)}` }
  if (suggested.type === 'accept-no-data') return { text: `There is no data for ${harmless(suggested.metric)}: nobody would see its rollback trigger fire. Automatic progress waits for it.`, choices: `g WHY goes on without it, ${always(state)}` }
  if (suggested.type !== 'retry-step') return { text: `Go on with ${suggested.type}?`, choices: `y does it, ${always(state)}` }
  const step = state.steps[suggested.stepId]
  return { text: `${titleOf(state, suggested.stepId)} is ${step?.status}: ${harmless(step?.message ?? '')}`, choices: `${waysOn(step?.status)}, ${askAgain(state, suggested.stepId)}${always(state)}` }
}

/** What an answer may ask to be shown. */
export interface Shown {
  rollback(): string
  boundaries(): string
  verdicts(): string
}

/** The command an answer means, or what to say when it means none. */
export function answerToCommand(state: RunState, suggested: OperatorCommand | null, answer: string, shown: Shown): Answer {
  const [letter = '', ...rest] = answer.trim().split(/\s+/)
  const words = rest.join(' ')
  if ((letter === 'b' || letter === 'l') && words === '' && !state.rollback) return { help: `${shown.rollback()}\nA reason is needed. Write it after the letter; nothing was changed.` }
  if ((letter === 't' || letter === 'u') && rest.length < 2) return { help: shown.boundaries() }
  if (letter === 'v') return { help: shown.verdicts() }
  if (letter === 'm' && words === '') return { help: 'Say which time was usual: m 10m, m 21:40 to 21:55, or m before the release. Nothing was changed.' }
  if (letter === 'y' && suggested?.type === 'accept-no-data') return { help: 'Say why with g; nothing was changed.' }
  // Why it may run again where nobody knows how it ended is the person's to say, not the program's.
  if (letter === 'y' && suggested?.type === 'retry-step') return checked({ ...suggested, reason: words })
  if (letter === 'y' && suggested?.type === 'sign-off-step') return checked({ ...suggested, reason: words })
  if (letter === 'y' && suggested) return { command: suggested }
  const meant = meaning(state, suggested, letter, rest)
  if (!meant) return { help: 'Type one of the letters; nothing was changed.' }
  return checked(meant)
}

function checked(meant: unknown): Answer {
  const parsed = OperatorCommand.safeParse(meant)
  return parsed.success ? { command: parsed.data } : { help: `${parsed.error.issues[0]?.message ?? 'That cannot be meant.'} Write it after the letter; nothing was changed.` }
}

function meaning(state: RunState, suggested: OperatorCommand | null, letter: string, rest: string[]): unknown {
  const words = rest.join(' ')
  const stepId = stepOf(state, suggested)
  switch (letter) {
    case 'b': return { type: isWaitingForward(state) ? 'abort-forward' : 'start-rollback', reason: words }
    case 't': return backTo(state, rest)
    case 'u': return { ...backTo(state, rest), running: 'wait' }
    case 'l': return { type: 'start-rollback', reason: words, running: 'wait' }
    case 'a': return { type: 'abort', reason: words }
    case 'n': return { type: 'add-note', about: null, text: words }
    case 'x': return suggested?.type === 'decide-gate' || suggested?.type === 'sign-off-step' ? { ...suggested, decision: 'no-go', reason: words } : null
    case 'p': return { type: 'pause', reason: words }
    case 'm': return { type: 'choose-baseline', range: words }
    case 'e': return state.stage === 'monitoring' ? { type: 'end-monitoring', reason: words } : null
    case 's': return suggested?.type === 'tick' && !findStep(state.runbook, suggested.id) ? { type: 'waive', id: suggested.id, reason: words } : stepId && { type: 'skip-step', stepId, reason: words }
    case 'f': return stepId && { type: 'fail-step', stepId, reason: words }
    case 'r': return stepId && { type: 'retry-step', stepId, hosts: 'all', reason: words }
    case 'q': return stepId && { type: 'probe-step', stepId }
    case 'i': return stepId && { type: 'ignore-failure', stepId, reason: words }
    case 'h': return excluding(words)
    case 'k': return forgetting(state, stepId, words)
    case 'w': return { type: 'watch-breach', breachId: holdingTriggers(state)[0]?.id ?? '', note: words }
    case 'g': return suggested?.type === 'accept-no-data' ? { ...suggested, reason: words } : null
    case 'd': return stepId && { type: 'resolve-step', stepId, evidence: words }
    case 'o': return { type: 'override-breach', breachId: state.breaches.find((breach) => breach.closedAt === null && !breach.override)?.id ?? '', reason: words }
    default: return null
  }
}

const waysOn = (status: StepStatus | undefined): string => (status === 'unknown'
  ? 'q asks the hosts what they know, d HOW-YOU-KNOW marks it done, y WHY retries where it has not succeeded, r WHY retries everywhere, h HOST WHY excludes a host, s WHY skips it'
  : 'y retries where it has not succeeded, r WHY retries everywhere, i WHY ignores the failure, h HOST WHY excludes a host, s WHY skips it, d HOW-YOU-KNOW marks it done')

const givenTo = (state: RunState, stepId: string): string[] => {
  const step = findStep(state.runbook, stepId)?.step
  return step === undefined ? [] : givenSecrets(state, step).given
}

function askAgain(state: RunState, stepId: string): string {
  const names = givenTo(state, stepId)
  if (names.length === 0) return ''
  return `k${names.length === 1 ? '' : ' NAME'} forgets what was given as ${names.map(harmless).join(' or ')}, so that the next try asks again, `
}

/** The secret named, or the only one that was given. */
function forgetting(state: RunState, stepId: string | null, words: string): unknown {
  const names = stepId === null ? [] : givenTo(state, stepId)
  const name = words === '' && names.length === 1 ? names[0] : words
  return name === '' ? null : { type: 'forget-secret', name }
}

/** When a rollback begins by itself. */
function countdownWords(state: RunState): string {
  const countdown = rollbackCountdown(state)
  if (countdown === null) return ''
  return ` It begins by itself at ${new Intl.DateTimeFormat('en-GB', { timeZone: zoneOf(state), hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(countdown.endsAt)} unless you answer.`
}

const zoneOf = (state: RunState): string => state.runbook.overview.window?.zone ?? 'UTC'

/** The time it ends, not what is left of it: a question that changed each second would be asked each second. */
function monitoringWords(state: RunState): string {
  const watched = openMonitoring(state)
  const until = watched === null ? '' : ` until ${timesIn(zoneOf(state), watched.startedAt).exact(watched.endsAt)}`
  return watched?.isFollowUp ? `The release is done. Follow-up monitoring goes on by itself${until}.` : `Monitoring goes on by itself${until}.`
}

/** Why it does not begin by itself, where its condition cannot be decided. */
function undecidedWords(state: RunState, stepId: string): string {
  const step = findStep(state.runbook, stepId)?.step
  const undecided = step === undefined ? [] : undecidedBy(state, step)
  return undecided.length === 0 ? '' : `Its condition cannot be decided: nobody knows ${harmless(undecided.join(', '))}. `
}

function backTo(state: RunState, [number = '', ...why]: string[]): Record<string, unknown> {
  return { type: 'roll-back-to', phaseId: state.runbook.phases.find((phase) => String(phase.number) === number)?.id ?? '', reason: why.join(' ') }
}

function excluding(words: string): unknown {
  const [host, ...why] = words.split(' ')
  return { type: 'exclude-host', host, reason: why.join(' ') }
}

function stepOf(state: RunState, suggested: OperatorCommand | null): string | null {
  if (suggested && 'stepId' in suggested) return suggested.stepId
  if (suggested?.type === 'tick' && findStep(state.runbook, suggested.id)) return suggested.id
  return (stuckSteps(state)[0] ?? currentStep(state))?.id ?? null
}

function inProgress(state: RunState): string {
  const [left] = state.rollback?.undo === null ? automatedRunning(state) : []
  if (left) return `The rollback begins when ${titleOf(state, left.step.id)} has ended`
  const step = currentStep(state)
  return step ? `In progress: ${titleOf(state, step.id)}` : 'The run goes on by itself'
}

function titleOf(state: RunState, id: string): string {
  const text = findStep(state.runbook, id)?.step.title ?? tickableItems(state.runbook).find((item) => item.id === id)?.text ?? id
  return `"${harmless(text)}"`
}

function phaseTitle(state: RunState, gateId: string): string {
  const phase = state.runbook.phases.find((candidate) => `gate-before-${candidate.id}` === gateId)
  return phase ? harmless(`Phase ${phase.number}: ${phase.title}`) : gateId
}
