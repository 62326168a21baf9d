import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import type { Range } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { useRoom } from './room-context.ts'
import { TreeRowView } from './tree-row.tsx'
import type { RowKind, TreeRow } from './tree-rows.ts'
import { useFocusId, useSelectedId } from './use-selection.ts'
import { useTree } from './use-tree.ts'
import styles from './tree.module.css'

/** How high the rows are, as tree.module.css has them, with the space above them. */
const HEIGHTS: Record<RowKind, number> = { section: 36, phase: 36, gate: 30, group: 28, item: 28, step: 28 }
/** What comes before and after the row that is worked on stays in sight. */
const AROUND_PX = 96

/** The runbook, top to bottom. One row is in the tab order; the arrows move it. Only rows in sight are drawn, and the one selected. */
export function RunbookTree() {
  const { view } = useRoom()
  const { all, visible, places } = useTree()
  const selected = useSelectedId()
  const focus = useFocusId()
  const element = useRef<HTMLDivElement>(null)
  const place = visible.findIndex(({ id }) => id === selected)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const list = useVirtualizer({
    count: visible.length, getScrollElement: () => element.current, estimateSize: (index) => HEIGHTS[visible[index]?.kind ?? 'step'], getItemKey: (index) => visible[index]?.id ?? index,
    overscan: 12, paddingStart: 8, paddingEnd: 32, scrollPaddingStart: AROUND_PX, scrollPaddingEnd: AROUND_PX, initialRect: { width: 480, height: 800 },
    // The keyboard's focus may be on the selected row, which must not go away under it.
    rangeExtractor: (range) => withPlace(range, place),
  })

  // What is selected is in sight; the keyboard's focus follows only when it is in the tree already.
  useEffect(() => {
    if (selected === null || place < 0) return
    list.scrollToIndex(place)
    if (element.current?.contains(document.activeElement)) document.getElementById(`row-${selected}`)?.focus({ preventScroll: true })
    // Only a move of the selection scrolls, not what is folded or comes above it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
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
      <div className={styles.rows} role="presentation" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, start }) => {
          const row = visible[index]
          return row && <TreeRowView key={row.id} row={row} top={start} place={places.get(row.id)} selected={row.id === selected} current={row.id === focus} onChoose={choose} onToggle={toggle} />
        })}
      </div>
    </div>
  )
}

function withPlace(range: Range, place: number): number[] {
  const shown = defaultRangeExtractor(range)
  return place < 0 || shown.includes(place) ? shown : [...shown, place].toSorted((one, other) => one - other)
}
