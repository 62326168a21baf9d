import { automatedRunning, runningSteps } from '#domain/run/view.ts'
import { RollbackCost } from './rollback-cost.tsx'
import { StepForecast } from './step-forecast.tsx'
import { useRun } from './room-context.ts'
import styles from './rollback-preview.module.css'

/** What a rollback would do now: its steps with hosts and lengths, what becomes of what is running, and whether it fits. */
export function RollbackPreview() {
  const plan = useRun((state) => state.runbook.rollback)
  const automatic = useRun((state) => state.automatic)
  const running = useRun((state) => automatedRunning(state).map(({ step }) => `“${step.title}”`).join(', '))
  const byHand = useRun((state) => runningSteps(state).filter(({ step }) => step.kind === 'manual').map(({ step }) => `“${step.title}”`).join(', '))
  return (
    <div className={styles.preview}>
      <p>
        {running !== '' && <>{running} is running and is asked to stop. The rollback begins when it has ended. </>}
        {byHand !== '' && <>{byHand}, done by hand, is recorded as skipped. </>}
        {running === '' && `${byHand === '' ? 'Nothing is running. ' : ''}The rollback begins at once. `}
        {automatic ? 'Its steps follow one another by themselves.' : 'Each of its steps waits for Enter.'}
      </p>
      {plan.steps.length === 0 && <p className={styles.none}>The runbook has no rollback steps. The run only changes to rolling back: you do the rest by hand.</p>}
      {plan.steps.length > 0 && (
        <ol className={styles.steps}>
          {plan.steps.map((step) => (
            <li key={step.id}>
              <span>{step.title}</span>
              <small>{step.hosts.length > 0 ? step.hosts.join(', ') : step.kind === 'manual' ? 'by hand' : ''}</small>
              <small><StepForecast stepId={step.id} plannedMs={step.plannedMs} /></small>
            </li>
          ))}
        </ol>
      )}
      {plan.validation.length > 0 && <p className={styles.total}>Then {plan.validation.length} validation {plan.validation.length === 1 ? 'item' : 'items'}, whose time is not counted.</p>}
      <RollbackCost />
    </div>
  )
}
