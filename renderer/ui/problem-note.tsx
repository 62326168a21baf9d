import { OctagonAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import styles from './problem-note.module.css'

/** A refusal or failure, whole: what happened, what to do next, and the code to quote. It comes into sight where it stands below the fold. */
export function ProblemNote({ problem }: { problem: ProblemValue }) {
  const note = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Newer browsers answer with a promise, which is no way to undo an effect.
    note.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  return (
    <div ref={note} className={styles.note} role="alert">
      <OctagonAlert size={15} className={styles.icon} aria-hidden="true" />
      <div className={styles.body}>
        <p className={styles.message}>{problem.message}</p>
        {problem.hint !== '' && <p className={styles.hint}>{problem.hint}</p>}
      </div>
      <code className={styles.code}>{problem.code}</code>
    </div>
  )
}
