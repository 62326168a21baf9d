import type { RunbookSummary } from '#preload/contract.ts'
import { hashOf } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { Tag } from '#renderer/ui/tag.tsx'
import { FindingsBadge } from '#renderer/parts/runbook/findings-badge.tsx'
import type { Pace } from './pace.ts'
import { RehearseButton } from './rehearse-button.tsx'
import styles from './runbook-row.module.css'

export interface RunbookRowProps {
  runbook: RunbookSummary
  selected: boolean
  busy: boolean
  pace: Pace
  onPace: (pace: Pace) => void
  onSelect: () => void
  onRehearse: () => void
  onRunLive: () => void
}

export function RunbookRow({ runbook, selected, busy, pace, onPace, onSelect, onRehearse, onRunLive }: RunbookRowProps) {
  const open = hashOf({ screen: 'runbook', id: runbook.id })
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
  return (
    <li className={classNames(styles.row, selected && styles.selected)} onFocus={onSelect} onMouseDown={onSelect} data-runbook={runbook.id}>
      <div className={styles.words}>
        <div className={styles.head}>
          <a href={open} className={styles.title} title={runbook.title} dir="auto">{runbook.title}</a>
          {runbook.example && <Tag tone="info">Example</Tag>}
          <FindingsBadge errors={runbook.errors} warnings={runbook.warnings} />
        </div>
        <p className={styles.facts}>
          {runbook.version !== null && <span className={styles.version}>{runbook.version}</span>}
          {runbook.environment !== null && <span>{runbook.environment}</span>}
          <span>{runbook.windowText ?? 'No change window'}</span>
          <span>{plural(runbook.steps, 'step')}</span>
          <span>{plural(runbook.hosts, 'host')}</span>
        </p>
      </div>
      <div className={styles.actions}>
        <Button variant="quiet" aria-label={`Run ${runbook.title} live`} onClick={onRunLive} shortcut={selected ? 'l' : undefined}>Run live…</Button>
        <RehearseButton title={runbook.title} pace={pace} onPace={onPace} onRehearse={onRehearse} busy={busy} primary={selected} shortcut={selected ? 'r' : undefined} />
      </div>
    </li>
  )
}
