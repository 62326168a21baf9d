import { ChevronDown, Play } from 'lucide-react'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { paceFrom, paceGroups, paceValue } from './pace.ts'
import type { Pace } from './pace.ts'
import styles from './rehearse-button.module.css'

export interface RehearseButtonProps {
  pace: Pace
  onPace: (pace: Pace) => void
  onRehearse: () => void
  busy: boolean
  primary: boolean
  /** What is rehearsed, for screen readers. */
  title: string
  shortcut?: string
}

/** One press rehearses; the right half picks the speed. */
export function RehearseButton({ pace, onPace, onRehearse, busy, primary, title, shortcut }: RehearseButtonProps) {
  return (
    <span className={classNames(styles.split, primary && styles.primary)}>
      <Button variant={primary ? 'primary' : 'neutral'} className={styles.main} icon={<Play size={12} fill="currentColor" />} busy={busy} onClick={onRehearse} aria-label={`Rehearse ${title}`} shortcut={shortcut}>
        Rehearse
      </Button>
      <span className={styles.pace}>
        <select value={paceValue(pace)} aria-label="Speed of the rehearsal" title="Speed of the rehearsal" onChange={(event) => onPace(paceFrom(event.target.value))}>
          {paceGroups.map((group) => (
            <optgroup key={group.label} label={group.label}>
              {group.options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
            </optgroup>
          ))}
        </select>
        <ChevronDown size={12} aria-hidden="true" />
      </span>
    </span>
  )
}
