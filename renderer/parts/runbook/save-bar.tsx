import { useStore } from 'zustand'
import type { RunbookStore } from '#renderer/stores/runbook.ts'
import { isEdited } from '#renderer/stores/runbook.ts'
import { Button } from '#renderer/ui/button.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { FindingsBadge } from './findings-badge.tsx'
import styles from './save-bar.module.css'

/** What the check says of the draft, and the way to save it. A refused save keeps the text and says what can be done. */
export function SaveBar({ store }: { store: RunbookStore }) {
  const desk = useStore(store)
  const edited = isEdited(desk)
  const count = (severity: string) => desk.findings.filter((finding) => finding.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  return (
    <div className={styles.bar}>
      <div className={styles.line}>
        <span className={styles.state} role="status">
          {desk.checking ? 'Checking…' : errors + warnings === 0 ? '✓ Nothing to mend' : <FindingsBadge errors={errors} warnings={warnings} />}
        </span>
        <span className={styles.revision}>{edited ? 'Not saved' : `Revision ${desk.saved?.revision ?? '–'}`}</span>
        {edited && <Button size="s" variant="quiet" onClick={desk.discard}>Discard changes</Button>}
        <Button size="s" variant={edited ? 'primary' : 'neutral'} disabled={!edited} busy={desk.saving} shortcut="$mod+s" onClick={() => void desk.save()}>Save</Button>
      </div>
      {desk.problem && <ProblemNote problem={desk.problem} />}
      {desk.problem?.code === 'runbook-changed' && (
        <div className={styles.line}>
          <span className={styles.revision}>Your text is still here. Earlier revisions are kept.</span>
          <Button size="s" onClick={() => void desk.saveOverNewest()}>Save mine as the newest</Button>
        </div>
      )}
    </div>
  )
}
