import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

export interface EmptyStateProps {
  icon?: ReactNode
  title: string
  /** What the thing is, in a sentence or two. */
  text?: ReactNode
  /** One primary action. */
  action?: ReactNode
}

export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      {Boolean(icon) && <span className={styles.icon} aria-hidden="true">{icon}</span>}
      <h3 className={styles.title}>{title}</h3>
      {Boolean(text) && <p className={styles.text}>{text}</p>}
      {action}
    </div>
  )
}
