import type { ReportModel } from '#domain/report/model.ts'
import type { CourseRow } from '#domain/report/work-model.ts'
import type { Times } from '#domain/report/times.ts'
import type { StepStatus } from '#domain/run/state.ts'
import { round, timeScale, timeTicks, type TimeScale } from '#domain/timeline/axis.ts'
import { markWords, type TimelineMark } from '#domain/timeline/timeline.ts'
import type { Span } from '#domain/timing.ts'
import { stripsOf, type Strip } from './gantt-strips.ts'
import { html, type Html } from './html.ts'
import { glyphOf, toneOf } from './marks.ts'
import { shortened } from './svg.ts'

const width = 1040
const left = 282
const right = 1030
const rowHeight = 22
const laneHeight = 14

export interface GanttPart {
  title: string
  picture: Html
}

/** Outlines are the plan, thin lines what was expected, fills what happened. More rows than a page holds come in parts. */
export function gantt(report: ReportModel, times: Times): GanttPart[] {
  return stripsOf(report.course).map((strip) => ({ title: strip.title, picture: picture(strip, report, times) }))
}

function picture({ rows, range }: Strip, report: ReportModel, times: Times): Html {
  const axis = timeScale(range.from, range.to, left, right)
  const marks = placed(report.course.marks.filter(({ at }) => at >= range.from && at <= range.to), axis, times)
  const top = 26 + laneHeight * Math.max(0, ...marks.map(({ lane }) => lane + 1))
  const bottom = top + rows.length * rowHeight + 4
  const clocks = (y: number, ticks: number[]): Html[] => ticks.map((at) => html`<text x="${axis(at)}" y="${y}" text-anchor="middle">${times.clock(at)}</text>`)
  const ticks = timeTicks(axis, right - left)
  return html`<svg viewBox="0 0 ${width} ${bottom + 22}" role="img" aria-label="Planned, forecast and actual times of ${rows.length} phases and steps; the tables of steps say them in words">
    ${windowShade(report.overview.window, axis, top - 4, bottom, times)}
    ${ticks.map((at) => html`<line x1="${axis(at)}" x2="${axis(at)}" y1="${top - 4}" y2="${bottom}" stroke="var(--line)"/>`)}${clocks(top - 9, ticks)}${clocks(bottom + 16, ticks)}
    ${report.mode === 'rehearsal' ? html`<text class="watermark" x="${(left + right) / 2}" y="${(top + bottom) / 2 + 20}" text-anchor="middle">REHEARSAL</text>` : null}
    ${rows.map((row, index) => rowMarkup(row, top + index * rowHeight, axis, times))}
    ${marks.map((mark) => markMarkup(mark, bottom))}
  </svg>`
}

interface PlacedMark extends TimelineMark {
  x: number
  words: string
  /** From the top, so that no label runs into another. */
  lane: number
  toLeft: boolean
}

const laneY = (lane: number): number => 11 + lane * laneHeight

function placed(marks: readonly TimelineMark[], axis: TimeScale, times: Times): PlacedMark[] {
  const free: number[] = []
  return marks.toSorted((one, other) => one.at - other.at).map((mark) => {
    const [x, words] = [axis(mark.at), `${markWords(mark)} ${times.clock(mark.at)}`]
    const length = words.length * 6.6 + 10
    const toLeft = x + length > width
    const from = toLeft ? x - length : x
    const found = free.findIndex((end) => end <= from)
    const lane = found === -1 ? free.length : found
    free[lane] = from + length
    return { ...mark, x, words, lane, toLeft }
  })
}

const markColours: Record<TimelineMark['kind'], string> = { now: 'var(--accent)', 'window-opens': 'var(--text)', 'window-closes': 'var(--text)', 'no-return': 'var(--bad)', rollback: 'var(--warn)' }

function markMarkup({ kind, x, words, lane, toLeft }: PlacedMark, bottom: number): Html {
  return html`<line x1="${x}" x2="${x}" y1="${laneY(lane) - 9}" y2="${bottom}" stroke="${markColours[kind]}" stroke-width="1.5"${kind === 'no-return' ? html` stroke-dasharray="5 4"` : null}/><text class="strong" x="${x + (toLeft ? -5 : 5)}" y="${laneY(lane)}" text-anchor="${toLeft ? 'end' : 'start'}" style="fill:${markColours[kind]};paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round">${words}</text>`
}

function windowShade({ startAt, endAt }: Span, axis: TimeScale, top: number, bottom: number, times: Times): Html | null {
  if (startAt === null || endAt === null || endAt < axis.from || startAt > axis.to) return null
  return html`<rect x="${axis(startAt)}" y="${top}" width="${round(axis(endAt) - axis(startAt))}" height="${bottom - top}" fill="var(--raised)"><title>Change window ${times.span({ startAt, endAt })}</title></rect>`
}

function rowMarkup(row: CourseRow, y: number, axis: TimeScale, times: Times): Html {
  const { title, kind, status, planned, forecast, p90EndAt, actual, isCritical, setbacks } = row
  const heading = kind === 'phase'
  return html`<g><title>${rowWords(row, times)}</title>
    ${heading ? null : html`<text x="12" y="${y + 14}" style="fill:${colourOf(status)};font-weight:700">${glyphOf(status)}</text>`}
    <text class="${heading ? 'strong' : 'name'}" x="${heading ? 0 : 28}" y="${y + 14}">${shortened(title, heading ? 265 : 240)}</text>
    ${bar(planned, axis, y + 2, 14, html`fill="none" stroke="var(--edge)" stroke-width="1.1"`)}
    ${bar(actual, axis, heading ? y + 3.5 : y + 5.5, heading ? 11 : 7, html`fill="${colourOf(status)}" fill-opacity="${heading ? '1' : '.72'}"`)}
    ${setbacks.map((setback) => bar(setback.span, axis, y + 5.5, 7, html`fill="${colourOf(setback.status)}"`))}
    ${bar({ startAt: forecast.endAt, endAt: p90EndAt }, axis, y + 18.5, 1, html`fill="var(--accent)"`)}
    ${bar(forecast, axis, isCritical ? y + 17 : y + 18, isCritical ? 4 : 2, html`fill="var(--accent)"`)}
  </g>`
}

function rowWords({ title, planned, forecast, p90EndAt, actual, isCritical }: CourseRow, times: Times): string {
  const expected = forecast.endAt === null ? '' : `, forecast ${times.span(forecast)}${p90EndAt === null ? '' : ` (p90 ${times.clock(p90EndAt)})`}`
  return `${title}: planned ${times.span(planned)}${expected}, actual ${times.span(actual)}${isCritical ? ', on the critical path' : ''}`
}

function colourOf(status: StepStatus): string {
  const tone = toneOf(status)
  return tone === 'neutral' ? 'var(--edge)' : `var(--${tone})`
}

function bar({ startAt, endAt }: Span, axis: TimeScale, y: number, height: number, look: Html): Html | null {
  if (startAt === null || endAt === null || endAt < startAt || endAt < axis.from || startAt > axis.to) return null
  return html`<rect x="${axis(startAt)}" y="${y}" width="${Math.max(2, round(axis(endAt) - axis(startAt)))}" height="${height}" rx="${height > 4 ? 2.5 : 0}" ${look}/>`
}
