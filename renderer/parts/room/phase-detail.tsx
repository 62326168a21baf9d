import { formatClock } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './detail.module.css'

/** A phase: its steps with planned, actual and projected times side by side. */
export function PhaseDetail({ phaseId }: { phaseId: string }) {
  const phase = useRun((state) => state.runbook.phases.find((one) => one.id === phaseId))
  if (!phase) return null
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <p className={styles.crumb}>Phase {phase.number}</p>
        <h2 className={styles.title}>{phase.title}</h2>
      </header>
      <div className={styles.body}>
        <table className={styles.table}>
          <thead><tr><th scope="col">Step</th><th scope="col">State</th><th scope="col">Owner</th><th scope="col">Planned</th><th scope="col">Actual</th><th scope="col">Projected</th></tr></thead>
          <tbody>{phase.steps.map((step) => <StepRow key={step.id} id={step.id} title={step.title} owner={step.owner} />)}</tbody>
        </table>
      </div>
    </div>
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
      <td>{owner ?? '–'}</td>
      {times.split('\n').map((text, place) => <td key={place}>{text}</td>)}
    </tr>
  )
}
