import type { ReportModel, RollbackReport } from '#domain/report/model.ts'
import type { GateReport, HostReport, PhaseReport, StepReport } from '#domain/report/work-model.ts'
import type { Times } from '#domain/report/times.ts'
import { forecastWords, stepWords } from '#domain/report/words.ts'
import { fenced, inline, lines, table } from './escape.ts'
import { itemList } from './items.ts'

export function phases(report: ReportModel, times: Times): string {
  return lines('## Deployment Steps', ...report.phases.map((phase) => phaseBlock(phase, report.gates.find((gate) => gate.phaseNumber === phase.number), times)))
}

function phaseBlock(phase: PhaseReport, gate: GateReport | undefined, times: Times): string {
  const begun = phase.actual.startAt !== null
  return lines(
    `### Phase ${phase.number}: ${inline(phase.title)}`,
    `**${times.span(phase.planned)}** planned; ${begun ? `**${times.span(phase.actual)}** actual${phase.actual.endAt === null ? ', not finished' : `, ${times.lateness(phase.lateMs)}`}` : '**not started**'}`,
    gate === undefined ? '' : gateLine(gate, times),
    stepBlocks(phase.steps, times),
  )
}

function gateLine(gate: GateReport, times: Times): string {
  if (gate.decisions.length === 0) return `Go/no-go: ${gate.state === 'reached' ? `waiting since ${times.exact(gate.reachedAt)}` : 'not reached'}`
  return `Go/no-go: ${gate.decisions.map(({ at, by, decision, reason }) => `**${decision}** by ${inline(by)} at ${times.exact(at)}${reason === '' ? '' : ` (${inline(reason)})`}`).join('; ')}`
}

/** A table of the steps, then hosts and outputs of those that ran somewhere. */
export function stepBlocks(steps: StepReport[], times: Times): string {
  // Where nobody could say beforehand there is nothing to compare with.
  const hasForecast = steps.some(({ forecast }) => forecast.endAt !== null)
  const rows = steps.map((step, index) => [
    `${index + 1}`, inline(step.title), statusCell(step), times.span(step.planned), ...(hasForecast ? [forecastWords(step, times) || '–'] : []), times.span(step.actual), times.length(step.durationMs), inline(step.by),
  ])
  const details = steps.flatMap((step, index) => {
    const block = stepDetails(step, times)
    return block === '' ? [] : [`**Step ${index + 1}: ${inline(step.title)}**`, block]
  })
  return lines(table(['#', 'Step', 'Result', 'Planned', ...(hasForecast ? ['Forecast'] : []), 'Actual', 'Took', 'By'], rows) || '*No steps.*', ...details)
}

function statusCell(step: StepReport): string {
  const isPlain = step.status === 'planned' || step.status === 'succeeded'
  const words = `${isPlain ? stepWords[step.status] : `**${stepWords[step.status]}**`}${step.skippedByCondition ? ' by its condition' : ''}`
  return step.attempts.length > 1 ? `${words}, ${step.attempts.length} attempts` : words
}

function stepDetails(step: StepReport, times: Times): string {
  const attempts = step.attempts.length < 2 ? '' : step.attempts
    .map((one) => `- Attempt ${one.attempt}: ${one.outcome}, ${times.exact(one.startedAt)} – ${times.exact(one.finishedAt)}${one.message === '' ? '' : `: ${inline(one.message)}`}`).join('\n')
  const hosts = table(['Host', 'Result', 'Exit code', 'Took'], step.hosts.map((host) => [inline(host.host), hostCell(host), host.exitCode === null ? '–' : `${host.exitCode}`, times.length(host.durationMs)]))
  const outputs = step.hosts.flatMap((host) => outputBlock(host))
  const failures = step.attempts.flatMap(({ attempt, failures: those }) => those.flatMap(({ host, result, output }) => [
    `Attempt ${attempt} on ${inline(host)}: **${inline(result)}**`,
    ...outputBlock({ host, output }),
  ]))
  const befallen = step.happenings.map(({ at, words }) => `- ${times.exact(at)} ${inline(words)}`).join('\n')
  return lines(step.message === '' ? '' : inline(step.message), attempts, befallen, ...failures, hosts, ...outputs)
}

const hostCell = (host: HostReport): string => (host.state === 'succeeded' ? 'succeeded' : `**${host.state}**${host.result === '' ? '' : `: ${inline(host.result)}`}`)

function outputBlock({ host, output }: Pick<HostReport, 'host' | 'output'>): string[] {
  if (output === null || output.text === '') return []
  const omitted = output.omittedLines > 0 ? `; ${output.omittedLines} lines before it left out` : ''
  return [`Output of ${inline(host)} (${output.bytes} bytes${output.truncated ? ', cut' : ''}${omitted}):`, fenced(output.text)]
}

export function rollback({ rollback: facts }: ReportModel, times: Times): string {
  const triggers = facts.triggers.map(({ text, watched, firedAt }) =>
    `- ${inline(text)} — ${firedAt.length > 0 ? `**fired at ${firedAt.map((at) => times.exact(at)).join(', ')}**` : watched ? 'watched, did not fire' : 'for a person to judge, not fired'}`)
  return lines(
    '## Rollback Plan',
    ...facts.partial.map(({ at, by, reason, to, restoredAt, undone }) => `**Went back to before ${inline(to)}** by decision of ${inline(by)} at ${times.exact(at)}: ${inline(reason)}. It stood there again at ${times.exact(restoredAt)}, after ${times.length(restoredAt - at)}. ${undone.length === 0 ? 'Nothing had to be taken back.' : `Taken back: ${undone.map(inline).join(', ')}.`}`),
    ...course(facts, times),
    '### Rollback Trigger Conditions',
    triggers.join('\n') || '*None.*',
    '### Rollback Steps',
    facts.decision === null ? facts.steps.map((step, index) => `${index + 1}. ${inline(step.title)}`).join('\n') || '*None.*' : stepBlocks(facts.steps, times),
    '### Rollback Validation',
    itemList(facts.validation, times),
  )
}

/** Nothing here calls a rollback done that is not. */
function course({ state, decision, finishedAt, stoppedAt, left, partial }: RollbackReport, times: Times): string[] {
  if (decision === null) return partial.length > 0 ? [] : ['The rollback was not used.']
  const decided = `${decision.to === null ? '' : `to go back to before ${inline(decision.to)}, `}by ${inline(decision.by)} at ${times.exact(decision.at)}: ${inline(decision.reason)}.`
  if (state === 'in-progress') return [`**The rollback is not finished yet.** Decided ${decided}`]
  const byHand = left.length === 0 ? [] : ['Left to do by hand:', left.map(({ title, hosts, status }) => `- ${inline(title)}${hosts.length === 0 ? '' : ` on ${hosts.map(inline).join(', ')}`} (${stepWords[status]})`).join('\n')]
  if (finishedAt !== null) return [`**Rolled back** by decision of ${decided.slice('by '.length)} Finished at ${times.exact(finishedAt)}, after ${times.length(finishedAt - decision.at)}.`, ...byHand]
  return [
    `**The rollback failed: it was not finished.** Decided ${decided} The run ended at ${times.exact(stoppedAt)}, ${times.length(stoppedAt === null ? null : stoppedAt - decision.at)} after the decision.`,
    ...(left.length === 0 ? ['Its steps are done; its validation was not finished.'] : byHand),
  ]
}
