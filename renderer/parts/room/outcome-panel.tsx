import { isRollbackFailed, rollbackSteps, statusOf } from '#domain/run/view.ts'
import { leftToDo, type LeftToDo as Left } from '#domain/run/left-to-do.ts'
import type { RunState } from '#domain/run/state.ts'
import { formatLength } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { PhaseTable } from './phase-table.tsx'
import { useRun, useZone } from './room-context.ts'
import styles from './outcome-panel.module.css'

/** How it ended, in numbers, and against the plan. */
export function OutcomePanel() {
  const zone = useZone()
  const status = useRun(statusOf)
  const failedBack = useRun(isRollbackFailed)
  const startedAt = useRun((state) => state.startedAt)
  const finishedAt = useRun((state) => state.finishedAt)
  const facts = JSON.parse(useRun((state) => JSON.stringify(factsOf(state)))) as [string, string][]
  return (
    <div className={styles.outcome}>
      <StatusMark status={status} size="l" {...(failedBack && { word: 'Rollback failed' })} />
      <LeftToDo />
      <dl className={styles.facts}>
        {startedAt !== null && <div><dt>Started</dt><dd><Time at={startedAt} zone={zone} form="moment" /></dd></div>}
        {finishedAt !== null && <div><dt>Ended</dt><dd><Time at={finishedAt} zone={zone} form="moment" /></dd></div>}
        {startedAt !== null && finishedAt !== null && <div><dt>Took</dt><dd>{formatLength(finishedAt - startedAt)}</dd></div>}
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      <PhaseTable />
    </div>
  )
}

/** What the rollback has not done, and where: somebody has to. */
function LeftToDo() {
  const left = JSON.parse(useRun((state) => JSON.stringify(leftToDo(state)))) as Left[]
  if (left.length === 0) return null
  return (
    <section className={styles.left} aria-label="Left to do by hand">
      <h3>Left to do by hand</h3>
      <ol>
        {left.map(({ id, title, hosts, status }) => (
          <li key={id}><StatusMark status={status} size="s" {...(status === 'planned' && { word: 'Not begun' })} /><span>{title}{hosts.length > 0 && <small> on {hosts.join(', ')}</small>}</span></li>
        ))}
      </ol>
    </section>
  )
}

function factsOf(state: RunState): [string, string][] {
  // As the report counts: what went back to a phase and on again has taken back its undo steps too.
  const lane = [...state.runbook.phases.flatMap((phase) => phase.steps), ...(state.rollback ? rollbackSteps(state) : [])]
  const steps = lane.flatMap(({ id }) => state.steps[id] ?? [])
  const count = (status: string): number => steps.filter((step) => step.status === status).length
  return [
    ['Steps succeeded', String(count('succeeded'))],
    ['Skipped', String(count('skipped'))],
    ['Failed or unknown', String(count('failed') + count('unknown'))],
    ['Retries', String(steps.reduce((sum, step) => sum + Math.max(0, step.attempt - 1), 0))],
    ['Breaches', String(state.breaches.length)],
    ['Notes', String(state.notes.length)],
    ...(state.rollback ? [['Rolled back by', `${state.rollback.by}: ${state.rollback.reason}`] satisfies [string, string]] : []),
  ]
}
