import type { Runbook } from '#domain/runbook.ts'
import { tickableItems } from '#domain/run/view.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { useRoom, useRun, useZone } from './room-context.ts'
import { RowActionsBar } from './row-actions-bar.tsx'
import styles from './detail.module.css'

/** A checklist item: who ticked or waived it, when and why. */
export function ItemDetail({ id }: { id: string }) {
  const zone = useZone()
  const runbook = useRun((state) => state.runbook)
  const item = useRun((state) => state.items[id])
  const known = tickableItems(runbook).find((one) => one.id === id)
  const written = checklistItem(runbook, id)
  const query = runbook.validationQueries.find((one) => one.id === id)
  if (!item || !known) return null
  return (
    <div className={styles.detail}>
      <header className={styles.head}>
        <p className={styles.crumb}>{groupOf(runbook, id)}</p>
        <div className={styles.titleLine}>
          <h2 className={styles.title}>{known.text}</h2>
          <StatusMark status={item.state} />
        </div>
        <p className={styles.facts}>
          {written?.owner && <span>Owner <b>{written.owner}</b></span>}
          {known.optional && <span>Not required</span>}
          {written?.checkedInFile && <span>Ticked in the runbook's file; a run starts open</span>}
          {item.by !== null && item.at !== null && <span>{item.state === 'waived' ? 'Waived' : 'Ticked'} by <b>{item.by}</b> at <Time at={item.at} zone={zone} form="seconds" /></span>}
        </p>
        {item.note !== '' && <p className={styles.message}>{item.note}</p>}
        <RowActionsBar id={id} />
      </header>
      <div className={styles.body}>
        {query && <pre className={styles.code}>{query.sql}</pre>}
        <Siblings of={siblingsOf(runbook, id)} />
      </div>
    </div>
  )
}

function Siblings({ of }: { of: { id: string; text: string }[] }) {
  return <ul className={styles.list}>{of.map((item) => <Sibling key={item.id} id={item.id} text={item.text} />)}</ul>
}

function Sibling({ id, text }: { id: string; text: string }) {
  const { view } = useRoom()
  const zone = useZone()
  const item = useRun((state) => state.items[id])
  return (
    <li>
      <StatusMark status={item?.state ?? 'open'} shapeOnly />
      <button type="button" className={styles.link} onClick={() => view.getState().choose(id)}>{text}</button>
      {item?.at && <span className={styles.dim}>{item.by} · <Time at={item.at} zone={zone} /></span>}
    </li>
  )
}

function siblingsOf(runbook: Runbook, id: string): { id: string; text: string }[] {
  const lists = [...runbook.checklists.map((list) => list.items), runbook.smokeTests, runbook.validationQueries, runbook.rollback.validation, runbook.postChecklist, runbook.followUps]
  return lists.find((items) => items.some((item) => item.id === id)) ?? []
}

const checklistItem = (runbook: Runbook, id: string) =>
  [...runbook.checklists.flatMap((list) => list.items), ...runbook.rollback.validation, ...runbook.postChecklist].find((item) => item.id === id)

function groupOf(runbook: Runbook, id: string): string {
  const list = runbook.checklists.find((group) => group.items.some((item) => item.id === id))
  if (list) return `Pre-deployment · ${list.title}`
  if (runbook.rollback.validation.some((item) => item.id === id)) return 'Rollback validation'
  if (runbook.postChecklist.some((item) => item.id === id)) return 'Post-deployment · Verification checklist'
  return runbook.followUps.some((item) => item.id === id) ? 'Post-deployment · Follow-up actions' : 'Verification & testing'
}
