import { useMemo } from 'react'
import { undoneBy } from '#domain/run/undo-step.ts'
import { findRunStep, findStep, isManual } from '#domain/run/view.ts'
import { createOutputStore } from '#renderer/stores/output.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { useRoom, useRun, useView } from './room-context.ts'
import { doubtWords } from './rollback-preview.tsx'
import { HostDoubts } from './host-doubts.tsx'
import { RowActionsBar } from './row-actions-bar.tsx'
import { StepFacts } from './step-facts.tsx'
import { StepHosts } from './step-hosts.tsx'
import { StepOutput } from './step-output.tsx'
import { StepWork } from './step-work.tsx'
import { TroublePanel } from './trouble-panel.tsx'
import styles from './detail.module.css'

/** A step: what will run and where before it starts; hosts and live output from then on; and what to do when it fails. */
export function StepDetail({ stepId }: { stepId: string }) {
  const { client, runId, view } = useRoom()
  const runbook = useRun((state) => state.runbook)
  const rollback = useRun((state) => state.rollback)
  const found = useMemo(() => findRunStep({ runbook, rollback }, stepId), [runbook, rollback, stepId])
  const status = useRun((state) => state.steps[stepId]?.status ?? 'planned')
  const begun = useRun((state) => Object.keys(state.steps[stepId]?.hosts ?? {}).length > 0)
  const looking = useView((view) => (view.looking?.stepId === stepId ? view.looking : null))
  const host = looking?.host ?? null
  const setHost = (chosen: string | null): void => view.getState().look({ stepId, host: chosen, place: null })
  const output = useMemo(() => createOutputStore({ client, runId, stepId, host }), [client, runId, stepId, host])
  if (!found) return null
  const { step, phase } = found
  const isTroubled = status === 'failed' || status === 'unknown'
  return (
    <div className={styles.detail}>
      <header className={classNames(styles.head, isTroubled && styles.troubled)}>
        <p className={styles.crumb}>{phase ? `Phase ${phase.number} · ${phase.title} · step ${phase.steps.indexOf(step) + 1} of ${phase.steps.length}` : <RollbackCrumb stepId={stepId} />}</p>
        <div className={styles.titleLine}>
          <h2 className={styles.title}>{step.title}</h2>
          <StatusMark status={status} />
        </div>
        <StepFacts step={step} />
        {isTroubled ? <TroublePanel stepId={stepId} /> : <><StepMessage stepId={stepId} /><RowActionsBar id={stepId} sayWhyNot={status === 'planned'} /></>}
        {status === 'planned' && <HostDoubts stepId={stepId} />}
      </header>
      {begun && <StepHosts stepId={stepId} chosen={host} onChoose={setHost} />}
      {begun
        ? <StepOutput output={output} stepId={stepId} host={host} place={looking?.place ?? null} onHost={setHost} step={step} />
        : <div className={styles.body}>{isManual(step) ? null : <StepWork step={step} />}</div>}
    </div>
  )
}

/** A step of the rollback plan, or what is taken back and how sure that is. */
function RollbackCrumb({ stepId }: { stepId: string }) {
  const undone = useRun((state) => findStep(state.runbook, undoneBy(stepId) ?? '')?.step.title ?? null)
  const doubt = useRun((state) => doubtWords[state.rollback?.undo?.find(({ step }) => step.id === stepId)?.certainty ?? 'changed'])
  return undone === null ? 'Rollback plan' : `Rollback · takes back “${undone}”${doubt === '' ? '' : ` · ${doubt}`}`
}

function StepMessage({ stepId }: { stepId: string }) {
  const message = useRun((state) => state.steps[stepId]?.message ?? '')
  return message === '' ? null : <p className={styles.message}>{message}</p>
}
