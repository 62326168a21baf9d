import type { ReportModel, StepReport } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import type { StepStatus } from '#domain/run/state.ts'
import { round, timeRange, timeScale, timeTicks, type TimeScale } from '#domain/timeline/axis.ts'
import type { Span } from '#domain/timing.ts'
import { html, type Html } from './html.ts'
import { toneOf } from './marks.ts'
import { shortened } from './svg.ts'

interface Row {
  name: string
  heading: boolean
  planned: Span
  actual: Span
  status: StepStatus
  /** Attempts that did not end well, over the whole of it. */
  setbacks: { span: Span; status: StepStatus }[]
}

const width = 1040
const left = 282
const right = 1030
const top = 40
const rowHeight = 23
const mostRows = 120

/** Planned against actual: outlines are the plan, fills what happened, the shaded part is the change window. */
export function gantt(report: ReportModel, times: Times): Html | null {
  const rows = rowsOf(report)
  const axis = axisOf(report, rows)
  if (axis === null) return null
  const height = top + rows.length * rowHeight + 26
  const bottom = height - 24
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Planned against actual times of every phase and step">
    ${windowShade(report.overview.window, axis, bottom, times)}
    ${timeTicks(axis, right - left).map((at) => html`<line x1="${axis(at)}" x2="${axis(at)}" y1="${top - 6}" y2="${bottom}" stroke="var(--line)"/><text x="${axis(at)}" y="${bottom + 17}" text-anchor="middle">${times.clock(at)}</text>`)}
    ${report.mode === 'rehearsal' ? html`<text class="watermark" x="${(left + right) / 2}" y="${(top + bottom) / 2 + 20}" text-anchor="middle">REHEARSAL</text>` : null}
    ${rows.map((row, index) => rowMarkup(row, top + index * rowHeight, axis, times))}
    ${windowEdges(report.overview.window, axis, bottom, times)}
    ${rollbackLine(report, axis, bottom)}
  </svg>`
}

function rowsOf(report: ReportModel): Row[] {
  const { phases, rollback, overview, generatedAt } = report
  const forwardEnd = rollback.decision?.at ?? overview.finishedAt ?? generatedAt
  const end = overview.finishedAt ?? generatedAt
  const stepCount = phases.reduce((sum, phase) => sum + phase.steps.length, 0)
  const steps = (list: StepReport[], until: number): Row[] => (stepCount > mostRows ? [] : list.map((step) => ({
    name: step.title, heading: false, planned: step.planned, actual: closed(step.actual, until), status: step.status, setbacks: setbacksOf(step),
  })))
  const forward = phases.flatMap((phase): Row[] => [
    { name: `${phase.number}  ${phase.title}`, heading: true, planned: phase.planned, actual: closed(phase.actual, forwardEnd), status: statusOf(phase.steps), setbacks: [] },
    ...steps(phase.steps, forwardEnd),
  ])
  if (rollback.decision === null) return forward
  const back: Span = { startAt: rollback.decision.at, endAt: rollback.finishedAt ?? end }
  return [...forward, { name: rollback.state === 'not-finished' ? 'Rollback, failed' : 'Rollback', heading: true, planned: { startAt: null, endAt: null }, actual: back, status: statusOf(rollback.steps), setbacks: [] }, ...steps(rollback.steps, end)]
}

const closed = ({ startAt, endAt }: Span, until: number): Span => ({ startAt, endAt: startAt === null ? null : (endAt ?? Math.max(startAt, until)) })

function setbacksOf({ attempts }: StepReport): Row['setbacks'] {
  return attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown')
    .map(({ startedAt, finishedAt, outcome }) => ({ span: { startAt: startedAt, endAt: finishedAt }, status: outcome }))
}

/** The worst of its steps, for the colour of a heading's bar; a skipped step does not colour its phase. */
function statusOf(steps: StepReport[]): StepStatus {
  if (steps.length > 0 && steps.every((step) => step.status === 'skipped')) return 'skipped'
  const order: StepStatus[] = ['failed', 'unknown', 'running', 'planned']
  return order.find((status) => steps.some((step) => step.status === status)) ?? 'succeeded'
}

/** Null when nothing has a time. */
function axisOf({ overview }: ReportModel, rows: Row[]): TimeScale | null {
  const range = timeRange(rows.map((row) => row.actual), [...rows.map((row) => row.planned), overview.window])
  return range && timeScale(range.from, range.to, left, right)
}

const isOn = (axis: TimeScale, at: number | null): at is number => at !== null && at >= axis.from && at <= axis.to

function windowShade({ startAt, endAt }: Span, axis: TimeScale, bottom: number, times: Times): Html | null {
  if (startAt === null || endAt === null || endAt < axis.from || startAt > axis.to) return null
  return html`<rect x="${axis(startAt)}" y="${top - 6}" width="${round(axis(endAt) - axis(startAt))}" height="${bottom - top + 6}" fill="var(--raised)"><title>Change window ${times.span({ startAt, endAt })}</title></rect>`
}

function windowEdges({ startAt, endAt }: Span, axis: TimeScale, bottom: number, times: Times): Html {
  const edge = (at: number | null, word: string, anchor: 'start' | 'end'): Html | null => (isOn(axis, at)
    ? html`<line x1="${axis(at)}" x2="${axis(at)}" y1="${top - 14}" y2="${bottom}" stroke="var(--text)" stroke-width="1.3"/><text class="strong" x="${axis(at) + (anchor === 'start' ? 5 : -5)}" y="${top - 12}" text-anchor="${anchor}">Window ${word} ${times.clock(at)}</text>`
    : null)
  return html`${edge(startAt, 'opens', 'start')}${edge(endAt, 'closes', 'end')}`
}

function rollbackLine({ rollback }: ReportModel, axis: TimeScale, bottom: number): Html | null {
  const at = rollback.decision?.at ?? null
  return isOn(axis, at)
    ? html`<line x1="${axis(at)}" x2="${axis(at)}" y1="${top - 6}" y2="${bottom}" stroke="var(--warn)" stroke-width="1.6"/><text x="${axis(at)}" y="${top - 28}" text-anchor="middle" style="fill:var(--warn);font-weight:650">Rollback</text>`
    : null
}

function rowMarkup({ name, heading, planned, actual, status, setbacks }: Row, y: number, axis: TimeScale, times: Times): Html {
  return html`<g><title>${name}: planned ${times.span(planned)}, actual ${times.span(actual)}</title>
    <text class="${heading ? 'strong' : 'name'}" x="${heading ? 0 : 16}" y="${y + 15}">${shortened(name, heading ? 265 : 250)}</text>
    ${bar(planned, axis, y + 3, 16, html`fill="none" stroke="var(--edge)" stroke-width="1.1"`)}
    ${bar(actual, axis, heading ? y + 5 : y + 7, heading ? 12 : 8, html`fill="${colourOf(status)}" fill-opacity="${heading ? '1' : '.72'}"`)}
    ${setbacks.map((setback) => bar(setback.span, axis, y + 7, 8, html`fill="${colourOf(setback.status)}"`))}
  </g>`
}

function colourOf(status: StepStatus): string {
  const tone = toneOf(status)
  return tone === 'neutral' ? 'var(--edge)' : `var(--${tone})`
}

function bar({ startAt, endAt }: Span, axis: TimeScale, y: number, height: number, look: Html): Html | null {
  if (startAt === null || endAt === null || endAt < axis.from || startAt > axis.to) return null
  return html`<rect x="${axis(startAt)}" y="${y}" width="${Math.max(2, round(axis(endAt) - axis(startAt)))}" height="${height}" rx="2.5" ${look}/>`
}
