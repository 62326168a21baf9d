import { FileText } from 'lucide-react'
import type { RunSummary } from '#preload/contract.ts'
import { hashOf } from '#renderer/stores/route.ts'
import { formatAgo, localZone } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { RehearsalTag, Tag } from '#renderer/ui/tag.tsx'
import { Duration } from '#renderer/ui/time.tsx'
import styles from './run-row.module.css'

export function RunRow({ run, now }: { run: RunSummary; now: number }) {
  const ended = run.finishedAt !== null
  return (
    <li className={styles.row}>
      <StatusMark status={run.status} size="s" className={styles.status} />
      <div className={styles.words}>
        <a href={hashOf({ screen: 'run', id: run.id })} className={styles.title}>{run.title}</a>
        <p className={styles.facts}>
          <span>{formatAgo(run.createdAt, now, localZone())}</span>
          <span>{run.operator}</span>
          {run.finishedAt !== null && <Duration ms={run.finishedAt - run.createdAt} />}
        </p>
      </div>
      {run.mode === 'rehearsal' ? <RehearsalTag /> : <Tag tone="bad">LIVE</Tag>}
      <a href={hashOf({ screen: 'report', id: run.id })} className={styles.report} aria-label={`Report of ${run.title}`} title={ended ? 'Report' : 'Report so far'}><FileText size={14} aria-hidden="true" /></a>
    </li>
  )
}
