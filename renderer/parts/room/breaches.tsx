import { TriangleAlert } from 'lucide-react'
import { alarmsOf } from '#domain/run/health.ts'
import type { Alarm } from '#domain/run/health.ts'
import { rollbackCountdown } from '#domain/run/countdown.ts'
import { unitOf } from '#domain/run/rules.ts'
import { findStep } from '#domain/run/view.ts'
import { Button } from '#renderer/ui/button.tsx'
import { formatClock, formatCounter } from '#renderer/ui/format.ts'
import { formatValue } from '#renderer/parts/chart/scale.ts'
import { isAllowed } from './allowed.ts'
import { useRun, useView, useZone } from './room-context.ts'
import { useActions } from './use-actions.ts'
import styles from './breaches.module.css'

/** What is breached now and nobody has answered, one panel a metric: the rules, the evidence, and the answers. */
export function Breaches() {
  const text = useRun((state) => JSON.stringify(alarmsOf(state)))
  return (JSON.parse(text) as Alarm[]).map((alarm) => <Panel key={alarm.breaches[0].id} alarm={alarm} />)
}

function Panel({ alarm: { fired, since, breaches } }: { alarm: Alarm }) {
  const zone = useZone()
  const { ask } = useActions()
  const [first] = breaches
  const { stepId, query, control } = first.evidence
  const open = useView((view) => formatCounter(Math.max(0, view.now - since)))
  const step = useRun((state) => (stepId === null ? null : findStep(state.runbook, stepId)?.step.title ?? null))
  const unit = useRun((state) => (first.metric === null ? '' : unitOf(state.runbook, first.metric)))
  // While it counts down, the line above says the same.
  const canWatch = useRun((state) => rollbackCountdown(state) === null && isAllowed(state, { type: 'watch-breach', breachId: first.id, note: '' }))
  const canRollBack = useRun((state) => isAllowed(state, { type: 'start-rollback', reason: '…' }))
  const readings = first.evidence.samples.slice(-4).map((sample) => (sample.value === null ? 'no data' : formatValue(sample.value, unit).replace(' ', '\u00a0'))).join(' → ')
  return (
    <section className={styles.alarm} role="group" aria-label={`Breach: ${breaches.map((breach) => breach.evidence.rule).join('; ')}`}>
      <header className={styles.head}>
        <TriangleAlert size={16} aria-hidden="true" />
        <h3>{fired ? 'Rollback trigger fired' : 'Threshold breached'}</h3>
        <span className={styles.for}>for {open}</span>
      </header>
      <CountdownLine breachIds={breaches.map((breach) => breach.id)} />
      <ul className={styles.rules}>
        {breaches.map((breach) => (
          <li key={breach.id}>
            <span className={styles.rule}>{breach.evidence.rule}{fired && <small>{breach.triggerId === null ? 'alert' : 'trigger'}</small>}</span>
            <Button size="s" aria-label={`Override ${breach.evidence.rule}`} onClick={() => ask({ kind: 'override-breach', about: breach.id })}>Override…</Button>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <p className={styles.evidence}>
          Since {formatClock(since, zone, true)}{step === null ? '' : `, during “${step}”`}{readings === '' ? '' : `. Readings: ${readings}`}{first.evidence.limit === undefined ? '' : `. Limit ${first.evidence.limit}`}{first.watched ? `. Held by ${first.watched.by}${first.watched.note === '' ? '' : `: ${first.watched.note}`}` : ''}
        </p>
        {(query !== undefined || control !== undefined) && (
          <details className={styles.frozen}>
            <summary>As it was recorded then</summary>
            {query !== undefined && <p>Asked: {query}</p>}
            {control !== undefined && <p>In control: {control}</p>}
          </details>
        )}
        {canWatch && <Button size="s" shortcut="w" onClick={() => ask({ kind: 'watch-breach', about: first.id })}>Hold and watch…</Button>}
        {canRollBack && <Button size="s" variant="danger" onClick={() => ask({ kind: 'start-rollback', about: first.id })}>Roll back…</Button>}
      </div>
    </section>
  )
}

/** The rollback that is about to begin by itself, and how to stop it. */
function CountdownLine({ breachIds }: { breachIds: string[] }) {
  const { send } = useActions()
  const zone = useZone()
  const breachId = useRun((state) => rollbackCountdown(state)?.breach.id ?? null)
  const endsAt = useRun((state) => rollbackCountdown(state)?.endsAt ?? null)
  const left = useView((view) => (endsAt === null ? 0 : Math.max(0, endsAt - view.now)))
  if (breachId === null || endsAt === null || !breachIds.includes(breachId)) return null
  return (
    <p className={styles.countdown} role="timer">
      <span>Rolling back by itself in <b>{formatCounter(left)}</b>, at {formatClock(endsAt, zone, true)}</span>
      <Button size="s" onClick={() => void send({ type: 'watch-breach', breachId, note: '' })}>Stop the countdown</Button>
    </p>
  )
}
