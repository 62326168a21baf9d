import type { ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { outcomeWords, rehearsedOn } from '#domain/report/words.ts'
import { html, type Html } from './html.ts'
import { outcomeTone } from './marks.ts'

const contents: [string, string][] = [
  ['course', 'Course of the run'], ['summary', 'Changes'], ['checklist', 'Checklist'], ['steps', 'Steps'], ['verification', 'Verification'], ['rollback', 'Rollback'],
  ['monitoring', 'Monitoring'], ['communication', 'Communication'], ['post', 'Post-deployment'], ['happened', 'Incidents and timeline'],
]

/** The head of the report: what it was, how it ended, and the figures management asks for. */
export function masthead(report: ReportModel, times: Times): Html {
  const { overview: facts } = report
  const kind = [facts.deploymentType, facts.environment, facts.version === null ? null : `version ${facts.version}`, facts.date].filter((part) => part !== null && part !== '').join(' · ')
  return html`${report.mode === 'rehearsal' ? html`<div class="ribbon"><div><strong>REHEARSAL</strong>${rehearsedOn(report.inventory)}</div></div>` : null}
<header class="masthead" id="overview"><div>
<p class="eyebrow">${kind === '' ? 'Deployment' : kind}</p>
<h1>${report.title}</h1>
<div class="verdict"><span class="badge ${outcomeTone(facts.outcome)}">${outcomeWords(facts, times)}${report.mode === 'rehearsal' ? ' in rehearsal' : null}</span><p>${sentence(report, times)}</p></div>
<dl class="figures">${figures(report, times).map(([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}${more === '' ? null : html`<small>${more}</small>`}</dd></div>`)}</dl>
<nav class="contents" aria-label="Contents">${contents.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
</div></header>`
}

function sentence({ overview: facts, rollback }: ReportModel, times: Times): string {
  if (facts.startedAt === null) return 'The run has not been started.'
  const started = `Started ${times.full(facts.startedAt)} by ${facts.createdBy}`
  if (facts.deployedAt === null) {
    const closesAt = facts.window.endAt
    const ended = facts.finishedAt === null ? '' : `; ended ${times.clock(facts.finishedAt)}${standing(closesAt === null ? null : facts.finishedAt - closesAt, times)}`
    return `${started}${ended}.${rollback.state === 'not-finished' ? ' The rollback failed.' : ''}`
  }
  const done = facts.outcome === 'rolled-back' ? 'rolled back' : 'deployed'
  return `${started}; ${done} ${times.clock(facts.deployedAt)}${standing(facts.overrunMs, times)}.`
}

function standing(overrunMs: number | null, times: Times): string {
  if (overrunMs === null) return ''
  return overrunMs > 0 ? `, ${times.length(overrunMs)} after the window closed` : `, ${times.length(-overrunMs)} before the window closed`
}

function figures({ overview: facts, summary, incidents, rollback }: ReportModel, times: Times): [string, string, string][] {
  const { steps } = summary
  const bad = [[steps.failed, 'failed'], [steps.unknown, 'unknown'], [steps.skipped, 'skipped'], [steps.planned + steps.running, 'not done']].filter(([count]) => count !== 0).map(([count, word]) => `${count} ${word}`)
  const doneAt = facts.deployedAt === null ? 'not finished' : times.clock(facts.deployedAt)
  const total = Object.values(steps).reduce((sum, count) => sum + count, 0)
  return [
    ['Change window', times.span(facts.window), facts.windowMoved ? 'moved to the rehearsal' : times.zone],
    ['Run', facts.startedAt === null ? '–' : times.span({ startAt: facts.startedAt, endAt: facts.finishedAt }), facts.finishedAt === null ? 'not ended' : times.length(facts.durationMs)],
    rollback.decision === null
      ? ['Deployment finish', doneAt, facts.plannedFinishAt === null ? 'no plan' : `planned ${times.clock(facts.plannedFinishAt)}${facts.firstFinishAt === null ? '' : `, first for ${times.full(facts.firstFinishAt)}`}`]
      : ['Rollback finish', doneAt, `decided ${times.clock(rollback.decision.at)}`],
    ['Steps succeeded', `${steps.succeeded} of ${total}`, [...bad, ...(summary.retries > 0 ? [`${summary.retries} retried`] : [])].join(', ')],
    ['Incidents', String(incidents.length), incidents.length === 0 ? 'none recorded' : `${incidents.filter((incident) => incident.override !== null).length} overridden`],
    ['Required items open', String(summary.openItems), summary.waived === 0 ? '' : `${summary.waived} waived`],
  ]
}

export function attention({ summary }: ReportModel): Html | null {
  if (summary.attention.length === 0) return null
  return html`<div class="attention"><strong>To be noted</strong><ul>${summary.attention.map((sentenceOf) => html`<li>${sentenceOf}</li>`)}</ul></div>`
}
