import type { KeyboardEvent } from 'react'
import { useRef, useState } from 'react'
import type { RunSummary } from '#preload/contract.ts'
import { useRegisterCommands } from '#renderer/stores/commands.ts'
import { Button } from '#renderer/ui/button.tsx'
import { RunRow } from './run-row.tsx'
import styles from './run-list.module.css'

const FEW = 12

/** The runs, newest first as they are listed; those beyond the newest few on request. Arrows walk from one to the next. */
export function RunList({ runs }: { runs: RunSummary[] }) {
  const [all, setAll] = useState(false)
  const list = useRef<HTMLUListElement>(null)
  const hasMore = runs.length > FEW
  const group = 'Library'
  useRegisterCommands([
    { id: 'runs', title: 'Go to the recent runs', group, shortcut: 'u', run: () => titlesIn(list.current)[0]?.focus() },
    { id: 'all-runs', title: all ? `Show the newest ${FEW} runs` : 'Show all runs', group, shortcut: 'a', enabled: hasMore, run: () => setAll(!all) },
  ])
  const walk = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined) return
    const titles = titlesIn(list.current)
    const place = titles.findIndex((title) => title.closest('li')?.contains(document.activeElement))
    titles[place + by]?.focus()
    event.preventDefault()
  }
  return (
    <>
      <ul ref={list} className={styles.list} onKeyDown={walk}>
        {(all ? runs : runs.slice(0, FEW)).map((run) => <RunRow key={run.id} run={run} />)}
      </ul>
      {hasMore && <Button variant="quiet" size="s" shortcut="a" aria-expanded={all} onClick={() => setAll(!all)}>{all ? `Show the newest ${FEW}` : `Show all ${runs.length}`}</Button>}
    </>
  )
}

const titlesIn = (list: HTMLElement | null): HTMLElement[] => [...(list?.querySelectorAll<HTMLElement>('[data-run-title]') ?? [])]
