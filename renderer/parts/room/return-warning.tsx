import { TriangleAlert } from 'lucide-react'
import { currentStep, findStep, nextStep } from '#domain/run/view.ts'
import { gateWarning } from './outlook-words.ts'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './return-warning.module.css'

/** Said before the next step begins when it would pass the point of no return. Nothing holds the run for it: people decide. */
export function ReturnWarning() {
  const zone = useZone()
  const { run } = useRoom()
  const nextId = useRun((state) => nextStep(state)?.id ?? null)
  const goesOn = useRun((state) => state.automatic && currentStep(state) !== null)
  const warning = useView(({ outlook }) => {
    const gate = outlook?.nextGate
    const runbook = run.getState().state?.runbook
    // For a moment after an event the outlook may still be about the step that has just begun.
    if (!gate || !runbook || gate.stepId !== nextId) return null
    return gateWarning(gate.gate, findStep(runbook, gate.stepId)?.step.title ?? '', zone)
  })
  if (warning === null) return null
  return (
    <p className={styles.warning}>
      <TriangleAlert size={14} aria-hidden="true" />
      <span>{warning} <b>{goesOn ? 'The run does not hold for this: pause it to decide first.' : 'Nothing holds the run for this: you decide.'}</b></span>
    </p>
  )
}
