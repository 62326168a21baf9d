import type { ChartReport } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { describeReading } from '#domain/verdict.ts'
import { round, timeScale, timeTicks, type TimeScale } from '#domain/timeline/axis.ts'
import { html, type Html } from './html.ts'
import { hatching, shortened, valueTicks } from './svg.ts'
import { gapsOf, runsOf, type Point } from './runs.ts'

const size = { width: 1040, height: 236, left: 58, right: 1030, top: 26, bottom: 208 }

interface Frame {
  chart: ChartReport
  times: Times
  x: TimeScale
  y: (value: number) => number
  ticks: number[]
  hatch: string
}

/** One metric over the run: readings with their spread, the limit, breaches, silences and what happened meanwhile. */
export function metricChart(chart: ChartReport, times: Times, index: number, rehearsal: boolean): Html {
  const frame = frameOf(chart, times, index)
  const runs = runsOf(chart.buckets, chart.to)
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${describeChart(chart)}">
    ${hatching(frame.hatch)}${grid(frame)}${silences(frame)}${breaches(frame)}
    ${rehearsal ? html`<text class="watermark" x="${(size.left + size.right) / 2}" y="${(size.top + size.bottom) / 2 + 20}" text-anchor="middle">REHEARSAL</text>` : null}
    ${runs.length === 0 ? html`<text class="strong" x="${(size.left + size.right) / 2}" y="${(size.top + size.bottom) / 2 + 4}" text-anchor="middle">No data was recorded</text>` : null}
    ${markers(frame)}
    ${runs.map((run) => html`<path d="${bandPath(run, frame)}" fill="var(--accent)" fill-opacity=".2"/>`)}
    ${runs.map((run) => html`<path d="${linePath(run, frame)}" fill="none" stroke="var(--accent)" stroke-width="1.7" stroke-linejoin="round" stroke-linecap="round"/>`)}
    ${limit(frame)}
  </svg>`
}

function frameOf(chart: ChartReport, times: Times, index: number): Frame {
  const values = chart.buckets.flatMap(({ min, max, last }) => [min, max, last].filter((value) => value !== null))
  const limits = chart.threshold === null ? [] : [chart.threshold.limit * 1.15]
  const highest = [...values, ...limits].reduce((most, value) => Math.max(most, value), 0)
  const lowest = values.reduce((least, value) => Math.min(least, value), 0)
  const ticks = valueTicks(lowest, highest > lowest ? highest : lowest + 1)
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  return {
    chart, times, ticks, hatch: `hatch-${index}`,
    x: timeScale(chart.from, chart.to, size.left, size.right),
    y: (value) => round(size.bottom - ((value - bottom) / (top - bottom || 1)) * (size.bottom - size.top)),
  }
}

function describeChart({ title, threshold, breaches: those }: ChartReport): string {
  return `${title} over the run${threshold === null ? '' : `, limit ${threshold.text}`}, ${those.length === 0 ? 'no breach' : `${those.length} breached`}`
}

function grid({ x, y, ticks, times, chart }: Frame): Html {
  return html`${ticks.map((tick) => html`<line x1="${size.left}" x2="${size.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="var(--line)"/><text x="${size.left - 8}" y="${y(tick) + 4}" text-anchor="end">${describeReading(tick, chart.unit)}</text>`)}
    ${timeTicks(x, size.right - size.left).map((at) => html`<line x1="${x(at)}" x2="${x(at)}" y1="${size.bottom}" y2="${size.bottom + 4}" stroke="var(--edge)"/><text x="${x(at)}" y="${size.bottom + 17}" text-anchor="middle">${times.clock(at)}</text>`)}`
}

function silences({ chart, x, hatch }: Frame): Html[] {
  const known = chart.noData.map(({ fromAt, toAt }) => ({ fromAt, toAt: toAt ?? chart.to }))
  return [...gapsOf(chart.buckets, chart.from, chart.to), ...known].map(({ fromAt, toAt }) =>
    html`<rect x="${x(fromAt)}" y="${size.top}" width="${Math.max(1, round(x(toAt) - x(fromAt)))}" height="${size.bottom - size.top}" fill="url(#${hatch})"><title>No data</title></rect>`)
}

function breaches({ chart, x, times }: Frame): Html[] {
  return chart.breaches.map(({ fromAt, toAt }) => {
    const end = toAt ?? chart.to
    return html`<rect x="${x(fromAt)}" y="${size.top}" width="${Math.max(2, round(x(end) - x(fromAt)))}" height="${size.bottom - size.top}" fill="var(--bad)" fill-opacity=".16"><title>Breach from ${times.exact(fromAt)}${toAt === null ? '' : ` to ${times.exact(toAt)}`}</title></rect>`
  })
}

function limit({ chart, y }: Frame): Html | null {
  if (chart.threshold === null) return null
  const at = y(chart.threshold.limit)
  return html`<line x1="${size.left}" x2="${size.right}" y1="${at}" y2="${at}" stroke="var(--bad)" stroke-width="1.4" stroke-dasharray="6 4"/>
    <text x="${size.right - 4}" y="${at - 6}" text-anchor="end" style="fill:var(--bad);paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round">${shortened(chart.threshold.text, 420)}</text>`
}

/** Labels that would run into one another are left to the tooltip; the rollback's is always written. */
function markers({ chart, x, times }: Frame): Html[] {
  const rollbackAt = chart.markers.filter((marker) => marker.kind === 'rollback').map((marker) => x(marker.at))
  let free = -Infinity
  return chart.markers.map(({ at, label, kind }) => {
    const place = x(at)
    const title = html`<title>${label} ${times.exact(at)}</title>`
    if (kind === 'failure') return html`<text x="${place}" y="${size.bottom - 4}" text-anchor="middle" style="fill:var(--bad);font-weight:700;font-size:13px">✕${title}</text>`
    const text = shortened(label, 120)
    const width = text.length * 6.2 + 8
    const fits = kind === 'rollback' || (place >= free && rollbackAt.every((other) => other < place || place + width < other))
    if (fits) free = place + width
    const colour = kind === 'rollback' ? 'var(--warn)' : 'var(--edge)'
    return html`<g><line x1="${place}" x2="${place}" y1="${size.top - 10}" y2="${size.bottom}" stroke="${colour}" stroke-width="${kind === 'rollback' ? 1.6 : 1}"/>${fits ? html`<text x="${place + 4}" y="${size.top - 6}"${kind === 'rollback' ? html` style="fill:var(--warn);font-weight:650"` : null}>${text}</text>` : null}${title}</g>`
  })
}

function linePath(run: Point[], { x, y }: Frame): string {
  const points = run.map(({ at, last }) => `${x(at)} ${y(last)}`)
  return points.length === 1 ? `M${points[0]}h.01` : `M${points.join('L')}`
}

function bandPath(run: Point[], { x, y }: Frame): string {
  const upper = run.map(({ at, max }) => `${x(at)} ${y(max)}`)
  const lower = run.toReversed().map(({ at, min }) => `${x(at)} ${y(min)}`)
  return `M${upper.join('L')}L${lower.join('L')}Z`
}
