import type { RunState } from '#domain/run/state.ts'
import { undoOfAll, type Undo } from '#domain/run/undo.ts'
import { automatedRunning, runningSteps } from '#domain/run/view.ts'
import type { Step } from '#domain/step.ts'
import { shortNames } from './host-names.ts'
import { RollbackCost } from './rollback-cost.tsx'
import { StepForecast } from './step-forecast.tsx'
import { useRun } from './room-context.ts'
import styles from './rollback-preview.module.css'

/** What a rollback would do now: what it takes back and then its plan, with hosts and lengths; what becomes of what is running; and whether it fits. */
export function RollbackPreview() {
  const plan = useRun((state) => state.runbook.rollback)
  const widens = useRun((state) => state.rollback !== null)
  const automatic = useRun((state) => state.automatic)
  const running = useRun((state) => automatedRunning(state).filter(({ lane }) => lane === 'forward').map(({ step }) => `“${step.title}”`).join(', '))
  const byHand = useRun((state) => runningSteps(state).filter(({ step }) => step.kind === 'manual').map(({ step }) => `“${step.title}”`).join(', '))
  const rows = JSON.parse(useRun((state) => JSON.stringify(rowsOf(state)))) as RollbackRow[]
  return (
    <div className={styles.preview}>
      <p>
        {running !== '' && <>{running} is running: it is asked to stop, or waited for, as you choose. Nothing else goes forward, and the rollback begins when it has ended. </>}
        {byHand !== '' && <>{byHand}, done by hand, is recorded as skipped. </>}
        {widens && 'The rollback that is under way goes on, all the way back. '}
        {!widens && running === '' && `${byHand === '' ? 'Nothing is running. ' : ''}The rollback begins at once. `}
        {automatic ? 'Its steps follow one another by themselves.' : 'Each of its steps waits for Enter.'}
      </p>
      {rows.length === 0 && <p className={styles.none}>Nothing that was done has an undo, and the runbook has no rollback steps. The run only changes to rolling back: you do the rest by hand.</p>}
      <RollbackRows rows={rows} />
      {plan.validation.length > 0 && <p className={styles.total}>Then {plan.validation.length} validation {plan.validation.length === 1 ? 'item' : 'items'}, whose time is not counted.</p>}
      <RollbackCost />
    </div>
  )
}

/** Steps of a rollback in the order in which they are done. */
export function RollbackRows({ rows }: { rows: RollbackRow[] }) {
  if (rows.length === 0) return null
  return (
    <ol className={styles.steps}>
      {rows.map(({ id, title, where, doubt, plannedMs }) => (
        <li key={id}>
          <span>{title}{doubt !== '' && <em className={styles.doubt}>{doubt}</em>}</span>
          <small>{where}</small>
          <small><StepForecast stepId={id} plannedMs={plannedMs} /></small>
        </li>
      ))}
    </ol>
  )
}

export interface RollbackRow {
  id: string
  title: string
  where: string
  doubt: string
  plannedMs: number | null
}

/** More than a line carries are counted: what is read here is the order of the steps. */
const MOST_NAMED = 3
const hostsBriefly = (hosts: string[]): string => (hosts.length > MOST_NAMED ? `${hosts.length} hosts` : hosts.map(shortNames(hosts)).join(', '))

const rowsOf = (state: RunState): RollbackRow[] => [...undoRows(state, undoOfAll(state)), ...state.runbook.rollback.steps.map((step) => rowOf(step))]

export function undoRows(state: RunState, undo: (Undo & { step: Step })[]): RollbackRow[] {
  const running = new Set(runningSteps(state).map(({ step }) => step.id))
  return undo.map(({ step, stepId, certainty }) => rowOf(step, running.has(stepId) || running.has(step.id) ? 'running now' : doubtWords[certainty]))
}

const rowOf = ({ id, title, hosts, kind, plannedMs }: Step, doubt = ''): RollbackRow => ({ id, title, doubt, plannedMs, where: hosts.length > 0 ? hostsBriefly(hosts) : kind === 'manual' ? 'by hand' : '' })

export const doubtWords: Record<Undo['certainty'], string> = {
  changed: '', maybe: 'may have been applied in part', unknown: 'nobody knows how it ended: waits for you to look',
}
