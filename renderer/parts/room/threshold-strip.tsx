import { useMemo } from 'react'
import { allThresholds, watchedUntil } from '#domain/run/health.ts'
import type { Threshold } from '#domain/threshold.ts'
import { formatLength } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { staleness, trustMs, wordOf } from './health-of.ts'
import type { ThresholdWord } from './health-of.ts'
import { useRoom, useRun, useRunRoom, useSamples, useView } from './room-context.ts'
import styles from './threshold-strip.module.css'

/** Every threshold and compiled trigger with where it stands, in shape and word. */
export function ThresholdStrip() {
  const runbook = useRun((state) => state.runbook)
  const thresholds = useMemo(() => allThresholds(runbook), [runbook])
  if (thresholds.length === 0) return null
  return (
    <ul className={styles.strip} aria-label="Thresholds">
      {thresholds.map((threshold) => <Row key={threshold.id} threshold={threshold} trigger={!runbook.thresholds.includes(threshold)} />)}
    </ul>
  )
}

const marks: Record<ThresholdWord, { status: 'ok' | 'breached' | 'no-data' | 'overridden' | 'waiting'; word: string }> = {
  ok: { status: 'ok', word: 'ok' },
  warning: { status: 'waiting', word: 'past limit' },
  breached: { status: 'breached', word: 'BREACHED' },
  overridden: { status: 'overridden', word: 'overridden' },
  'no-data': { status: 'no-data', word: 'no data' },
}

function Row({ threshold, trigger }: { threshold: Threshold; trigger: boolean }) {
  const { view } = useRoom()
  const series = useSamples((samples) => samples.series[threshold.metric])
  const rate = useRunRoom((room) => room.clock?.rate ?? 1)
  const trust = useRun((state) => trustMs(state, threshold.metric, rate))
  const until = useRun(watchedUntil)
  const stale = useView((view) => (series ? staleness(series, trust, until ?? view.now) !== null : true))
  const word = useRun((state) => wordOf(state, threshold, series?.latest ?? null, stale ? Infinity : null))
  const look = marks[word]
  return (
    <li className={styles.row}>
      <button type="button" className={styles.text} title="How this is judged" onClick={() => view.getState().showVerdicts(true)}>{threshold.text}</button>
      {trigger && <span className={styles.trigger} title="A rollback trigger">rollback</span>}
      <span className={styles.word} title={word === 'warning' ? `A breach after ${formatLength(threshold.holdMs)} without a break` : undefined}>
        <StatusMark status={look.status} size="s" word={look.word} />
      </span>
    </li>
  )
}
