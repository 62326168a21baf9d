import type { ReactNode } from 'react'
import type { ReportModel } from '#domain/report/model.ts'
import type { Standing } from '#domain/timing.ts'
import { formatLength, formatUntil } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { RehearsalTag, Tag } from '#renderer/ui/tag.tsx'
import { Duration, Time } from '#renderer/ui/time.tsx'
import styles from './report-head.module.css'

/** The outcome, and the figures a reader looks for first. */
export function ReportHead({ report }: { report: ReportModel }) {
  const { overview, summary, zone } = report
  return (
    <header className={styles.head}>
      <div className={styles.outcome}>
        <StatusMark status={overview.status} size="l" {...(overview.monitoringEndsAt !== null && { word: `Monitoring until ${formatUntil(overview.monitoringEndsAt, report.generatedAt, zone)}` })} />
        {report.mode === 'rehearsal' ? <RehearsalTag /> : <Tag tone="bad">LIVE</Tag>}
      </div>
      <h2 className={styles.title}>{report.title}</h2>
      <p className={styles.line}>
        {[overview.deploymentType, overview.version, overview.environment].filter(Boolean).join(' · ')}
        {overview.startedAt !== null && <> · <Time at={overview.startedAt} zone={zone} form="date" /> · times in {zone}</>}
        {overview.people.length > 0 && <> · {overview.people.join(', ')}</>}
      </p>
      <dl className={styles.figures}>
        <Figure label="Started">{overview.startedAt === null ? 'Not started' : <Time at={overview.startedAt} zone={zone} />}</Figure>
        <Figure label="Finished">{overview.finishedAt === null ? 'Not finished' : <Time at={overview.finishedAt} zone={zone} />}</Figure>
        <Figure label="Took">{overview.durationMs === null ? '–' : <Duration ms={overview.durationMs} />}</Figure>
        <Figure label="Change window">{windowWords(report)}</Figure>
        <Figure label="Steps done">{summary.steps.succeeded} of {Object.values(summary.steps).reduce((sum, count) => sum + count, 0)}</Figure>
        <Figure label="Incidents">{summary.incidents === 0 ? 'None' : summary.incidents}</Figure>
      </dl>
      {summary.attention.length > 0 && (
        <ul className={styles.attention} aria-label="What must not be missed">
          {summary.attention.map((sentence) => <li key={sentence}>{sentence}</li>)}
        </ul>
      )}
    </header>
  )
}

const kept: Record<Standing, string> = { within: 'Kept', tight: 'Kept, just', over: 'Overrun', unplanned: 'None planned' }
const projected: Record<Standing, string> = { within: 'In time so far', tight: 'Tight', over: 'Will overrun', unplanned: 'None planned' }

/** Kept or not is said only of what is over; before that it is a projection, and before the start nothing. */
function windowWords({ overview }: ReportModel): string {
  if (overview.startedAt === null) return 'Not started'
  const words = (overview.finishedAt === null ? projected : kept)[overview.standing]
  if (overview.overrunMs !== null && overview.overrunMs > 0) return `${words} by ${formatLength(overview.overrunMs)}`
  return overview.beforeWindowMs === null ? words : `Begun ${formatLength(overview.beforeWindowMs)} early`
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return <div className={styles.figure}><dt>{label}</dt><dd>{children}</dd></div>
}
