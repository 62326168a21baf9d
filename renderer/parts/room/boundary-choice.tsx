import { useEffect } from 'react'
import { useShallow } from 'zustand/shallow'
import { USUAL_RESERVE_MS, noReturnOf } from '#domain/forecast/no-return.ts'
import { costOfGoingBackTo, rollbackFit } from '#domain/forecast/rollback-cost.ts'
import { rollbackWords } from '#domain/forecast/rollback-words.ts'
import { boundariesOf, undoTo, type BoundaryParts } from '#domain/run/boundaries.ts'
import type { RunState } from '#domain/run/state.ts'
import type { RoomView } from '#renderer/stores/room-view.ts'
import { fitWords, type FitWords } from './outlook-words.ts'
import { FitLine } from './rollback-cost.tsx'
import { useRoom, useRun, useRunParts, useView, useZone } from './room-context.ts'
import { RollbackRows, undoRows, type RollbackRow } from './rollback-preview.tsx'
import styles from './rollback-preview.module.css'

/** The phases that the run can go back to before, with what each would take back; and why not, where it cannot. */
export function BoundaryChoice({ phaseId }: { phaseId: string }) {
  const { view } = useRoom()
  const choices = useRunParts(['runbook', 'phases', 'steps'], choicesOf)
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

/** What going back there takes back, how long that takes, and whether it ends in the window. */
function TakenBack({ phaseId }: { phaseId: string }) {
  const { run } = useRoom()
  const zone = useZone()
  const text = useRun((state) => JSON.stringify(undoRows(state, undoTo(state, phaseId))))
  const rows = JSON.parse(text) as RollbackRow[]
  // The clock of the room ticks, and reads the run as it is then.
  const costs = useView(useShallow((view) => costWords(run.getState().state, view, phaseId, zone)))
  return (
    <>
      <RollbackRows rows={rows} />
      <p className={styles.total}>{rows.length === 0 ? 'Nothing has to be taken back.' : costs?.words} What people did by hand since is asked for again.</p>
      {rows.length > 0 && costs?.look && <FitLine fit={{ look: costs.look, text: costs.text }} />}
    </>
  )
}

function costWords(state: RunState | null, { forecasts, timing, now }: RoomView, phaseId: string, zone: string): { words: string; look: FitWords['look'] | null; text: string } | null {
  if (state === null || forecasts === null) return null
  const windowEndAt = timing?.window?.endAt ?? null
  const rollback = costOfGoingBackTo(state, phaseId, forecasts)
  const fit = fitWords({ rollback, noReturn: noReturnOf(rollback, { windowEndAt, reserveMs: USUAL_RESERVE_MS, now }), rollbackFit: rollbackFit(rollback, windowEndAt, now) }, windowEndAt, zone)
  return { words: rollbackWords({ rollback }), look: fit?.look ?? null, text: fit?.text ?? '' }
}

interface Choice {
  id: string
  title: string
  /** Why it cannot be gone back to; '' when it can. */
  lacking: string
}

const choicesOf = (state: BoundaryParts): Choice[] => boundariesOf(state).map(({ phase, lacking }) => ({
  id: phase.id, title: `Phase ${phase.number}: ${phase.title}`,
  lacking: lacking.length === 0 ? '' : `No undo: ${lacking.map(({ title }) => `“${title}”`).join(', ')}`,
}))
