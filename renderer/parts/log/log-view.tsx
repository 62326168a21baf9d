import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { OutputStore } from '#renderer/stores/output.ts'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { AnsiText } from './ansi-text.tsx'
import type { LogLine } from './lines.ts'
import styles from './log-view.module.css'

const ROW_HEIGHT = 18
const NEAR_END = ROW_HEIGHT * 2

export interface LogViewProps {
  output: OutputStore
  zone: string
  /** Several hosts in one log: each line says whose it is, by this name. Null for one host. */
  nameOf: ((host: string) => string) | null
  /** What stands here before there is any output. */
  empty: string
}

/** A live log. It follows its end until the person scrolls up; then new lines are counted and the place is kept. */
export function LogView({ output, zone, nameOf, empty }: LogViewProps) {
  const { log, older, loading, problem } = useStore(output)
  const lines = older?.lines ?? log.lines
  const scroller = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const [seen, setSeen] = useState(0)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const rows = useVirtualizer({
    count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 20,
    getItemKey: (index) => lines[index]?.index ?? index,
  })
  const tail = following && older === null

  useEffect(() => {
    if (tail && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [tail, lines, rows])

  const onScroll = (): void => {
    const element = scroller.current
    if (!element || older) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    if (atEnd === following) return
    setFollowing(atEnd)
    setSeen(log.total)
  }
  const toEnd = (): void => {
    output.getState().showTail()
    setFollowing(true)
  }
  const first = older ? older.firstIndex : (log.lines[0]?.index ?? 0)

  if (problem && lines.length === 0) return <div className={styles.note}><ProblemNote problem={problem} /></div>
  return (
    <div className={styles.log}>
      {first > 0 && (
        <div className={styles.older}>
          <span>{first.toLocaleString('en')} earlier lines are kept on disk.</span>
          <Button size="s" variant="quiet" busy={loading} onClick={() => void output.getState().showOlder(first)}>Show earlier</Button>
        </div>
      )}
      <div className={styles.scroller} ref={scroller} onScroll={onScroll} data-output tabIndex={0} role="log" aria-label="Output" aria-live="off">
        {lines.length === 0 && <p className={styles.empty}>{empty}</p>}
        <div className={styles.canvas} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]
            return line ? <Line key={row.key} line={line} top={row.start} zone={zone} host={nameOf ? nameOf(line.host) : null} /> : null
          })}
        </div>
      </div>
      {(older !== null || !following) && (
        <Button className={styles.toEnd} size="s" onClick={toEnd}>
          {older ? '↓ Back to the newest' : `↓ ${log.total > seen ? `${(log.total - seen).toLocaleString('en')} new lines` : 'To the end'}`}
        </Button>
      )}
    </div>
  )
}

const Line = memo(function Line({ line, top, zone, host }: { line: LogLine; top: number; zone: string; host: string | null }) {
  return (
    <div className={classNames(styles.line, line.stream === 'stderr' && styles.stderr)} style={{ transform: `translateY(${top}px)` }}>
      <time className={styles.at}>{formatClock(line.at, zone, true)}</time>
      {host !== null && <span className={styles.host} title={line.host}>{host}</span>}
      <span className={styles.stream} title={line.stream}>{line.stream === 'stderr' ? '!' : ' '}</span>
      <span className={styles.text}>
        <AnsiText text={line.text} start={line.startStyle} />
        {line.overwrites > 0 && <span className={styles.mark} title="The line was written over by carriage returns; its last state is shown">↻{line.overwrites}</span>}
        {line.cut > 0 && <span className={styles.mark}>⋯ {line.cut.toLocaleString('en')} more characters</span>}
      </span>
    </div>
  )
})
