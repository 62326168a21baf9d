import { useRun } from './room-context.ts'
import { StepTable } from './step-table.tsx'
import styles from './detail.module.css'

/** A phase: its steps and how they stand to the plan. */
export function PhaseDetail({ phaseId }: { phaseId: string }) {
  const phase = useRun((state) => state.runbook.phases.find((one) => one.id === phaseId))
  if (!phase) return null
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <p className={styles.crumb}>Phase {phase.number}</p>
        <h2 className={styles.title}>{phase.title}</h2>
      </header>
      <div className={styles.body}><StepTable steps={phase.steps} /></div>
    </div>
  )
}
