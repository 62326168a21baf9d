import type { ReactNode } from 'react'
import styles from './section.module.css'

export interface SectionProps {
  title: string
  /** Stands at the right of the title. */
  trailing?: ReactNode
  children: ReactNode
}

/** A titled block of the right column. */
export function Section({ title, trailing, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <header className={styles.head}><h3>{title}</h3>{trailing}</header>
      {children}
    </section>
  )
}
