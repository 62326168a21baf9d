import type { MessageReport, ReportModel } from '#domain/report/model.ts'
import type { Times } from '#domain/report/times.ts'
import { followUpWords, outcomeWords, rehearsedOn, timingWords } from '#domain/report/words.ts'
import { code, fenced, inline, lines } from './escape.ts'
import { itemList, resultOf } from './items.ts'

/** Said at the head of a rehearsal's report and again over what could be taken for the real thing. */
export const rehearsalMark = (report: ReportModel): string =>
  report.mode === 'rehearsal' ? `> **REHEARSAL** — ${inline(rehearsedOn(report.inventory))}` : ''

const bullet = (name: string, value: string): string => `- **${name}:** ${value}`

export function overview(report: ReportModel, times: Times): string {
  const { overview: facts } = report
  return lines(
    `# ${inline(report.title)}`,
    rehearsalMark(report),
    '## Overview',
    [
      bullet('Deployment Type', inline(facts.deploymentType)),
      bullet('Environment', inline(facts.environment)),
      bullet('Version', inline(facts.version)),
      bullet('Deployment Date', inline(facts.date)),
      bullet('Deployment Window', `${inline(facts.windowText)}${facts.windowMoved ? ' (moved to the time of the rehearsal)' : ''}`),
      bullet('Outcome', `**${outcomeWords(facts, times)}**${report.mode === 'rehearsal' ? ' (REHEARSAL)' : ''}`),
      bullet('Started', times.full(facts.startedAt)),
      done(report, times),
      bullet('Run ended', `${times.full(facts.finishedAt)}, after ${times.length(facts.durationMs)}`),
      bullet('People', facts.people.map(inline).join(', ') || '–'),
      bullet('Times', `in ${inline(report.zone)}`),
    ].join('\n'),
    attention(report),
  )
}

function done(report: ReportModel, times: Times): string {
  const { overview: { deployedAt, finishedAt, plannedFinishAt, firstFinishAt }, rollback: { decision } } = report
  const first = firstFinishAt === null ? '' : `, first planned for ${times.full(firstFinishAt)}`
  const [name, more] = decision === null ? ['Deployment', `planned ${times.clock(plannedFinishAt)}${first}`] : ['Rollback', `decided ${times.clock(decision.at)}`]
  if (deployedAt !== null) return bullet(`${name} finished`, `${times.full(deployedAt)} (${more}${standing(report, times)})`)
  return bullet(`${name} finished`, `**not finished**${finishedAt === null ? '' : `; the run ended ${times.clock(finishedAt)}`} (${more})`)
}

function standing({ overview: { overrunMs } }: ReportModel, times: Times): string {
  if (overrunMs === null) return ''
  return overrunMs > 0 ? `; **${times.length(overrunMs)} after the window closed**` : `; ${times.length(-overrunMs)} before the window closed`
}

function attention({ summary: { attention: sentences } }: ReportModel): string {
  return sentences.length === 0 ? '' : `**To be noted:**\n\n${sentences.map((sentence) => `- ${inline(sentence)}`).join('\n')}`
}

export function summary(report: ReportModel): string {
  return lines(
    '## Deployment Summary',
    '### Changes Included',
    report.changes.map((change) => `- ${inline(change)}`).join('\n') || '*None.*',
    '### Tickets Included',
    report.tickets.map(({ key, text }) => `- **${inline(key)}:** ${inline(text)}`).join('\n') || '*None.*',
  )
}

export function checklists(report: ReportModel, times: Times): string {
  return lines('## Pre-Deployment Checklist', ...report.checklists.flatMap((group) => [`### ${inline(group.title)}`, itemList(group.items, times)]))
}

export function verification({ verification: { smokeTests, validationQueries, healthChecks } }: ReportModel, times: Times): string {
  return lines(
    '## Verification & Testing',
    '### Smoke Tests',
    itemList(smokeTests, times),
    '### Validation Queries',
    ...(validationQueries.length === 0 ? ['*None.*'] : validationQueries.flatMap((query) => [itemList([query], times), fenced(query.sql, 'sql')])),
    '### API Health Checks',
    healthChecks.map((check) => `- **Endpoint:** ${code(check.endpoint)}\n- **Expected Response:** ${inline(check.expected)} — ${resultOf(check, times)}`).join('\n') || '*None.*',
  )
}

export function monitoring({ monitoring: facts }: ReportModel, times: Times): string {
  const ended = facts.endedAt === null ? 'not ended' : `ended ${times.exact(facts.endedAt)}${facts.endedBecause === '' ? '' : `: ${inline(facts.endedBecause)}`}`
  return lines(
    '## Monitoring & Alerts',
    '### Metrics to Monitor',
    facts.metrics.map((metric) => `- ${inline(metric)}`).join('\n') || '*None.*',
    '### Alert Thresholds',
    facts.thresholds.map(({ text, breaches }) => `- ${inline(text)} — ${breaches === 0 ? 'no breach recorded' : `**${breaches} ${breaches === 1 ? 'breach' : 'breaches'}**`}`).join('\n') || '*None.*',
    '### Monitoring Duration',
    `${inline(facts.text)} — ${facts.startedAt === null ? '**did not take place**' : `started ${times.exact(facts.startedAt)}, ${ended}`}`,
    ...(facts.followUp ? ['### Follow-up Monitoring', `${facts.followUp.texts.map(inline).join('; ')} — ${inline(followUpWords(facts.followUp, times))}`] : []),
  )
}

export function communications({ communications: messages }: ReportModel, times: Times): string {
  const stages: [MessageReport['stage'], string][] = [['before', 'Pre-Deployment'], ['during', 'During Deployment'], ['after', 'Post-Deployment']]
  const blocks = stages.flatMap(([stage, name]) => {
    const those = messages.filter((message) => message.stage === stage)
    return those.length === 0 ? [] : [`**${name}:**`, those.map((message) => `- ${messageLine(message, times)}`).join('\n')]
  })
  return lines('## Communication Plan', '### Stakeholder Notification', ...(blocks.length === 0 ? ['*None.*'] : blocks))
}

function messageLine(message: MessageReport, times: Times): string {
  const note = message.note === '' ? '' : `: ${inline(message.note)}`
  const what = `${inline(message.text)} (${timingWords(message.timing)})`
  if (message.state === 'pending') return `${what} — **not recorded as sent**`
  if (message.state === 'skipped') return `${what} — **skipped** by ${inline(message.by)}${note}`
  return `${what} — sent ${message.sentAt.map((at) => times.exact(at)).join(', ')} by ${inline(message.by)}${note}`
}

export function postDeployment({ postDeployment: { checklist, followUps }, rollback: { decision } }: ReportModel, times: Times): string {
  return lines('## Post-Deployment', '### Verification Checklist', itemList(checklist, times, decision === null ? 'open' : 'not due: the rollback took its place'), '### Follow-up Actions', itemList(followUps, times))
}
