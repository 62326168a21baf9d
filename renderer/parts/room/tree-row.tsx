import { ChevronRight } from 'lucide-react'
import { memo } from 'react'
import type { MouseEvent } from 'react'
import type { RunState } from '#domain/run/state.ts'
import { findStep } from '#domain/run/view.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock, formatCounter } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { HostDots } from './host-dots.tsx'
import { useRun, useView, useZone } from './room-context.ts'
import type { RowPlace, TreeRow } from './tree-rows.ts'
import styles from './tree.module.css'

export interface TreeRowProps {
  row: TreeRow
  /** Where it is drawn, px from the top of the runbook. */
  top: number
  /** Which of how many beside it: the others may not be drawn. */
  place: RowPlace | undefined
  selected: boolean
  current: boolean
  onChoose: (id: string) => void
  onToggle: (row: TreeRow) => void
}

/** One row of the runbook. It reads its own state, so that it repaints alone. */
export const TreeRowView = memo(function TreeRowView({ row, top, place, selected, current, onChoose, onToggle }: TreeRowProps) {
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation()
    onToggle(row)
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree handles the keys of its rows
    <div
      id={`row-${row.id}`} role="treeitem" aria-level={row.level} aria-posinset={place?.position} aria-setsize={place?.of} aria-selected={selected} aria-expanded={row.expanded ?? undefined} aria-current={current ? 'step' : undefined}
      tabIndex={selected ? 0 : -1} data-row={row.id}
      className={classNames(styles.row, styles[row.kind], styles[`level${row.level}`], selected && styles.selected, current && styles.current)}
      style={{ top }} onClick={() => onChoose(row.id)}
    >
      {row.expanded !== null && (
        <span className={classNames(styles.fold, row.expanded && styles.open)} onClick={toggle} aria-hidden="true"><ChevronRight size={14} /></span>
      )}
      <RowBody row={row} />
    </div>
  )
})

function RowBody({ row }: { row: TreeRow }) {
  switch (row.kind) {
    case 'step': return <StepBody row={row} />
    case 'item': return <ItemBody row={row} />
    case 'gate': return <GateBody row={row} />
    case 'phase': return <PhaseBody row={row} />
    case 'section':
    case 'group': return <><Title text={row.title} /><Count ids={row.countIds} /></>
  }
}

function StepBody({ row }: { row: TreeRow }) {
  const step = useRun((state) => state.steps[row.id])
  const owner = useRun((state) => findStep(state.runbook, row.id)?.step.owner ?? null)
  return (
    <>
      <StatusMark status={step?.status ?? 'planned'} shapeOnly />
      <Title text={row.title} />
      {step && <HostDots hosts={step.hosts} />}
      <Person name={owner} />
      <StepTime id={row.id} />
    </>
  )
}

/** Cut off at the end when there is no room; hovering shows it whole. */
const Title = ({ text }: { text: string }) => <span className={styles.title} title={text} dir="auto">{text}</span>

/** The first name: titles give way to it. */
const Person = ({ name }: { name: string | null }) => (name === null ? null : <span className={styles.owner} title={name}>{name.split(' ')[0]}</span>)

/** How long it took or has been running; before that, when it is planned. */
function StepTime({ id }: { id: string }) {
  const zone = useZone()
  const text = useView((view) => {
    const timing = view.timing?.steps[id]
    if (!timing) return ''
    if (timing.actual.startAt !== null) return formatCounter((timing.actual.endAt ?? Math.max(view.now, timing.actual.startAt)) - timing.actual.startAt)
    return timing.projected.startAt === null ? '' : formatClock(timing.projected.startAt, zone)
  })
  return <span className={styles.time}>{text}</span>
}

function ItemBody({ row }: { row: TreeRow }) {
  const item = useRun((state) => state.items[row.id])
  const owner = useRun((state) => ownerOf(state, row.id))
  return (
    <>
      <StatusMark status={item?.state ?? 'open'} shapeOnly />
      <Title text={row.title} />
      <Person name={item?.by ?? owner} />
    </>
  )
}

function GateBody({ row }: { row: TreeRow }) {
  const gate = useRun((state) => state.gates[row.id])
  // A gate that nobody decided on before the rollback or the end asks for nothing any more.
  const over = useRun((state) => (state.rollback !== null || state.stage === 'ended' || state.aborting !== null) && state.gates[row.id]?.state === 'reached')
  const look = over ? ({ status: 'closed', word: 'Not decided' } as const) : ({ status: gate?.state ?? 'closed' } as const)
  return (
    <>
      <StatusMark {...look} shapeOnly />
      <Title text={row.title} />
      <Person name={gate?.by ?? null} />
      <StatusMark {...look} size="s" className={styles.verdict} />
    </>
  )
}

function PhaseBody({ row }: { row: TreeRow }) {
  const zone = useZone()
  const number = row.title.slice(0, row.title.indexOf(' '))
  const planned = useView((view) => {
    const span = view.timing?.phases[row.id]?.planned
    return span?.startAt && span.endAt ? `${formatClock(span.startAt, zone)}–${formatClock(span.endAt, zone)}` : ''
  })
  const late = useView((view) => lateness(view.timing?.phases[row.id]?.lateMs ?? 0))
  const end = useView((view) => {
    const timing = view.timing?.phases[row.id]
    const at = timing?.actual.endAt ?? timing?.projected.endAt
    return at ? formatClock(at, zone) : ''
  })
  return (
    <>
      <span className={styles.number}>{number}</span>
      <Title text={row.title.slice(number.length + 1)} />
      <Count ids={row.countIds} />
      <span className={styles.plan} title="Planned; then the projected end">{planned}</span>
      <span className={classNames(styles.projected, late > 0 && styles.late)} title={late === 0 ? 'On time' : `${Math.abs(late)} min ${late > 0 ? 'late' : 'early'}`}>
        {end === '' ? '' : `${late > 0 ? 'late ' : '→ '}${end}`}
      </span>
    </>
  )
}

/** Whole minutes late (or early, negative); less than one is on time. */
const lateness = (ms: number): number => Math.trunc(ms / 60_000)

function Count({ ids }: { ids: string[] }) {
  const done = useRun((state) => ids.filter((id) => isClosed(state, id)).length)
  return <span className={classNames(styles.count, done === ids.length && styles.full)}>{done}/{ids.length}</span>
}

function isClosed(state: RunState, id: string): boolean {
  const status = state.steps[id]?.status
  if (status !== undefined) return status === 'succeeded' || status === 'skipped'
  return state.items[id] !== undefined && state.items[id].state !== 'open'
}

function ownerOf(state: RunState, id: string): string | null {
  const { runbook } = state
  const items = [...runbook.checklists.flatMap((list) => list.items), ...runbook.postChecklist, ...runbook.rollback.validation]
  return items.find((item) => item.id === id)?.owner ?? null
}
