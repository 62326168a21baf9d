import { ActionButton } from './action-button.tsx'
import { actionsFor } from './row-actions.ts'
import type { RowAction } from './row-actions.ts'
import { useRun } from './room-context.ts'
import styles from './detail.module.css'

/** What can be done to the selected row now. What cannot be done is left out, unless nothing can: then it says why. */
export function RowActionsBar({ id }: { id: string }) {
  const text = useRun((state) => JSON.stringify(actionsFor(state, id)))
  const actions = JSON.parse(text) as RowAction[]
  const open = actions.filter((action) => action.refusal === null)
  if (open.length === 0) return actions[0]?.refusal ? <p className={styles.refusal}>{actions[0].refusal}</p> : null
  return (
    <div className={styles.actions}>
      {open.map((action, place) => <ActionButton key={action.label} action={action} variant={place === 0 ? 'primary' : 'neutral'} />)}
    </div>
  )
}
