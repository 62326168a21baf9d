import { useRun } from './room-context.ts'
import { PhaseTable } from './phase-table.tsx'
import styles from './detail.module.css'

/** What this run is about, for when nothing in it is selected. */
export function RunOverview() {
  const runbook = useRun((state) => state.runbook)
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <p className={styles.crumb}>{runbook.overview.deploymentType ?? 'Run'}</p>
        <h2 className={styles.title}>{runbook.title}</h2>
      </header>
      <div className={styles.body}>
        <PhaseTable />
        {runbook.changes.length > 0 && (
          <section className={styles.section}>
            <h3>Changes</h3>
            <ul className={styles.plain}>{runbook.changes.map((change) => <li key={change.id}>{change.text}</li>)}</ul>
          </section>
        )}
        {runbook.tickets.length > 0 && (
          <section className={styles.section}>
            <h3>Tickets</h3>
            <ul className={styles.plain}>{runbook.tickets.map((ticket) => <li key={ticket.id}><code>{ticket.key}</code> {ticket.text}</li>)}</ul>
          </section>
        )}
        <section className={styles.section}>
          <h3>If it goes wrong</h3>
          <p>{runbook.rollback.steps.length === 0 ? 'The runbook has no rollback steps.' : `${runbook.rollback.steps.length} rollback steps: ${runbook.rollback.steps.map((step) => step.title).join(' → ')}.`}</p>
        </section>
      </div>
    </div>
  )
}
