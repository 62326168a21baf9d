import { useId } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './tabs.module.css'

export interface TabsProps<Id extends string> {
  /** For screen readers: what these tabs are of. */
  label: string
  tabs: { id: Id; label: string; badge?: ReactNode }[]
  active: Id
  onChange: (id: Id) => void
  /** Stands at the right end of the tab line. */
  trailing?: ReactNode
  /** The active tab's panel. */
  children?: ReactNode
}

/** Tabs with arrow keys, Home and End; only the active tab is in the tab order. */
export function Tabs<Id extends string>({ label, tabs, active, onChange, trailing, children }: TabsProps<Id>) {
  const base = useId()
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex((tab) => tab.id === active)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key]
    const next = to === undefined ? undefined : tabs.at(to % tabs.length)
    if (!next) return
    event.preventDefault()
    onChange(next.id)
    document.getElementById(`${base}-${next.id}`)?.focus()
  }
  return (
    <div className={styles.tabs}>
      <div className={styles.line}>
        <div className={styles.list} role="tablist" tabIndex={-1} aria-label={label} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab.id}
              id={`${base}-${tab.id}`}
              type="button"
              role="tab"
              aria-selected={tab.id === active}
              aria-controls={`${base}-panel`}
              tabIndex={tab.id === active ? 0 : -1}
              className={classNames(styles.tab, tab.id === active && styles.active)}
              onClick={() => onChange(tab.id)}
            >
              {tab.label}
              {tab.badge}
            </button>
          ))}
        </div>
        {trailing}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${active}`} className={styles.panel}>{children}</div>
    </div>
  )
}
