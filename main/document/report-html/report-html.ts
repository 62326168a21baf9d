import type { ReportModel } from '#domain/report/model.ts'
import { timesOf } from '#domain/report/times.ts'
import { deployment, rollback } from './deployment.ts'
import { happenings, record } from './happenings.ts'
import { html, textOf } from './html.ts'
import { attention, masthead } from './masthead.ts'
import { pictures } from './pictures.ts'
import { checklists, communications, monitoring, postDeployment, summary, verification } from './sections.ts'
import { style } from './style.ts'

/** The report as one self-contained page: no script, nothing loaded, every text escaped by the one `html` tag. */
export function renderReportHtml(report: ReportModel): string {
  const times = timesOf(report)
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${report.mode === 'rehearsal' ? 'REHEARSAL: ' : null}${report.title}</title>
<style>${style}</style>
</head>
<body>
${masthead(report, times)}
<main>
${attention(report)}
${pictures(report, times)}
${summary(report)}
${checklists(report, times)}
${deployment(report, times)}
${verification(report, times)}
${rollback(report, times)}
${monitoring(report, times)}
${communications(report, times)}
${postDeployment(report, times)}
${happenings(report, times)}
</main>
${record(report, times)}
</body>
</html>
`)
}
