import { X } from 'lucide-react'
import { memo, useEffect, useMemo, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { hostMatrix } from '#domain/run/host-matrix.ts'
import type { MatrixCell } from '#domain/run/host-matrix.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatCounter } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { statusLooks } from '#renderer/ui/status-look.ts'
import { shortNames } from './host-names.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import styles from './host-matrix.module.css'
import { useSelectedId } from './use-selection.ts'

const MOVES: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }

/** Every step against every host: where each stands, how long it took, how it ended. A cell opens that host's output. */
export function HostMatrix() {
  const { view } = useRoom()
  const state = useRun((run) => run)
  const { hosts, rows } = useMemo(() => hostMatrix(state), [state])
  const selected = useSelectedId()
  const grid = useRef<HTMLDivElement>(null)
  const short = shortNames(hosts)
  const current = Math.max(rows.findIndex(({ step }) => step.id === selected), 0)
  const first = Math.max(rows[current]?.cells.findIndex((cell) => cell !== null) ?? 0, 0)
  const close = (): void => view.getState().show('detail')

  useEffect(() => grid.current?.querySelector<HTMLElement>('button[tabindex="0"]')?.focus(), [])

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = MOVES[event.key]
    if (event.key === 'Escape') close()
    else if (by) moveFocus(grid.current, by)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <section className={styles.panel} aria-label="Steps and hosts" onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <h2 className={styles.title}>Steps and hosts</h2>
        <p className={styles.says}>Arrows move, Enter opens the output of a host.</p>
        <Button variant="quiet" icon={<X size={14} />} aria-label="Close the table" title="Close (Esc)" onClick={close} />
      </header>
      {rows.length === 0 ? <p className={styles.empty}>No step of this runbook runs on a host.</p> : (
        <div className={styles.scroller} ref={grid}>
          <table className={styles.table} role="grid" aria-label="Steps and hosts">
            <thead><tr><th scope="col">Step</th>{hosts.map((host) => <th key={host} scope="col" title={host}>{short(host)}</th>)}</tr></thead>
            <tbody>
              {rows.map(({ step, status, why, cells }, row) => (
                <tr key={step.id} className={classNames(row === current && styles.current)}>
                  <th scope="row" title={why === '' ? step.title : showControls(`${step.title}: ${why}`)}>
                    <span className={styles.step}><StatusMark status={status} size="s" shapeOnly /><span className={styles.name}>{step.title}</span></span>
                    {why !== '' && <span className={classNames(styles.why, status === 'unknown' && styles.unclear)}>{showControls(why)}</span>}
                  </th>
                  {cells.map((cell, column) => (
                    <td key={hosts[column]}>
                      {cell && <Cell cell={cell} stepId={step.id} step={step.title} host={hosts[column] ?? ''} place={`${row} ${column}`} isFirst={row === current && column === first} />}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

interface CellProps {
  cell: MatrixCell
  stepId: string
  step: string
  host: string
  place: string
  isFirst: boolean
}

const Cell = memo(function Cell({ cell, stepId, step, host, place, isFirst }: CellProps) {
  const { view } = useRoom()
  const took = useView(({ now }) => (cell.startedAt === null ? '' : formatCounter((cell.finishedAt ?? Math.max(now, cell.startedAt)) - cell.startedAt)))
  const end = cell.linkLost ? 'link lost' : cell.end
  const word = statusLooks[cell.state].word.toLowerCase()
  const said = [`${step} on ${host}: ${word}`, took, cell.linkLost ? 'link lost, still running there' : cell.words === word ? end : cell.words].filter((part) => part !== '').join(', ')
  return (
    <button
      type="button" className={classNames(styles.cell, cell.state === 'failed' && styles.failed, (cell.state === 'unknown' || cell.linkLost) && styles.unknown)} data-cell={place} tabIndex={isFirst ? 0 : -1}
      aria-label={showControls(said)} title={showControls(said)} onClick={() => view.getState().look({ stepId, host, place: null })}
    >
      <StatusMark status={cell.state} size="s" shapeOnly />
      <span className={styles.took}>{took}</span>
      <span className={styles.end}>{showControls(end)}</span>
    </button>
  )
}, (one, other) => JSON.stringify(one) === JSON.stringify(other))

/** To the next cell in that direction, over places where a step does not run. */
function moveFocus(grid: HTMLElement | null, [down, right]: [number, number]): void {
  const from = document.activeElement?.getAttribute('data-cell')?.split(' ').map(Number)
  if (!grid || !from) return
  const cells = new Map([...grid.querySelectorAll<HTMLElement>('[data-cell]')].map((cell) => [cell.dataset['cell'], cell]))
  const most = Math.max(...[...cells.keys()].flatMap((place) => (place ?? '').split(' ').map(Number)))
  for (let [row = 0, column = 0] = from; row >= 0 && column >= 0 && row <= most && column <= most;) {
    row += down
    column += right
    const cell = cells.get(`${row} ${column}`)
    if (!cell) continue
    cell.focus()
    return
  }
}
