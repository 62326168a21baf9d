import type { ChartReport, ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { metricChart } from './chart.ts'
import { gantt } from './gantt.ts'
import { html, type Html } from './html.ts'
import { rehearsalMark } from './marks.ts'
import { hatching } from './svg.ts'

/** Plan, forecast and what happened, and every metric that was watched. */
export function pictures(report: ReportModel, times: Times): Html {
  const plan = gantt(report, times)
  return html`<h2 id="course">Course of the run</h2>
${plan.length === 0 ? html`<p class="dim">Nothing has been planned or started, so there is no picture of it.</p>` : null}${plan.map(({ title, picture }, index) => html`<figure><figcaption><span>Planned, forecast and actual${title === '' ? '' : `: ${title}`} ${rehearsalMark(report)}</span><span class="dim">Times in ${report.zone}</span></figcaption>${picture}${index === 0 ? planLegend(report) : null}</figure>`)}
${report.charts.map((chart, index) => html`<figure><figcaption><span>${chart.title} ${rehearsalMark(report)}</span><span class="dim">${judgement(chart)}</span></figcaption>${metricChart(chart, times, index, report.mode === 'rehearsal')}</figure>`)}
${report.charts.length === 0 ? html`<p class="dim">No metric was recorded during this run.</p>` : chartLegend()}`
}

function judgement({ threshold, breachCount, noData, buckets }: ChartReport): string {
  if (buckets.every((bucket) => bucket.last === null)) return 'no data'
  const silent = noData.length === 0 ? '' : `, ${noData.length === 1 ? 'once' : `${noData.length} times`} without data`
  if (threshold === null) return `no threshold${silent}`
  return `${breachCount === 0 ? 'no breach recorded' : breachCount === 1 ? '1 breach' : `${breachCount} breaches`}${silent}`
}

function planLegend(report: ReportModel): Html {
  return html`<div class="legend"><span><svg viewBox="0 0 22 12"><rect x=".6" y=".6" width="20.8" height="10.8" rx="2" fill="none" stroke="var(--edge)"/></svg>planned</span>
<span><svg viewBox="0 0 22 12"><rect y="5" width="16" height="2" fill="var(--accent)"/><rect x="16" y="5.5" width="6" height="1" fill="var(--accent)"/></svg>forecast when it began, to p90</span>
<span><svg viewBox="0 0 22 12"><rect y="4" width="22" height="4" fill="var(--accent)"/></svg>critical path</span>
<span><svg viewBox="0 0 22 12"><rect y="2" width="22" height="8" rx="2" fill="var(--ok)"/></svg>succeeded</span>
<span><svg viewBox="0 0 22 12"><rect y="2" width="22" height="8" rx="2" fill="var(--edge)"/></svg>not finished</span>
<span><svg viewBox="0 0 22 12"><rect y="2" width="22" height="8" rx="2" fill="var(--warn)"/></svg>${report.rollback.partial.length > 0 ? 'running, skipped, or done and taken back' : 'running or skipped'}</span>
<span><svg viewBox="0 0 22 12"><rect y="2" width="22" height="8" rx="2" fill="var(--bad)"/></svg>failed</span>
<span><svg viewBox="0 0 22 12"><rect y="2" width="22" height="8" rx="2" fill="var(--unknown)"/></svg>unknown</span></div>`
}

function chartLegend(): Html {
  return html`<div class="legend"><span><svg viewBox="0 0 22 12"><rect y="1" width="22" height="10" fill="var(--accent)" fill-opacity=".2"/><line x1="0" x2="22" y1="6" y2="6" stroke="var(--accent)" stroke-width="1.7"/></svg>newest reading, with lowest and highest</span>
<span><svg viewBox="0 0 22 12"><line x1="0" x2="22" y1="6" y2="6" stroke="var(--bad)" stroke-width="1.4" stroke-dasharray="6 4"/></svg>limit</span>
<span><svg viewBox="0 0 22 12"><rect width="22" height="12" fill="var(--bad)" fill-opacity=".16"/></svg>breach</span>
<span><svg viewBox="0 0 22 12">${hatching('hatch-key')}<rect width="22" height="12" fill="url(#hatch-key)"/></svg>no data</span>
<span><svg viewBox="0 0 22 12"><text x="6" y="11" style="fill:var(--bad);font-weight:700;font-size:13px">✕</text></svg>a step failed</span></div>`
}
