import type { IncidentReport, ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { describeReading } from '#domain/verdict.ts'
import { code, fenced, inline, lines, table } from './escape.ts'

/** What the template has no place for: incidents with evidence, silences, pauses, notes, the timeline and the record. */
export function happenings(report: ReportModel, times: Times): string {
  const { noData, pauses, notes, other, timeline, chain } = report
  return lines(
    '## What Happened',
    '### Incidents',
    report.incidents.map((incident) => incidentBlock(incident, times)).join('\n') || 'No breach was recorded and no rollback trigger fired.',
    '### Periods Without Data',
    noData.map(({ metric, fromAt, toAt }) => `- ${inline(metric)}: ${times.exact(fromAt)} – ${toAt === null ? '**still none**' : `${times.exact(toAt)} (${times.length(toAt - fromAt)})`}`).join('\n') || 'None was noticed.',
    ...(pauses.length === 0 ? [] : ['### Pauses', pauses.map(({ fromAt, toAt, by, reason }) => `- ${times.exact(fromAt)} – ${times.exact(toAt)} by ${inline(by)}${reason === '' ? '' : `: ${inline(reason)}`}`).join('\n')]),
    ...(notes.length === 0 ? [] : ['### Notes', notes.map(({ at, by, about, text }) => `- ${times.exact(at)} ${inline(by)}${about === null ? '' : ` on *${inline(about)}*`}: ${inline(text)}`).join('\n')]),
    '### Timeline',
    table(['Time', 'What', 'By'], timeline.map(({ at, words, by }) => [times.exact(at), inline(words), inline(by)])),
    ...(other.length === 0 ? [] : ['### From the Runbook', ...other.flatMap(({ title, text }) => [`**${inline(title)}**`, fenced(text)])]),
    '### Record',
    [
      `- **Run:** ${code(report.runId)}, revision ${report.revision} of runbook ${code(report.runbookId)}`,
      `- **Journal:** ${chain.events} events; SHA-256 chain ends in ${code(chain.head)}`,
      `- **Report:** made ${times.full(report.generatedAt)} by Holdpoint ${inline(report.version)}; secrets are masked`,
    ].join('\n'),
  )
}

function incidentBlock(incident: IncidentReport, times: Times): string {
  const { kind, rule, openedAt, closedAt, stepTitle, samples, unit, override, watched, limit, query, control } = incident
  const readings = samples.slice(-12).map(({ at, value }) => `${times.exact(at)} ${value === null ? 'no data' : describeReading(value, unit)}`).join(', ')
  return [
    `- **${kind === 'trigger' ? 'Rollback trigger' : 'Breach'}:** ${inline(rule)}`,
    `  - ${duration(openedAt, closedAt, kind, times)}${stepTitle === null ? '' : `, during ${inline(stepTitle)}`}`,
    readings === '' ? '  - Judged by a person' : `  - Last readings: ${readings}`,
    ...(limit === null ? [] : [`  - Limit: ${inline(limit)}`]),
    ...(query === null ? [] : [`  - Asked: ${inline(query)}`]),
    ...(control === null ? [] : [`  - In control: ${inline(control)}`]),
    ...(watched === null ? [] : [`  - Held and watched by ${inline(watched.by)} at ${times.exact(watched.at)}${watched.note === '' ? '' : `: ${inline(watched.note)}`}`]),
    ...(override === null ? [] : [`  - **Overridden** by ${inline(override.by)} at ${times.exact(override.at)}: ${inline(override.reason)}`]),
  ].join('\n')
}

function duration(openedAt: number, closedAt: number | null, kind: IncidentReport['kind'], times: Times): string {
  if (closedAt !== null) return `From ${times.exact(openedAt)} to ${times.exact(closedAt)} (${times.length(closedAt - openedAt)})`
  return kind === 'trigger' ? `At ${times.exact(openedAt)}` : `From ${times.exact(openedAt)}, **not over** in this record`
}
