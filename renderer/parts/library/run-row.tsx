import { FileText } from 'lucide-react'
import type { RunSummary } from '#preload/contract.ts'
import { hashOf } from '#renderer/stores/route.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { RehearsalTag, Tag } from '#renderer/ui/tag.tsx'
import { Duration, Time } from '#renderer/ui/time.tsx'
import styles from './run-row.module.css'

/** One run; the beginning of its id is in its report as well, and tells rehearsals apart that began at the same time of their own clock. */
export function RunRow({ run }: { run: RunSummary }) {
  const ended = run.finishedAt !== null
  const rehearsed = run.mode === 'rehearsal'
  return (
    <li className={styles.row} data-run={run.id}>
      <div className={styles.standing}>
        <StatusMark status={run.status} size="s" />
        {rehearsed ? <RehearsalTag /> : <Tag tone="bad">LIVE</Tag>}
      </div>
      <div className={styles.words}>
        <a href={hashOf({ screen: 'run', id: run.id })} className={styles.title} title={run.title} dir="auto" data-run-title="">{run.title}</a>
        <p className={styles.facts}>
          {/* What is watched to a moment says that one: both do not fit a line, and the report has the other. */}
          {run.monitoringEndsAt === null && <span title={rehearsed ? 'By the clock of the rehearsal' : undefined}>{rehearsed && 'as of '}<Time at={run.createdAt} form="moment" /></span>}
          <span>{run.finishedAt !== null ? <Duration ms={run.finishedAt - run.createdAt} /> : run.monitoringEndsAt === null ? 'not ended' : <>until <Time at={run.monitoringEndsAt} form="moment" /></>}</span>
          <span>{run.operator}</span>
          <span title={run.id}>run {run.id.slice(0, 8)}</span>
        </p>
      </div>
      <a href={hashOf({ screen: 'report', id: run.id })} className={styles.report} aria-label={`Report of ${run.title}`} title={ended ? 'Report' : 'Report so far'}><FileText size={14} aria-hidden="true" /></a>
    </li>
  )
}
