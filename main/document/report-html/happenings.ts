import type { IncidentReport, ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { describeReading } from '#domain/verdict.ts'
import { html, type Html } from './html.ts'

/** What the template has no place for: incidents with their evidence, silences, pauses, notes and the timeline. */
export function happenings(report: ReportModel, times: Times): Html {
  const { incidents, noData, pauses, notes, other, timeline } = report
  return html`<h2 id="happened">What happened</h2>
<h3>Incidents</h3>${incidents.length === 0 ? html`<p class="dim">No breach was recorded and no rollback trigger fired.</p>` : incidents.map((incident) => incidentBlock(incident, times))}
<h3>Periods without data</h3>${noData.length === 0 ? html`<p class="dim">None was noticed.</p>` : html`<ul class="plain">${noData.map(({ metric, fromAt, toAt }) => html`<li>${metric}: ${times.exact(fromAt)} – ${toAt === null ? 'still none' : `${times.exact(toAt)} (${times.length(toAt - fromAt)})`}</li>`)}</ul>`}
${pauses.length === 0 ? null : html`<h3>Pauses</h3><ul class="plain">${pauses.map(({ fromAt, toAt, by, reason }) => html`<li>${times.exact(fromAt)} – ${times.exact(toAt)} by ${by}${reason === '' ? null : `: ${reason}`}</li>`)}</ul>`}
${notes.length === 0 ? null : html`<h3>Notes</h3><ul class="plain">${notes.map(({ at, by, about, text }) => html`<li><span class="dim">${times.exact(at)} ${by}${about === null ? null : ` on ${about}`}:</span> ${text}</li>`)}</ul>`}
<h3>Timeline</h3><div class="scroll"><table><thead><tr><th>Time</th><th>What</th><th>By</th></tr></thead><tbody>${timeline.map(({ at, words, by, tone }) => html`<tr><td class="fixed">${times.exact(at)}</td><td class="tone-${tone}">${words}</td><td>${by}</td></tr>`)}</tbody></table></div>
${other.length === 0 ? null : html`<h3>From the runbook</h3>${other.map(({ title, text }) => html`<h4>${title}</h4><pre>${text}</pre>`)}`}`
}

function incidentBlock({ kind, rule, openedAt, closedAt, stepTitle, samples, unit, override, watched, limit, query, control }: IncidentReport, times: Times): Html {
  const readings = samples.slice(-12).map(({ at, value }) => `${times.exact(at)} ${value === null ? 'no data' : describeReading(value, unit)}`)
  const when = closedAt !== null ? `From ${times.exact(openedAt)} to ${times.exact(closedAt)} (${times.length(closedAt - openedAt)})` : kind === 'trigger' ? `At ${times.exact(openedAt)}` : `From ${times.exact(openedAt)}, not over in this record`
  return html`<div class="incident"><h4>${kind === 'trigger' ? 'Rollback trigger' : 'Breach'}: ${rule}</h4>
<p>${when}${stepTitle === null ? null : `, during “${stepTitle}”`}.</p>
<p class="dim">${readings.length === 0 ? 'Judged by a person.' : html`Last readings: ${readings.map((reading, index) => html`${index === 0 ? null : ' · '}<span class="at">${reading}</span>`)}`}</p>
${[limit === null ? null : `Limit: ${limit}`, query === null ? null : `Asked: ${query}`, control === null ? null : `In control: ${control}`].map((line) => (line === null ? null : html`<p class="dim">${line}</p>`))}
${watched === null ? null : html`<p><strong>Held and watched</strong> by ${watched.by} at ${times.exact(watched.at)}${watched.note === '' ? null : `: ${watched.note}`}</p>`}
${override === null ? null : html`<p><strong>Overridden</strong> by ${override.by} at ${times.exact(override.at)}: ${override.reason}</p>`}</div>`
}

/** By what a reader can check that this report belongs to that journal. */
export function record({ runId, revision, runbookId, chain, generatedAt, version, mode }: ReportModel, times: Times): Html {
  return html`<footer>
<p>${mode === 'rehearsal' ? html`<strong>REHEARSAL.</strong> ` : null}Run <code>${runId}</code>, revision ${revision} of runbook <code>${runbookId}</code>.</p>
<p>Journal of ${chain.events} events; its SHA-256 chain ends in <code>${chain.head}</code>.</p>
<p>Report made ${times.full(generatedAt)} by Holdpoint ${version}. Times in ${times.zone}. Secrets are masked.</p>
</footer>`
}
