import { gateBefore, openBreaches, openItems } from '#domain/run/view.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { ActionButton } from './action-button.tsx'
import { useRoom, useRun, useZone } from './room-context.ts'
import { RowActionsBar } from './row-actions-bar.tsx'
import { actionsFor } from './row-actions.ts'
import { StepTable } from './step-table.tsx'
import styles from './detail.module.css'

/** A go/no-go: what still keeps it shut, each with its own tick, and the decision. */
export function GateDetail({ gateId }: { gateId: string }) {
  const zone = useZone()
  const gate = useRun((state) => state.gates[gateId])
  const phase = useRun((state) => state.runbook.phases.find((one) => gateBefore(one.id) === gateId))
  const open = useRun((state) => JSON.stringify(gate?.state === 'go' ? [] : openItems(state, gateId).map(({ id, text }) => ({ id, text }))))
  const breaches = useRun((state) => openBreaches(state).map((breach) => breach.evidence.rule).join(' · '))
  const required = JSON.parse(open) as { id: string; text: string }[]
  if (!gate || !phase) return null
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <p className={styles.crumb}>Gate</p>
        <div className={styles.titleLine}>
          <h2 className={styles.title}>Go or no-go: phase {phase.number}, {phase.title}</h2>
          <StatusMark status={gate.state} />
        </div>
        {gate.by !== null && gate.at !== null && <p className={styles.facts}><span>Decided by <b>{gate.by}</b> at <Time at={gate.at} zone={zone} form="seconds" /></span></p>}
        {gate.reason !== '' && <p className={styles.message}>{gate.reason}</p>}
        {breaches !== '' && gate.state !== 'go' && <p className={styles.message}><StatusMark status="breached" size="s" word={`Breached: ${breaches}`} /></p>}
        {gate.state !== 'go' && <RowActionsBar id={gateId} />}
      </header>
      <div className={styles.body}>
        {required.length > 0 && (
          <section className={styles.section}>
            <h3>Required and still open: {required.length}</h3>
            <ul className={styles.list}>{required.map((item) => <OpenRow key={item.id} {...item} />)}</ul>
          </section>
        )}
        <section className={styles.section}>
          <h3>Behind this gate</h3>
          <StepTable steps={phase.steps} />
        </section>
      </div>
    </div>
  )
}

function OpenRow({ id, text }: { id: string; text: string }) {
  const { view } = useRoom()
  const status = useRun((state) => state.steps[id]?.status ?? state.items[id]?.state ?? 'open')
  const actions = useRun((state) => JSON.stringify(actionsFor(state, id).filter((action) => action.refusal === null).map((action) => ({ ...action, key: '' }))))
  return (
    <li>
      <StatusMark status={status} shapeOnly />
      <button type="button" className={styles.link} onClick={() => view.getState().choose(id)}>{text}</button>
      {(JSON.parse(actions) as ReturnType<typeof actionsFor>).map((action) => <ActionButton key={action.label} action={action} size="s" variant="quiet" />)}
    </li>
  )
}
