import type { ReportModel, RollbackReport } from '#domain/report/model.ts'
import type { GateReport, HostReport, PhaseReport, StepReport } from '#domain/report/work-model.ts'
import type { Times } from '#domain/report/times.ts'
import { forecastWords, stepWords } from '#domain/report/words.ts'
import type { Span } from '#domain/timing.ts'
import { html, type Html } from './html.ts'
import { itemList, none } from './items.ts'
import { statusMark } from './marks.ts'

export function deployment({ phases, gates }: ReportModel, times: Times): Html {
  return html`<h2 id="steps">Deployment steps</h2>${phases.length === 0 ? none : phases.map((phase) => phaseBlock(phase, gates.find((gate) => gate.phaseNumber === phase.number), times))}`
}

function phaseBlock(phase: PhaseReport, gate: GateReport | undefined, times: Times): Html {
  const { planned, actual, lateMs } = phase
  const course = actual.startAt === null ? 'not started' : `actual ${times.span(actual)}${actual.endAt === null ? ', not finished' : `, ${times.lateness(lateMs)}`}`
  return html`<h3>Phase ${phase.number}: ${phase.title}</h3>
<p class="course">Planned ${times.span(planned)}; ${course}.${gate === undefined ? null : html` ${gateWords(gate, times)}`}</p>
${stepTable(phase.steps, times)}`
}

function gateWords({ state, reachedAt, decisions }: GateReport, times: Times): string {
  if (decisions.length === 0) return state === 'reached' ? `Go/no-go: waiting since ${times.exact(reachedAt)}.` : 'Go/no-go: not reached.'
  return decisions.map(({ decision, by, at, reason }) => `${decision === 'go' ? 'Go' : 'No-go'} by ${by} at ${times.exact(at)}${reason === '' ? '' : `: ${reason}`}.`).join(' ')
}

/** The steps, then the hosts and outputs of those that ran on one; failures stand open. */
function stepTable(steps: StepReport[], times: Times): Html {
  if (steps.length === 0) return html`<p class="dim">No steps.</p>`
  return html`<div class="scroll"><table class="steps"><thead><tr><th>Step</th><th>Result</th><th>Planned</th><th>Actual</th><th>Took</th><th>By</th></tr></thead><tbody>
${steps.map((step) => html`<tr><td>${step.title}${stepNote(step, times)}</td><td class="fixed">${statusMark(step.status)}</td><td>${spanCell(step.planned, times)}${forecastNote(step, times)}</td><td>${spanCell(step.actual, times)}</td><td class="fixed">${times.length(step.durationMs)}</td><td>${step.by ?? '–'}</td></tr>`)}
</tbody></table></div>
${steps.map((step) => hostDetails(step, times))}`
}

function forecastNote(step: StepReport, times: Times): Html | null {
  const words = forecastWords(step, times)
  return words === '' ? null : html`<span class="dim">forecast ${words}</span>`
}

/** Breaks between the two times, never inside one. */
function spanCell(span: Span, times: Times): Html[] {
  return times.span(span).split(' – ').map((part, index, parts) => html`<span class="at">${part}${index < parts.length - 1 ? ' –' : null}</span> `)
}

function stepNote({ message, attempts, happenings, skippedByCondition }: StepReport, times: Times): Html {
  const history = attempts.length < 2 ? [] : attempts.map(({ attempt, outcome, startedAt, finishedAt, message: why }) =>
    `Attempt ${attempt}: ${outcome}, ${times.span({ startAt: startedAt, endAt: finishedAt })}${why === '' ? '' : `: ${why}`}`)
  return html`${message === '' ? null : html`<span class="dim">${skippedByCondition ? 'Skipped by its condition. ' : null}${message}</span>`}${history.map((line) => html`<span class="dim">${line}</span>`)}${happenings.map(({ at, words }) => html`<span class="dim">${times.exact(at)} ${words}</span>`)}`
}

function hostDetails(step: StepReport, times: Times): Html | null {
  if (step.hosts.length === 0) return null
  const bad = step.hosts.filter((host) => host.state !== 'succeeded').length
  const failures = step.attempts.flatMap(({ attempt, failures: those }) => those.map((failure) => ({ attempt, ...failure })))
  const words = `${step.hosts.length} ${step.hosts.length === 1 ? 'host' : 'hosts'}${bad === 0 ? '' : `, ${bad} not succeeded`}${failures.length === 0 ? '' : `, ${failures.length} failed before`}`
  return html`<details${bad + failures.length > 0 ? html` open` : null}><summary>${step.title} <span class="dim">${words}</span></summary><div>
${failures.map(({ attempt, host, result, output }) => html`<p><strong>Attempt ${attempt} on ${host}:</strong> ${result}</p>${outputOf({ host, output })}`)}
<div class="scroll"><table><thead><tr><th>Host</th><th>Result</th><th>Exit code</th><th>Took</th></tr></thead><tbody>${step.hosts.map((host) => hostRow(host, times))}</tbody></table></div>
${step.hosts.map((host) => outputOf(host))}</div></details>`
}

function hostRow(host: HostReport, times: Times): Html {
  const words = host.state === 'succeeded' || host.result === '' ? null : html`<span class="dim">${host.result}</span>`
  return html`<tr><td>${host.host}</td><td>${statusMark(host.state)}${words}</td><td class="fixed">${host.exitCode === null ? '–' : host.exitCode}</td><td class="fixed">${times.length(host.durationMs)}</td></tr>`
}

function outputOf({ host, output }: Pick<HostReport, 'host' | 'output'>): Html | null {
  if (output === null || output.text === '') return null
  const omitted = output.omittedLines > 0 ? `, ${output.omittedLines} lines before it left out` : ''
  return html`<h4>Output of ${host} <span class="dim">(${output.bytes} bytes${output.truncated ? ', cut' : null}${omitted})</span></h4><pre>${output.text}</pre>`
}

export function rollback({ rollback: facts }: ReportModel, times: Times): Html {
  const { decision, triggers, steps, validation } = facts
  return html`<h2 id="rollback">Rollback plan</h2>
${facts.partial.map(({ at, by, reason, to, restoredAt, undone }) => html`<div class="incident"><h4>Went back to before ${to}, by decision of ${by} at ${times.exact(at)}</h4><p>${reason}</p><p class="dim">It stood there again at ${times.exact(restoredAt)}, after ${times.length(restoredAt - at)}. ${undone.length === 0 ? 'Nothing had to be taken back.' : `Taken back: ${undone.join(', ')}.`}</p></div>`)}${course(facts, times)}
<h3>Rollback trigger conditions</h3>${triggers.length === 0 ? none : html`<ul class="items">${triggers.map(({ text, watched, firedAt }) => html`<li><span class="status ${firedAt.length > 0 ? 'bad' : 'neutral'}"><i>${firedAt.length > 0 ? '✕' : '·'}</i></span><span>${text}</span><span>${firedAt.length > 0 ? `fired ${firedAt.map((at) => times.exact(at)).join(', ')}` : watched ? 'watched, did not fire' : 'for a person to judge, not fired'}</span></li>`)}</ul>`}
<h3>Rollback steps</h3>${decision === null ? (steps.length === 0 ? none : html`<ol class="plain">${steps.map((step) => html`<li>${step.title}</li>`)}</ol>`) : stepTable(steps, times)}
<h3>Rollback validation</h3>${itemList(validation, times)}`
}

/** Nothing here calls a rollback done that is not. */
function course({ state, decision, finishedAt, stoppedAt, left, partial }: RollbackReport, times: Times): Html {
  if (decision === null) return partial.length > 0 ? html`` : html`<p>The rollback was not used.</p>`
  const decided = `${decision.to === null ? '' : `to go back to before ${decision.to}, `}${decision.by} at ${times.exact(decision.at)}`
  if (state === 'in-progress') return html`<div class="incident"><h4>The rollback is not finished yet</h4><p>Decided by ${decided}: ${decision.reason}</p></div>`
  const byHand = left.length === 0 ? null : html`<p><strong>Left to do by hand:</strong></p><ul class="plain">${left.map(({ title, hosts, status }) => html`<li>${title}${hosts.length === 0 ? null : ` on ${hosts.join(', ')}`} <span class="dim">(${stepWords[status]})</span></li>`)}</ul>`
  if (finishedAt !== null) return html`<div class="incident"><h4>Rolled back by decision of ${decided}</h4><p>${decision.reason}</p><p class="dim">Finished at ${times.exact(finishedAt)}, after ${times.length(finishedAt - decision.at)}.</p>${byHand}</div>`
  return html`<div class="incident"><h4>The rollback failed: it was not finished</h4><p>Decided by ${decided}: ${decision.reason}</p>
<p>The run ended at ${times.exact(stoppedAt)}, ${times.length(stoppedAt === null ? null : stoppedAt - decision.at)} after the decision.</p>
${byHand ?? html`<p><strong>Its steps are done; its validation was not finished.</strong></p>`}</div>`
}
