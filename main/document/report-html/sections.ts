import type { MessageReport, ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { followUpWords, timingWords } from '#domain/report/words.ts'
import { html, type Html } from './html.ts'
import { itemList, none } from './items.ts'

/** The template's sections that are lists: one function each, in the template's order. */
export function summary({ changes, tickets }: ReportModel): Html {
  return html`<h2 id="summary">Deployment summary</h2>
<h3>Changes included</h3>${bullets(changes)}
<h3>Tickets included</h3>${tickets.length === 0 ? none : html`<ul class="plain">${tickets.map(({ key, text }) => html`<li><span class="key">${key}</span>${text}</li>`)}</ul>`}`
}

const bullets = (texts: string[]): Html => (texts.length === 0 ? none : html`<ul class="plain">${texts.map((text) => html`<li>${text}</li>`)}</ul>`)

export function checklists({ checklists: groups }: ReportModel, times: Times): Html {
  return html`<h2 id="checklist">Pre-deployment checklist</h2>${groups.length === 0 ? none : groups.map(({ title, items }) => html`<h3>${title}</h3>${itemList(items, times)}`)}`
}

export function verification({ verification: { smokeTests, validationQueries, healthChecks } }: ReportModel, times: Times): Html {
  return html`<h2 id="verification">Verification and testing</h2>
<h3>Smoke tests</h3>${itemList(smokeTests, times)}
<h3>Validation queries</h3>${itemList(validationQueries, times, ({ sql }) => html`<pre>${sql}</pre>`)}
<h3>API health checks</h3>${itemList(healthChecks, times, ({ expected }) => html`<br><span class="dim">expected: ${expected}</span>`)}`
}

export function monitoring({ monitoring: facts }: ReportModel, times: Times): Html {
  const ended = facts.endedAt === null ? 'not ended' : `ended ${times.exact(facts.endedAt)}${facts.endedBecause === '' ? '' : `: ${facts.endedBecause}`}`
  return html`<h2 id="monitoring">Monitoring and alerts</h2>
<h3>Metrics to monitor</h3>${bullets(facts.metrics)}
<h3>Alert thresholds</h3>${facts.thresholds.length === 0 ? none : html`<ul class="items">${facts.thresholds.map(({ text, breaches }) => html`<li><span class="status ${breaches > 0 ? 'bad' : 'neutral'}"><i>${breaches > 0 ? '✕' : '·'}</i></span><span>${text}</span><span>${breaches === 0 ? 'no breach recorded' : breaches === 1 ? '1 breach' : `${breaches} breaches`}</span></li>`)}</ul>`}
<h3>Monitoring duration</h3><p>${facts.text ?? 'The runbook names none'}: ${facts.startedAt === null ? 'did not take place' : `started ${times.exact(facts.startedAt)}, ${ended}`}.</p>${facts.followUp && html`
<h3>Follow-up monitoring</h3><p>${facts.followUp.texts.join('; ')}: ${followUpWords(facts.followUp, times)}.</p>`}`
}

const stages: [MessageReport['stage'], string][] = [['before', 'Pre-deployment'], ['during', 'During deployment'], ['after', 'Post-deployment']]

export function communications({ communications: messages }: ReportModel, times: Times): Html {
  const groups = stages.map(([stage, name]) => ({ name, those: messages.filter((message) => message.stage === stage) })).filter(({ those }) => those.length > 0)
  return html`<h2 id="communication">Communication plan</h2>${groups.length === 0 ? none : groups.map(({ name, those }) => html`<h3>${name}</h3><ul class="items">${those.map((message) => messageLine(message, times))}</ul>`)}`
}

function messageLine({ text, timing, state, sentAt, by, note }: MessageReport, times: Times): Html {
  const mark = { sent: html`<span class="status ok"><i>✓</i></span>`, skipped: html`<span class="status warn"><i>»</i></span>`, pending: html`<span class="status neutral"><i>○</i></span>` }[state]
  const because = note === '' ? '' : `: ${note}`
  const result = state === 'pending' ? 'not recorded as sent' : state === 'skipped' ? `skipped by ${by ?? 'nobody'}${because}` : `${by ?? 'nobody'}, ${sentAt.map((at) => times.exact(at)).join(', ')}${because}`
  return html`<li>${mark}<span>${text} <span class="dim">(${timingWords(timing)})</span></span><span>${result}</span></li>`
}

export function postDeployment({ postDeployment: { checklist, followUps }, rollback: { decision } }: ReportModel, times: Times): Html {
  return html`<h2 id="post">Post-deployment</h2><h3>Verification checklist</h3>${itemList(checklist, times, () => null, decision === null ? null : 'not due: the rollback took its place')}<h3>Follow-up actions</h3>${itemList(followUps, times)}`
}
