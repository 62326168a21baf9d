import { OctagonAlert } from 'lucide-react'
import type { ProblemValue } from '#domain/problem.ts'
import styles from './problem-note.module.css'

/** A refusal or failure, whole: what happened, what to do next, and the code to quote. */
export function ProblemNote({ problem }: { problem: ProblemValue }) {
  return (
    <div className={styles.note} role="alert">
      <OctagonAlert size={15} className={styles.icon} aria-hidden="true" />
      <div className={styles.body}>
        <p className={styles.message}>{problem.message}</p>
        {problem.hint !== '' && <p className={styles.hint}>{problem.hint}</p>}
      </div>
      <code className={styles.code}>{problem.code}</code>
    </div>
  )
}
