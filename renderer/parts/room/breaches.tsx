import { TriangleAlert } from 'lucide-react'
import type { Breach } from '#domain/run/state.ts'
import type { Runbook } from '#domain/runbook.ts'
import type { Threshold } from '#domain/threshold.ts'
import { findStep, openBreaches } from '#domain/run/view.ts'
import { Button } from '#renderer/ui/button.tsx'
import { formatClock, formatCounter } from '#renderer/ui/format.ts'
import { formatValue } from '#renderer/parts/chart/scale.ts'
import { isAllowed } from './allowed.ts'
import { useRun, useView, useZone } from './room-context.ts'
import { useActions } from './use-actions.ts'
import styles from './breaches.module.css'

/** What is breached now and nobody has answered: the evidence, and the two answers. */
export function Breaches() {
  const text = useRun((state) => JSON.stringify(openBreaches(state)))
  return (JSON.parse(text) as Breach[]).map((breach) => <Alarm key={breach.id} breach={breach} />)
}

function Alarm({ breach }: { breach: Breach }) {
  const zone = useZone()
  const { ask } = useActions()
  const open = useView((view) => formatCounter(Math.max(0, view.now - breach.openedAt)))
  const step = useRun((state) => (breach.evidence.stepId === null ? null : findStep(state.runbook, breach.evidence.stepId)?.step.title ?? null))
  const unit = useRun((state) => unitOf(state.runbook, breach))
  const canRollBack = useRun((state) => isAllowed(state, { type: 'start-rollback', reason: '…' }))
  const readings = breach.evidence.samples.slice(-4).map((sample) => (sample.value === null ? 'no data' : formatValue(sample.value, unit))).join(' → ')
  return (
    <section className={styles.alarm} role="group" aria-label={`Breach: ${breach.evidence.rule}`}>
      <header className={styles.head}>
        <TriangleAlert size={16} aria-hidden="true" />
        <h3>{breach.triggerId === null ? 'Threshold breached' : 'Rollback trigger fired'}</h3>
        <span className={styles.for}>for {open}</span>
      </header>
      <p className={styles.rule}>{breach.evidence.rule}</p>
      <p className={styles.evidence}>
        Since {formatClock(breach.openedAt, zone, true)}{step === null ? '' : `, during “${step}”`}{readings === '' ? '' : `. Readings: ${readings}`}
      </p>
      <div className={styles.answers}>
        {canRollBack && <Button size="s" variant="danger" onClick={() => ask({ kind: 'start-rollback', about: breach.id })}>Roll back now</Button>}
        <Button size="s" onClick={() => ask({ kind: 'override-breach', about: breach.id })}>Override…</Button>
      </div>
    </section>
  )
}

const unitOf = (runbook: Runbook, breach: Breach): Threshold['unit'] =>
  (runbook.thresholds.find((threshold) => threshold.id === breach.thresholdId) ?? runbook.rollback.triggers.find((trigger) => trigger.id === breach.triggerId)?.threshold)?.unit ?? ''
