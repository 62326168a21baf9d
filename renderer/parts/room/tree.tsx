import { useCallback, useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useRoom } from './room-context.ts'
import { TreeRowView } from './tree-row.tsx'
import type { TreeRow } from './tree-rows.ts'
import { useFocusId, useSelectedId } from './use-selection.ts'
import { useTree } from './use-tree.ts'
import styles from './tree.module.css'

/** The runbook, top to bottom. One row is in the tab order; the arrows move it. */
export function RunbookTree() {
  const { view } = useRoom()
  const { all, visible } = useTree()
  const selected = useSelectedId()
  const focus = useFocusId()
  const element = useRef<HTMLDivElement>(null)

  // What is selected is in sight; the keyboard's focus follows only when it is in the tree already.
  useEffect(() => {
    const row = selected === null ? null : document.getElementById(`row-${selected}`)
    row?.scrollIntoView({ block: 'nearest' })
    if (row && element.current?.contains(document.activeElement)) row.focus({ preventScroll: true })
  }, [selected])

  const choose = useCallback((id: string) => view.getState().choose(id), [view])
  const toggle = useCallback((row: TreeRow) => view.getState().expand(row.id, row.expanded !== true), [view])

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = visible.find((one) => one.id === selected)
    const to = { Home: visible[0], End: visible.at(-1) }[event.key]
    if (to) choose(to.id)
    else if (event.key === 'ArrowRight' && row?.expanded === false) toggle(row)
    else if (event.key === 'ArrowLeft' && row?.expanded === true) toggle(row)
    else if (event.key === 'ArrowLeft' && row?.parent) choose(row.parent)
    else if ((event.key === 'Enter' || event.key === ' ') && row && row.expanded !== null) toggle(row)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className={styles.tree} role="tree" aria-label={`Runbook, ${all.length} parts`} ref={element} onKeyDown={onKeyDown} tabIndex={selected === null ? 0 : -1}>
      {visible.map((row) => (
        <TreeRowView key={row.id} row={row} selected={row.id === selected} current={row.id === focus} onChoose={choose} onToggle={toggle} />
      ))}
    </div>
  )
}
