import { TriangleAlert } from 'lucide-react'
import { waitingReturn } from '#domain/run/return-gate.ts'
import { findStep, nextStep } from '#domain/run/view.ts'
import { gateWarning } from './outlook-words.ts'
import { useRoom, useRun, useView, useZone } from './room-context.ts'
import styles from './return-warning.module.css'

/** Said before the next step begins when it would pass the point of no return. The run holds for a go/no-go. */
export function ReturnWarning() {
  const zone = useZone()
  const { run } = useRoom()
  const nextId = useRun((state) => nextStep(state)?.id ?? null)
  const isSigned = useRun((state) => nextId !== null && (state.returnGates[nextId]?.state === 'go' || state.returnPassed !== null))
  const isAsked = useRun((state) => waitingReturn(state) !== null)
  const warning = useView(({ outlook }) => {
    const gate = outlook?.nextGate
    const runbook = run.getState().state?.runbook
    // For a moment after an event the outlook may still be about the step that has just begun.
    if (!gate || !runbook || gate.stepId !== nextId) return null
    return gateWarning(gate.gate, findStep(runbook, gate.stepId)?.step.title ?? '', zone)
  })
  // The panel itself asks then, with the same numbers.
  if (warning === null || isAsked) return null
  return (
    <p className={styles.warning}>
      <TriangleAlert size={14} aria-hidden="true" />
      <span>{warning} <b>{isSigned ? 'Somebody has said go for it.' : 'The run holds before it for a go/no-go.'}</b></span>
    </p>
  )
}
