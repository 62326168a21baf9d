import type { Step } from '#domain/step.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './detail.module.css'

/** Steps with planned, actual and projected times side by side. */
export function StepTable({ steps }: { steps: Step[] }) {
  return (
    <table className={styles.table}>
      <thead><tr><th scope="col">Step</th><th scope="col">State</th><th scope="col">Owner</th><th scope="col">Planned</th><th scope="col">Actual</th><th scope="col">Projected</th></tr></thead>
      <tbody>{steps.map((step) => <StepRow key={step.id} id={step.id} title={step.title} owner={step.owner} />)}</tbody>
    </table>
  )
}

function StepRow({ id, title, owner }: { id: string; title: string; owner: string | null }) {
  const { view } = useRoom()
  const zone = useZone()
  const status = useRun((state) => state.steps[id]?.status ?? 'planned')
  const span = (which: 'planned' | 'actual' | 'projected') => (from: number | null, to: number | null): string =>
    from === null ? '–' : `${formatClock(from, zone)}–${to === null ? (which === 'actual' ? 'now' : '?') : formatClock(to, zone)}`
  const times = useView((room) => {
    const timing = room.timing?.steps[id]
    return (['planned', 'actual', 'projected'] as const).map((which) => span(which)(timing?.[which].startAt ?? null, timing?.[which].endAt ?? null)).join('\n')
  })
  return (
    <tr>
      <td><button type="button" className={styles.link} onClick={() => view.getState().choose(id)}>{title}</button></td>
      <td><StatusMark status={status} size="s" /></td>
      <td className={styles.owner} title={owner ?? undefined}>{owner ?? '–'}</td>
      {times.split('\n').map((text, place) => <td key={place}>{text}</td>)}
    </tr>
  )
}
