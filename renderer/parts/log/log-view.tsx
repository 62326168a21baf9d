import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useLayoutEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import type { OutputStore } from '#renderer/stores/output.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { AnsiText } from './ansi-text.tsx'
import { indexOf } from './lines.ts'
import type { LogLine } from './lines.ts'
import { LogBar } from './log-bar.tsx'
import styles from './log-view.module.css'

export const ROW_HEIGHT = 18
/** This far from an edge of the window the next one is read. */
const NEAR = ROW_HEIGHT * 20

export interface LogViewProps {
  output: OutputStore
  zone: string
  /** Several hosts in one log: each line says whose it is, by this name. Null for one host. */
  nameOf: ((host: string) => string) | null
  /** What stands here before there is any output. */
  empty: string
}

/** A log of any length. It follows its end until the person scrolls up; then it stands still, and earlier or later lines are read as they are scrolled to. */
export function LogView({ output, zone, nameOf, empty }: LogViewProps) {
  const { log, before, after, following, newer, target, loading, problem } = useStore(output)
  const { lines } = log
  const scroller = useRef<HTMLDivElement>(null)
  const stood = useRef(0)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const rows = useVirtualizer({
    count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 20,
    getItemKey: (index) => lines[index]?.index ?? index,
  })
  const marked = target !== null && target.offset === null ? indexOf(lines, target) : -1

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    if (following) element.scrollTop = element.scrollHeight
    else if (target) element.scrollTop = indexOf(lines, target) * ROW_HEIGHT - (target.offset ?? element.clientHeight / 2)
    stood.current = element.scrollTop
    // Where it was held it stays: only what the store lays in anew moves the view.
  }, [following, target, lines])

  const onScroll = (): void => {
    const element = scroller.current
    if (!element) return
    const { scrollTop, scrollHeight, clientHeight } = element
    // What the effect above did is no wish of the person's.
    if (scrollTop === stood.current) return
    const isUp = scrollTop < stood.current
    stood.current = scrollTop
    const below = scrollHeight - clientHeight - scrollTop
    const { hold, show, toEnd } = output.getState()
    if (following) return below > ROW_HEIGHT * 2 && isUp ? hold() : undefined
    if (loading) return
    if (!isUp && below <= 1 && !after) return void toEnd()
    if ((isUp && before && scrollTop < NEAR) || (!isUp && (after || newer) && below < NEAR)) {
      const first = Math.floor(scrollTop / ROW_HEIGHT)
      const line = lines[first]
      if (line) void show({ seq: line.seq, breaks: line.breaks, offset: first * ROW_HEIGHT - scrollTop })
    }
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = { Home: output.getState().toStart, End: output.getState().toEnd }[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    void act()
  }

  if (problem && lines.length === 0) return <div className={styles.note}><ProblemNote problem={problem} /></div>
  return (
    <div className={styles.log}>
      <LogBar output={output} placeInView={() => lines[Math.floor((scroller.current?.scrollTop ?? 0) / ROW_HEIGHT)]?.seq ?? 0} />
      {problem && <div className={styles.note}><ProblemNote problem={problem} /></div>}
      <div className={styles.scroller} ref={scroller} onScroll={onScroll} onKeyDown={onKeyDown} data-output tabIndex={0} role="log" aria-label="Output" aria-live="off">
        {lines.length === 0 && !loading && <p className={styles.empty}>{empty}</p>}
        <div className={styles.canvas} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]
            return line ? <Line key={row.key} line={line} top={row.start} zone={zone} host={nameOf ? nameOf(line.host) : null} marked={row.index === marked} /> : null
          })}
        </div>
      </div>
    </div>
  )
}

const Line = memo(function Line({ line, top, zone, host, marked }: { line: LogLine; top: number; zone: string; host: string | null; marked: boolean }) {
  return (
    <div className={classNames(styles.line, line.stream === 'stderr' && styles.stderr, marked && styles.marked)} aria-current={marked || undefined} style={{ transform: `translateY(${top}px)` }}>
      <time className={styles.at}>{formatClock(line.at, zone, true)}</time>
      {host !== null && <span className={styles.host} title={line.host}>{host}</span>}
      <span className={styles.stream} title={line.stream}>{line.stream === 'stderr' ? '!' : ' '}</span>
      <span className={styles.text}>
        {line.torn && <span className={styles.mark} title="The line begins further up">⋯</span>}
        <AnsiText text={line.text} start={line.startStyle} />
        {line.overwrites > 0 && <span className={styles.mark} title="The line was written over by carriage returns; its last state is shown">↻{line.overwrites}</span>}
        {line.cut > 0 && <span className={styles.mark}>⋯ {line.cut.toLocaleString('en')} more characters</span>}
      </span>
    </div>
  )
})
