import type { Finding } from '#domain/finding.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import type { Status } from '#renderer/ui/status-look.ts'
import styles from './findings.module.css'

const marks: Record<Finding['severity'], { status: Status; word: string }> = {
  error: { status: 'failed', word: 'Error' },
  warning: { status: 'overridden', word: 'Warning' },
  info: { status: 'queued', word: 'Note' },
}

/** What the check has to say, worst first; each leads to its place in the text when there is one to go to. */
export function Findings({ findings, onGo }: { findings: Finding[]; onGo?: (finding: Finding) => void }) {
  const order = Object.keys(marks)
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.line - b.line || a.column - b.column)
  return (
    <ul className={styles.list}>
      {sorted.map((finding) => (
        <li key={`${finding.code} ${finding.line}:${finding.column} ${finding.message}`} className={styles.finding}>
          <StatusMark shapeOnly {...marks[finding.severity]} className={styles.mark} />
          <Place finding={finding} onGo={onGo} />
          <div className={styles.words}>
            <p>{finding.message}</p>
            <p className={styles.hint}>{finding.hint}</p>
          </div>
          <code className={styles.code}>{finding.code}</code>
        </li>
      ))}
    </ul>
  )
}

function Place({ finding, onGo }: { finding: Finding; onGo?: (finding: Finding) => void }) {
  const place = `${finding.line}:${finding.column}`
  if (!onGo) return <code className={styles.place}>{place}</code>
  return <button type="button" className={styles.place} aria-label={`Go to line ${finding.line}, column ${finding.column}`} onClick={() => onGo(finding)}>{place}</button>
}
