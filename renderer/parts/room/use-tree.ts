import { useMemo } from 'react'
import { nextAction } from './next-action.ts'
import { useRun, useView } from './room-context.ts'
import { openByStage, pathTo, placesOf, treeOf, visibleRows } from './tree-rows.ts'
import type { RowPlace, TreeRow } from './tree-rows.ts'

const NOTHING: never[] = []

export interface Tree {
  all: TreeRow[]
  visible: TreeRow[]
  places: ReadonlyMap<string, RowPlace>
}

/** The rows to draw. Laid out again only when something is folded or the run moves to another part of the runbook. */
export function useTree(): Tree {
  const runbook = useRun((state) => state.runbook)
  const undo = useRun((state) => state.rollback?.undo ?? NOTHING)
  const expanded = useView((view) => view.expanded)
  const chosen = useView((view) => view.chosen)
  const opened = useRun((state) => openByStage(state).join('\n'))
  const focus = useRun((state) => nextAction(state).focusId)

  const plain = useMemo(() => treeOf(runbook, undo, {}, new Set(opened.split('\n'))), [runbook, undo, opened])
  // What is selected is always in sight, unless the person folded it away. Another row of the same part changes nothing.
  const unfolded = [chosen, focus].flatMap((id) => (id === null ? [] : pathTo(plain, id).map((row) => row.id))).join('\n')
  return useMemo(() => {
    const all = treeOf(runbook, undo, expanded, new Set([...opened.split('\n'), ...unfolded.split('\n')]))
    return { all, visible: visibleRows(all), places: placesOf(all) }
  }, [runbook, undo, expanded, opened, unfolded])
}
