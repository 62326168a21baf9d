import { ActionButton } from './action-button.tsx'
import { nextAction } from './next-action.ts'
import { actionsFor } from './row-actions.ts'
import type { RowAction } from './row-actions.ts'
import { useRun } from './room-context.ts'
import styles from './detail.module.css'

/** What can be done to the selected row now. What cannot be done is left out; when nothing can, it may say why. */
export function RowActionsBar({ id, sayWhyNot = true }: { id: string; sayWhyNot?: boolean }) {
  const text = useRun((state) => JSON.stringify(actionsFor(state, id)))
  const actions = JSON.parse(text) as RowAction[]
  // What the Next panel above offers already is not offered twice.
  const offered = useRun((state) => JSON.stringify([nextAction(state).primary?.does, nextAction(state).second?.does]))
  const possible = actions.filter((action) => action.refusal === null)
  const open = possible.filter((action) => !offered.includes(JSON.stringify(action.does)))
  if (possible.length > 0 && open.length === 0) return null
  if (possible.length === 0) return sayWhyNot && actions[0]?.refusal ? <p className={styles.refusal}>{actions[0].refusal}</p> : null
  return (
    <div className={styles.actions}>
      {open.map((action, place) => <ActionButton key={action.label} action={action} variant={place === 0 && open.length === possible.length && 'send' in action.does ? 'primary' : 'neutral'} />)}
    </div>
  )
}
