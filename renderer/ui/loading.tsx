import type { ReactNode } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { hashOf } from '#renderer/stores/route.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { ProblemNote } from './problem-note.tsx'
import styles from './loading.module.css'

export interface LoadingProps {
  /** What is being read: `Opening the run`. */
  title: string
  /** Why there is nothing to show. */
  problem: ProblemValue | null
  retry?: () => void
}

/** What stands in place of a screen until it has something to show; said only when that takes a moment. Never a dead end. */
export function Loading({ title, problem, retry }: LoadingProps): ReactNode {
  if (!problem) return <div className={styles.waiting} role="status"><EmptyState title={`${title}…`} /></div>
  return (
    <div className={styles.failed}>
      <ProblemNote problem={problem} />
      <div className={styles.ways}>
        {retry && <Button variant="primary" onClick={retry}>Try again</Button>}
        <a className={styles.link} href={hashOf({ screen: 'library' })}>Go to the library</a>
      </div>
    </div>
  )
}
