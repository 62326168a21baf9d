import { useEffect } from 'react'
import { sumOf } from '#domain/forecast/rollback-cost.ts'
import { rollbackWords } from '#domain/forecast/rollback-words.ts'
import { boundariesOf, undoTo } from '#domain/run/boundaries.ts'
import type { RunState } from '#domain/run/state.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import { RollbackRows, undoRows, type RollbackRow } from './rollback-preview.tsx'
import styles from './rollback-preview.module.css'

/** The phases that the run can go back to before, with what each would take back; and why not, where it cannot. */
export function BoundaryChoice({ phaseId }: { phaseId: string }) {
  const { view } = useRoom()
  const choices = JSON.parse(useRun((state) => JSON.stringify(choicesOf(state)))) as Choice[]
  const chosen = choices.find(({ id }) => id === phaseId)
  const first = choices.find(({ lacking }) => lacking === '')?.id
  const choose = (id: string): void => view.getState().open({ kind: 'roll-back-to', about: id })
  useEffect(() => {
    if (phaseId === '' && first !== undefined) view.getState().open({ kind: 'roll-back-to', about: first })
  }, [phaseId, first, view])
  return (
    <div className={styles.preview}>
      {choices.length === 0 && <p className={styles.none}>No phase has begun: there is nothing to go back to.</p>}
      {choices.length > 0 && first === undefined && <p className={styles.none}>None can be gone back to. Roll back all of it with Shift+R.</p>}
      <fieldset className={styles.choices}>
        <legend>Back to before</legend>
        {choices.map(({ id, title, lacking }) => (
          <label key={id} className={styles.choice}>
            <input type="radio" name="boundary" value={id} checked={id === phaseId} disabled={lacking !== ''} onChange={() => choose(id)} />
            <span>{title}{lacking !== '' && <em className={styles.doubt}>{lacking}</em>}</span>
          </label>
        ))}
      </fieldset>
      {chosen && <TakenBack phaseId={phaseId} />}
    </div>
  )
}

/** What going back there takes back, and how long that takes. */
function TakenBack({ phaseId }: { phaseId: string }) {
  const text = useRun((state) => JSON.stringify(undoRows(state, undoTo(state, phaseId))))
  const rows = JSON.parse(text) as RollbackRow[]
  const words = useView(({ forecasts }) => forecasts && rollbackWords({ rollback: sumOf(rows, forecasts) }))
  return (
    <>
      <RollbackRows rows={rows} />
      <p className={styles.total}>{rows.length === 0 ? 'Nothing has to be taken back.' : words} What people did by hand since is asked for again.</p>
    </>
  )
}

interface Choice {
  id: string
  title: string
  /** Why it cannot be gone back to; '' when it can. */
  lacking: string
}

const choicesOf = (state: RunState): Choice[] => boundariesOf(state).map(({ phase, lacking }) => ({
  id: phase.id, title: `Phase ${phase.number}: ${phase.title}`,
  lacking: lacking.length === 0 ? '' : `No undo: ${lacking.map(({ title }) => `“${title}”`).join(', ')}`,
}))
