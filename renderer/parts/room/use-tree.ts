import { useMemo } from 'react'
import { nextAction } from './next-action.ts'
import { useRun, useView } from './room-context.ts'
import { openByStage, pathTo, treeOf, visibleRows } from './tree-rows.ts'
import type { TreeRow } from './tree-rows.ts'

const NOTHING: never[] = []

/** The rows to draw. Laid out again only when something is folded or the run moves to another part of the runbook. */
export function useTree(): { all: TreeRow[]; visible: TreeRow[] } {
  const runbook = useRun((state) => state.runbook)
  const undo = useRun((state) => state.rollback?.undo ?? NOTHING)
  const expanded = useView((view) => view.expanded)
  const chosen = useView((view) => view.chosen)
  const opened = useRun((state) => openByStage(state).join('\n'))
  const focus = useRun((state) => nextAction(state).focusId)

  return useMemo(() => {
    const open = new Set(opened.split('\n'))
    // What is selected is always in sight, unless the person folded it away.
    const plain = treeOf(runbook, undo, {}, open)
    for (const id of [chosen, focus]) if (id !== null) for (const row of pathTo(plain, id)) open.add(row.id)
    const all = treeOf(runbook, undo, expanded, open)
    return { all, visible: visibleRows(all) }
  }, [runbook, undo, expanded, chosen, focus, opened])
}
