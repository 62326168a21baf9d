import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { compareOutputs } from '#renderer/stores/compare.ts'
import type { CompareLine, Comparison } from '#renderer/stores/compare.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Select } from '#renderer/ui/field.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './compare-outputs.module.css'
import { useRoom } from './room-context.ts'

export interface CompareOutputsProps {
  stepId: string
  names: string[]
  /** Whose output is looked at now: the one on the left to begin with. */
  host: string | null
}

const ROW_HEIGHT = 18

/** What two hosts said in a step, line by line. It is read once: a step that runs can be compared again. */
export function CompareOutputs({ stepId, names, host }: CompareOutputsProps) {
  const { client, runId } = useRoom()
  const [left, setLeft] = useState(host ?? names[0] ?? '')
  const [right, setRight] = useState(names.find((name) => name !== left) ?? '')
  const [times, setTimes] = useState(0)
  const asked = JSON.stringify([stepId, left, right, times])
  const [done, setDone] = useState<{ asked: string; comparison: Comparison } | null>(null)
  const comparison = done?.asked === asked ? done.comparison : null
  useEffect(() => {
    let wanted = true
    void compareOutputs({ client, runId, stepId, left, right }).then((compared) => wanted && setDone({ asked, comparison: compared }))
    return () => {
      wanted = false
    }
  }, [client, runId, stepId, left, right, asked])
  const options = names.map((name) => ({ value: name, label: name }))
  return (
    <div className={styles.compare}>
      <div className={styles.head}>
        <Select aria-label="Left" options={options} value={left} onChange={(event) => setLeft(event.target.value)} />
        <Select aria-label="Right" options={options} value={right} onChange={(event) => setRight(event.target.value)} />
        <Button size="s" variant="quiet" busy={comparison === null} onClick={() => setTimes(times + 1)}>Compare again</Button>
        <span className={styles.says} role="status">{words(comparison)}</span>
      </div>
      {comparison?.kind === 'problem' && <ProblemNote problem={comparison.problem} />}
      {comparison?.kind === 'too-large' && <p className={styles.note}>{comparison.words}</p>}
      {comparison?.kind === 'lines' && <Lines lines={comparison.lines} />}
    </div>
  )
}

function words(comparison: Comparison | null): string {
  if (comparison?.kind !== 'lines') return comparison ? '' : 'Reading…'
  const { differences } = comparison
  return differences === 0 ? 'No line is different' : `${differences.toLocaleString('en')} ${differences === 1 ? 'line differs' : 'lines differ'}`
}

function Lines({ lines }: { lines: CompareLine[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 20 })
  return (
    <div className={styles.scroller} ref={scroller} tabIndex={0} role="region" aria-label="Differences">
      <div className={styles.canvas} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const line = lines[row.index]
          return line && <div key={row.key} className={styles.line} data-kind={line.kind} style={{ transform: `translateY(${row.start}px)` }}><Line line={line} /></div>
        })}
      </div>
    </div>
  )
}

const SIGNS = { same: ' ', left: '−', right: '+' }

function Line({ line }: { line: CompareLine }) {
  if (line.kind === 'gap') return <span className={styles.gap}>⋯ {line.lines.toLocaleString('en')} equal {line.lines === 1 ? 'line' : 'lines'}</span>
  return (
    <>
      <span className={styles.number}>{line.left}</span>
      <span className={styles.number}>{line.right}</span>
      <span className={styles.sign}>{SIGNS[line.kind]}</span>
      <span className={styles.text}>{line.text.slice(0, 2000)}</span>
    </>
  )
}
