import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useShallow } from 'zustand/shallow'
import { formatDuration } from '#domain/duration.ts'
import { fitWords, rollbackWords } from './outlook-words.ts'
import { useView, useZone } from './room-context.ts'
import styles from './rollback-preview.module.css'

/** What going back would cost now: how long, from how many earlier runs, and whether it ends in the window. */
export function RollbackCost() {
  const basis = useView(({ outlook }) => outlook?.rollback.basis ?? null)
  const words = useView(({ outlook }) => outlook && rollbackWords(outlook))
  if (basis === null) return null
  if (basis === 'nothing-done') return <p className={styles.total}>Nothing has been changed yet: going back costs nothing. Rolling back runs the plan’s steps all the same.</p>
  return (
    <>
      {basis === 'undo' && <ByHand />}
      <p className={styles.total}>{words}</p>
      <Fit />
    </>
  )
}

/** The rollback plan has nothing to execute: the way back is the `undo=` of what was done, which people run. */
function ByHand() {
  const text = useView(({ outlook }) => JSON.stringify(outlook?.rollback.steps.filter((step) => step.undoes !== null).map(({ id, title, forecast }) => ({ id, title, length: forecast.p50 })) ?? []))
  const without = useView(({ outlook }) => outlook?.rollback.withoutUndo.map((step) => `“${step.title}”`).join(', ') ?? '')
  const steps = JSON.parse(text) as { id: string; title: string; length: number | null }[]
  return (
    <>
      {steps.length > 0 && (
        <>
          <p>By hand, the last first; Holdpoint does not run these:</p>
          <ol className={styles.steps}>
            {steps.map(({ id, title, length }) => <li key={id}><span>{title}</span><small>by hand</small><small>{length === null ? 'unknown length' : formatDuration(length)}</small></li>)}
          </ol>
        </>
      )}
      {without !== '' && <p className={styles.none}>Done, and without a way back in the runbook: {without}.</p>}
    </>
  )
}

const icons: Record<'ok' | 'warn' | 'bad', ReactNode> = { ok: <CircleCheck size={14} />, warn: <TriangleAlert size={14} />, bad: <CircleX size={14} /> }

function Fit() {
  const zone = useZone()
  const fit = useView(useShallow(({ outlook, timing }) => outlook && fitWords(outlook, timing?.window?.endAt ?? null, zone)))
  return fit && <p className={`${styles.fit} ${styles[fit.look]}`}><span aria-hidden="true">{icons[fit.look]}</span>{fit.text}</p>
}
