import { CLICKED_FAULTS } from '../clicked-faults.ts'
import { formatDuration } from '../duration.ts'
import { describeClockEntry } from '../forecast/clock-ledger.ts'
import { failureLabel } from '../failure-label.ts'
import type { Phase, Runbook } from '../runbook.ts'
import { LOCAL_HOST, type HostResult } from '../step.ts'
import type { Baseline } from '../threshold.ts'
import { describeReading, describeVerdict } from '../verdict.ts'
import { describeCheck } from './host-check.ts'
import { describeReturn } from './describe-return.ts'
import { unitOf, watchedRules } from './rules.ts'
import type { RunEvent, RunFact } from './events.ts'
import { gateBefore } from './state.ts'
import type { Undo } from './undo.ts'
import { findStep, tickableItems } from './view.ts'

type FactOf<T extends RunFact['type']> = Extract<RunEvent, { type: T }>
type Describers = { [T in RunFact['type']]: (event: FactOf<T>, runbook: Runbook) => string }

/** What happened, in one plain sentence without the time and the person. Plain text: whoever shows it escapes it. */
export function describeEvent(event: RunEvent, runbook: Runbook): string {
  const describe = describers[event.type] as (event: RunEvent, runbook: Runbook) => string
  return describe(event, runbook)
}

/** How it went on one host: `failed with exit code 1`, `never started (host key): …`, `outcome unknown (link lost): …`. */
export function describeResult(result: HostResult): string {
  if (result.outcome === 'succeeded') return `succeeded${noted(result.note)}`
  if (result.outcome === 'unknown') return `outcome unknown${noted(failureLabel(result))}: ${result.message}`
  switch (result.reason) {
    case 'exit': return `failed with exit code ${result.exitCode}${noted(result.note)}`
    case 'signal': return `ended by signal ${result.signal}`
    case 'timeout': return `timed out: ${result.message}`
    case 'aborted': return `aborted: ${result.message}`
    case 'output-limit': return `stopped for its output: ${result.message}`
    case 'refused': return `never started${noted(failureLabel(result))}: ${result.message}`
  }
}

const noted = (note: string | undefined): string => (note === undefined || note === '' ? '' : ` (${note})`)
const quoted = (text: string): string => `“${text}”`
const because = (text: string): string => (text === '' ? '' : `: ${text}`)
const attempt = (number: number): string => (number > 1 ? ` (attempt ${number})` : '')
const phaseWords = (phase: Phase | undefined, fallback: string): string => (phase ? `Phase ${phase.number}: ${phase.title}` : fallback)
/** More hosts than a sentence can carry are counted. */
const MOST_NAMED = 6
// A step without hosts runs under a name of its own, which tells the reader nothing.
const onHosts = (hosts: string[]): string => (hosts.some((host) => host !== LOCAL_HOST) ? ` on ${hostNames(hosts)}` : '')
const hostNames = (hosts: string[]): string => (hosts.length > MOST_NAMED ? `${hosts.length} hosts` : hosts.join(', '))
const onHost = (host: string): string => (host === LOCAL_HOST ? '' : `${host}: `)
const stepTitle = (runbook: Runbook, id: string): string => quoted(findStep(runbook, id)?.step.title ?? id)
const itemText = (runbook: Runbook, id: string): string => quoted(tickableItems(runbook).find((item) => item.id === id)?.text ?? id)
const messageText = (runbook: Runbook, id: string): string => quoted(runbook.messages.find((message) => message.id === id)?.text ?? id)
const phaseOf = (runbook: Runbook, id: string): string => phaseWords(runbook.phases.find((phase) => phase.id === id), id)
const gateWords = (runbook: Runbook, gateId: string): string => phaseWords(runbook.phases.find((phase) => gateBefore(phase.id) === gateId), gateId)

function subject(runbook: Runbook, id: string): string {
  if (findStep(runbook, id)) return stepTitle(runbook, id)
  if (tickableItems(runbook).some((item) => item.id === id)) return itemText(runbook, id)
  return runbook.phases.some((phase) => phase.id === id) ? phaseOf(runbook, id) : quoted(id)
}

function breachWords(event: FactOf<'breach-opened'>, runbook: Runbook): string {
  const last = event.evidence.samples.at(-1)
  const unit = event.metric === null ? '' : unitOf(runbook, event.metric)
  const reading = last === undefined || last.value === null ? '' : `, last reading ${describeReading(last.value, unit)}`
  return `${event.triggerId === null ? 'Breach' : 'Rollback trigger'}: ${event.evidence.rule}${reading}`
}

function verdictWords(event: FactOf<'verdict-changed'>, runbook: Runbook): string {
  const rule = watchedRules(runbook).find(({ threshold }) => threshold.id === event.thresholdId)?.threshold.text ?? event.metric
  return `${rule}: ${describeVerdict(event.verdict, event.doubt)}`
}

const baselineWords = (metrics: Record<string, Baseline | null>, runbook: Runbook): string =>
  Object.entries(metrics).map(([metric, found]) => (found === null ? `${metric} has too few readings` : `${metric} ${describeReading(found.value, unitOf(runbook, metric))} (n=${found.n})`)).join(', ')

function inheritedWords(event: FactOf<'outcomes-inherited'>, runbook: Runbook): string {
  const done = Object.values(event.steps).filter(({ status }) => status === 'succeeded' || status === 'skipped').length
  const edits = [[event.changed, 'changed'], [event.added, 'added']] as const
  const edited = edits.flatMap(([ids, what]) => (ids.length === 0 ? [] : [`${what}: ${ids.map((id) => stepTitle(runbook, id)).join(', ')}`]))
  const removed = event.removed.length === 0 ? [] : [`removed: ${event.removed.map(({ title, was }) => `${quoted(title)} (${was})`).join(', ')}`]
  const from = event.from === null ? 'no step is left to be done' : `goes on at ${stepTitle(runbook, event.from)}`
  return `Goes on with run ${event.fromRunId}: ${done} ${done === 1 ? 'step keeps its outcome' : 'steps keep their outcomes'}, ${from}${[...edited, ...removed].map((words) => `; ${words}`).join('')}${because(event.reason)}`
}

const CERTAINTY: Record<Undo['certainty'], string> = { changed: '', maybe: ', which may have been applied in part', unknown: ', of which nobody knows how it ended' }
const undoWords = (runbook: Runbook) => ({ stepId, hosts, certainty }: Undo): string => `${stepTitle(runbook, stepId)}${hosts.length === 0 ? '' : ` on ${hostNames(hosts)}`}${CERTAINTY[certainty]}`

const describers: Describers = {
  'run-created': (event) => (event.mode === 'rehearsal' ? `Rehearsal created from revision ${event.revision}${event.inventory === undefined ? `, at ${event.speed}× speed` : `, on the real hosts of ${quoted(event.inventory)}`}` : `Live run created from revision ${event.revision}`),
  'run-started': () => 'Run started',
  'outcomes-inherited': inheritedWords,
  'item-ticked': (event, runbook) => `Ticked ${itemText(runbook, event.itemId)}${because(event.note)}`,
  'item-unticked': (event, runbook) => `Took back the tick of ${itemText(runbook, event.itemId)}`,
  'item-waived': (event, runbook) => `Waived ${itemText(runbook, event.itemId)}${because(event.reason)}`,
  'gate-reached': (event, runbook) => `Waiting for go/no-go before ${gateWords(runbook, event.gateId)}`,
  'gate-decided': (event, runbook) => `${event.decision === 'go' ? 'Go' : 'No-go'} for ${gateWords(runbook, event.gateId)}${because(event.reason)}`,
  'phase-started': (event, runbook) => `${phaseOf(runbook, event.phaseId)} started`,
  'phase-finished': (event, runbook) => `${phaseOf(runbook, event.phaseId)} finished`,
  'step-started': (event, runbook) => `Step ${stepTitle(runbook, event.stepId)} started${onHosts(event.hosts)}${attempt(event.attempt)}${event.handles === undefined ? '' : `, as ${stepTitle(runbook, event.handles)} failed`}`,
  'host-started': (event, runbook) => `${onHost(event.host)}${stepTitle(runbook, event.stepId)} started${attempt(event.attempt)}${event.durable === false ? `, not durable${because(event.why ?? '')}` : ''}`,
  'host-link-lost': (event, runbook) => `${onHost(event.host)}link lost, ${stepTitle(runbook, event.stepId)} still running there, retrying${attempt(event.attempt)}${because(event.message)}`,
  'host-link-restored': (event, runbook) => `${onHost(event.host)}link restored, ${stepTitle(runbook, event.stepId)} is followed again without a gap${attempt(event.attempt)}`,
  'retry-scheduled': (event, runbook) => `${stepTitle(runbook, event.stepId)} is tried again by itself${attempt(event.attempt)} in ${formatDuration(event.retryAt - event.at)}`,
  'value-captured': (event, runbook) => (event.value === null
    ? `${onHost(event.host)}${stepTitle(runbook, event.stepId)} gave no value for ${event.name}: ${event.why}`
    : `${onHost(event.host)}${stepTitle(runbook, event.stepId)} gave ${event.name} = ${event.value}`),
  'host-finished': (event, runbook) => `${onHost(event.host)}${stepTitle(runbook, event.stepId)} ${describeResult(event.result)}${attempt(event.attempt)}`,
  'output-lost': (event, runbook) => `${onHost(event.host)}${event.bytes} bytes of the output of ${stepTitle(runbook, event.stepId)} could not be stored and are lost${attempt(event.attempt)}`,
  'step-finished': (event, runbook) => `Step ${stepTitle(runbook, event.stepId)} ${event.outcome === 'unknown' ? 'ended with an unknown outcome' : event.outcome}${attempt(event.attempt)}${because(event.message)}`,
  'step-skipped': (event, runbook) => `Step ${stepTitle(runbook, event.stepId)} skipped${because(event.reason)}`,
  'step-resolved': (event, runbook) => `Step ${stepTitle(runbook, event.stepId)} declared done by a person${because(event.evidence)}`,
  'probe-started': (event, runbook) => `Asked ${hostNames(event.hosts)} what became of ${stepTitle(runbook, event.stepId)}${attempt(event.attempt)}`,
  'host-probed': (event, runbook) => `${onHost(event.host)}asked about ${stepTitle(runbook, event.stepId)}${attempt(event.attempt)}: ${event.findings.join(' ')}`,
  'failure-ignored': (event, runbook) => `Failure of ${stepTitle(runbook, event.stepId)} ignored${because(event.reason)}`,
  'host-excluded': (event) => `${event.host} excluded from this run${because(event.reason)}`,
  'host-included': (event) => `${event.host} taken back into this run${because(event.reason)}`,
  'step-narrowed': (event, runbook) => `Step ${stepTitle(runbook, event.stepId)} succeeded on every host that is left, without ${event.excluded.join(', ')}${attempt(event.attempt)}`,
  'pace-changed': (event) => (event.automatic ? 'Steps now follow one another by themselves' : 'Steps now start one at a time, by hand'),
  'fault-caused': (event) => `${onHost(event.host)}fault caused by hand: ${CLICKED_FAULTS[event.fault].name.toLowerCase()}`,
  'speed-changed': (event) => `Rehearsal speed set to ${event.speed}×`,
  'run-paused': (event) => `Run paused${because(event.reason)}`,
  'run-resumed': () => 'Run resumed',
  'abort-requested': (event) => `Abort requested${because(event.reason)}`,
  'rollback-started': (event, runbook) => `Rollback${event.to === undefined ? '' : ` to before ${phaseOf(runbook, event.to)}`} started${event.running === 'wait' ? ', running steps are waited for' : ''}${because(event.reason)}`,
  'undo-planned': (event, runbook) => (event.undo.length === 0 ? 'Taken back by the steps of the rollback plan alone' : `Taken back, in this order: ${event.undo.map(undoWords(runbook)).join(', ')}`),
  'rollback-widened': (event, runbook) => `The rollback goes back all the way${event.undo.length === 0 ? '' : `; taken back besides: ${event.undo.map(undoWords(runbook)).join(', ')}`}${because(event.reason)}`,
  'phase-boundary-restored': (event, runbook) => `The run stands before ${phaseOf(runbook, event.phaseId)} again`,
  'forward-abort-requested': (event) => `Running steps are not waited for any more and are asked to stop${because(event.reason)}`,
  'rollback-steps-finished': () => 'Rollback steps finished; validation follows',
  'breach-opened': breachWords,
  'breach-closed': ({ rule }) => (rule === undefined ? 'Breach over: the metric is back inside its limit' : `Breach over, back inside its limit: ${rule}`),
  'breach-overridden': ({ rule, reason }) => `Breach ${rule === undefined ? '' : `of ${quoted(rule)} `}overridden${because(reason)}`,
  'breach-watched': ({ rule, note }) => `Held and watched: ${rule === undefined ? 'the fired trigger' : quoted(rule)} is not answered yet${because(note)}`,
  'rollback-countdown-started': (event) => `The rollback begins by itself in ${formatDuration(event.endsAt - event.at)} unless somebody answers`,
  'verdict-changed': verdictWords,
  'return-gate-reached': (event, runbook) => `Waiting for go/no-go: ${stepTitle(runbook, event.stepId)} ${describeReturn({ runbook }, event.numbers)}`,
  'return-gate-decided': (event, runbook) => `${event.decision === 'go' ? 'Go' : 'No-go'} for ${stepTitle(runbook, event.stepId)}, which ${describeReturn({ runbook }, event.numbers)}${because(event.reason)}`,
  'baseline-chosen': (event) => `Baseline picked: ${formatDuration(event.to - event.from)} of readings`,
  'baseline-taken': (event, runbook) => `Baseline taken: ${baselineWords(event.metrics, runbook)}`,
  'no-data-accepted': (event) => `Going on without data for ${event.metric}${because(event.reason)}`,
  'no-data-noticed': (event) => `No data for ${event.metric}${because(event.why ?? '')}`,
  'data-returned': (event) => `Data for ${event.metric} is back`,
  'clock-noted': (event) => describeClockEntry(event.entry),
  'secret-forgotten': (event) => `What was given as the secret ${quoted(event.name)} is forgotten: its next use asks again`,
  'note-added': (event, runbook) => `Note${event.about === null ? '' : ` about ${subject(runbook, event.about)}`}: ${event.text}`,
  'message-sent': (event, runbook) => `Sent ${messageText(runbook, event.messageId)}${because(event.note)}`,
  'message-skipped': (event, runbook) => `Did not send ${messageText(runbook, event.messageId)}${because(event.reason)}`,
  'monitoring-started': (event) => `${event.followUps ? 'Release done; follow-up monitoring' : 'Monitoring'} started for ${formatDuration(event.endsAt - event.at)}`,
  'monitoring-ended': (event) => `${event.followUp ? 'Follow-up monitoring' : 'Monitoring'} ended${because(event.reason)}`,
  'lead-taken': (event) => `Run taken over on ${event.machine.name}${because(event.reason)}`,
  'host-fenced': (event) => `${event.host} refuses what another machine sends for this run${event.strangers.length === 0 ? '' : `; it holds work that this record does not know: ${event.strangers.join(', ')}`}`,
  'host-fence-failed': (event) => `${event.host} could not be told of the takeover: ${event.message}`,
  'host-check-asked': () => 'The hosts are looked at again',
  'host-checked': (event) => `${event.host}: ${describeCheck(event)}`,
  'run-finished': (event) => `Run finished: ${event.outcome === 'rolled-back' ? 'rolled back' : event.outcome}`,
}
