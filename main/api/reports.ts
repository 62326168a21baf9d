import { renderReportHtml } from '#document/report-html/report-html.ts'
import { renderReportMarkdown } from '#document/report-markdown.ts'
import { buildReport, type ReportSeries } from '#domain/report/report.ts'
import { own } from '#domain/own.ts'
import { allThresholds } from '#domain/run/health.ts'
import { unitOf } from '#domain/run/rules.ts'
import type { RunState } from '#domain/run/state.ts'
import { resolveLimit } from '#domain/threshold.ts'
import { timingOf } from '#domain/timing.ts'
import type { ReportDocument } from '#preload/contract.ts'
import type { ApiDeps } from './deps.ts'
import type { Handlers } from './handlers.ts'

export type ReportFormat = 'md' | 'html' | 'json'

const MIMES: Record<ReportFormat, string> = { md: 'text/markdown', html: 'text/html', json: 'application/json' }
const CHART_BUCKETS = 300
/** What one host's output may bring into a report; its end is what matters. */
const EXCERPT_BYTES = 64 * 1024

export function createReportHandlers(deps: ApiDeps): Pick<Handlers, 'make-report'> {
  return { 'make-report': ({ runId, format }) => reportFor(deps, runId, format) }
}

/** The report of a run as it stands. Throws Problem `run-unknown`. */
export function reportFor(deps: Pick<ApiDeps, 'engine' | 'storage' | 'info' | 'now'>, runId: string, format: ReportFormat): ReportDocument {
  const state = deps.engine.state(runId)
  const events = deps.storage.journal.read(runId, 0)
  // Of a run in progress, all that is known by now: hours of monitoring may pass without an event.
  const now = state.finishedAt ?? deps.engine.live(runId)?.clock().at ?? state.lastEventAt
  const model = buildReport({
    state, events, series: seriesOf(deps, state, now),
    timing: timingOf(state, now), history: deps.engine.history(runId).history, now,
    output: (stepId, attempt, host) => excerptOf(deps, { runId, stepId, attempt, host }),
    generatedAt: deps.now(), version: deps.info.version, chainHash: events.at(-1)?.hash ?? '',
  })
  return { fileName: `${fileNameOf(state)}.${format}`, mime: MIMES[format], text: rendered(model, format) }
}

/** Letters, digits and hyphens, short enough for every file system; without the title where that has none of them. */
function fileNameOf({ runbook, createdAt, mode }: RunState): string {
  const title = runbook.title.slice(0, 200).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '').slice(0, 80).replace(/-+$/, '')
  return [title === '' ? 'run' : title, new Date(createdAt).toISOString().slice(0, 10), mode].join('-')
}

function rendered(model: ReturnType<typeof buildReport>, format: ReportFormat): string {
  switch (format) {
    case 'md': return renderReportMarkdown(model)
    case 'html': return renderReportHtml(model)
    case 'json': return `${JSON.stringify(model, null, 2)}\n`
  }
}

function seriesOf({ storage }: Pick<ApiDeps, 'storage'>, state: RunState, now: number): ReportSeries[] {
  const from = state.startedAt ?? state.createdAt
  const to = Math.max(now, from + 1)
  const rules = allThresholds(state.runbook)
  return storage.samples.metrics(state.id).map((metric) => {
    const written = rules.find((rule) => rule.metric === metric)
    const resolved = written && resolveLimit(written, own(state.baseline?.metrics ?? {}, metric) ?? null)
    const threshold = resolved !== undefined && Number.isFinite(resolved.limit) ? resolved : null
    return { metric, unit: unitOf(state.runbook, metric), threshold, from, to, buckets: storage.samples.buckets(state.id, metric, from, to, CHART_BUCKETS) }
  })
}

function excerptOf({ storage }: Pick<ApiDeps, 'storage'>, about: { runId: string; stepId: string; attempt: number; host: string }): { text: string; bytes: number; truncated: boolean } | null {
  const tail = storage.output.tail({ ...about, maxBytes: EXCERPT_BYTES })
  return tail.bytes === 0 ? null : { text: new TextDecoder().decode(tail.text), bytes: tail.bytes, truncated: tail.bytes > tail.text.byteLength }
}
