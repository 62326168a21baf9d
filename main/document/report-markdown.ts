import type { ReportModel } from '#domain/report/model.ts'
import { timesOf } from '#domain/report/times.ts'
import { phases, rollback } from './report-markdown/deployment.ts'
import { lines } from './report-markdown/escape.ts'
import { happenings } from './report-markdown/happenings.ts'
import { checklists, communications, monitoring, overview, postDeployment, summary, verification } from './report-markdown/sections.ts'

/** The report as Markdown: the customer's template, its headings in its order, filled in; what it has no place for follows. */
export function renderReportMarkdown(report: ReportModel): string {
  const times = timesOf(report)
  return `${lines(
    overview(report, times),
    summary(report),
    checklists(report, times),
    phases(report, times),
    verification(report, times),
    rollback(report, times),
    monitoring(report, times),
    communications(report, times),
    postDeployment(report, times),
    happenings(report, times),
  )}\n`
}
