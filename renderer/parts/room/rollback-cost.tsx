import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useShallow } from 'zustand/shallow'
import { rollbackWords } from '#domain/forecast/rollback-words.ts'
import { fitWords, type FitWords } from './outlook-words.ts'
import { useView, useZone } from './room-context.ts'
import styles from './rollback-preview.module.css'

/** What going back would cost now: how long, from how many earlier runs, and whether it ends in the window. */
export function RollbackCost() {
  const nothingDone = useView(({ outlook }) => outlook?.rollback.nothingDone ?? null)
  const words = useView(({ outlook }) => outlook && rollbackWords(outlook))
  if (nothingDone === null) return null
  if (nothingDone) return <p className={styles.total}>Nothing has been changed yet: going back costs nothing. Rolling back runs the plan’s steps all the same.</p>
  return (
    <>
      <WithoutUndo />
      <p className={styles.total}>{words}</p>
      <Fit />
    </>
  )
}

/** What nobody has said how to take back. */
function WithoutUndo() {
  const without = useView(({ outlook }) => outlook?.rollback.withoutUndo.map((step) => `“${step.title}”`).join(', ') ?? '')
  return without === '' ? null : <p className={styles.none}>Done, and without a way back in the runbook: {without}.</p>
}

const icons: Record<'ok' | 'warn' | 'bad', ReactNode> = { ok: <CircleCheck size={14} />, warn: <TriangleAlert size={14} />, bad: <CircleX size={14} /> }

function Fit() {
  const zone = useZone()
  const fit = useView(useShallow(({ outlook, timing }) => outlook && fitWords(outlook, timing?.window?.endAt ?? null, zone)))
  return fit && <FitLine fit={fit} />
}

/** Whether a rollback ends in the window, in words and with a mark. */
export function FitLine({ fit: { look, text } }: { fit: FitWords }) {
  return <p className={`${styles.fit} ${styles[look]}`}><span aria-hidden="true">{icons[look]}</span>{text}</p>
}
