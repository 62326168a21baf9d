import type { Phase } from '#domain/runbook.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './detail.module.css'

/** The phases against the plan, one line each. */
export function PhaseTable() {
  const phases = useRun((state) => state.runbook.phases)
  return (
    <table className={styles.table}>
      <thead><tr><th scope="col">Phase</th><th scope="col">Steps</th><th scope="col">Planned</th><th scope="col">Actual</th><th scope="col">End</th><th scope="col">Against the plan</th></tr></thead>
      <tbody>{phases.map((phase) => <Row key={phase.id} phase={phase} />)}</tbody>
    </table>
  )
}

function Row({ phase }: { phase: Phase }) {
  const { view } = useRoom()
  const zone = useZone()
  const cells = useView((room) => {
    const timing = room.timing?.phases[phase.id]
    const clock = (at: number | null | undefined): string => (at ? formatClock(at, zone) : '–')
    const span = (from: number | null | undefined, to: number | null | undefined): string => (from ? `${clock(from)}–${to ? clock(to) : '…'}` : '–')
    const late = Math.trunc((timing?.lateMs ?? 0) / 60_000)
    return [
      span(timing?.planned.startAt, timing?.planned.endAt), span(timing?.actual.startAt, timing?.actual.endAt),
      clock(timing?.actual.endAt ?? timing?.projected.endAt), !(timing?.actual.endAt ?? timing?.projected.endAt) ? '–' : late === 0 ? 'on time' : `${Math.abs(late)} min ${late > 0 ? 'late' : 'early'}`,
    ].join('\n')
  })
  return (
    <tr>
      <td><button type="button" className={styles.link} onClick={() => view.getState().choose(phase.id)}>{phase.number} {phase.title}</button></td>
      <td>{phase.steps.length}</td>
      {cells.split('\n').map((text, place) => <td key={place}>{text}</td>)}
    </tr>
  )
}
