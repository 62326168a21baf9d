import { useEffect, useRef, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { Learning } from '#preload/contract.ts'
import { useClient } from '#renderer/client.ts'
import { EditedLines, type EditedLine } from '#renderer/parts/runbook/edited-lines.tsx'
import { announce } from '#renderer/ui/announce.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './learn-dialog.module.css'

interface LearnDialogProps {
  runId: string
  rehearsal: boolean
  onClose: () => void
}

/** What the runbook could learn from a run: each proposal with its lines, taken or left. */
export function LearnDialog({ runId, rehearsal, onClose }: LearnDialogProps) {
  const client = useClient()
  const [rehearsals, setRehearsals] = useState(rehearsal)
  const [learning, setLearning] = useState<Learning | null>(null)
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [busy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const hasBegun = useRef(false)

  useEffect(() => {
    let wanted = true
    void client.call('plan-learning', { runId, rehearsals }).then((reply) => {
      if (!wanted) return
      setLearning(reply.ok ? reply.value : null)
      setProblem(reply.ok ? null : reply.problem)
    })
    return () => {
      wanted = false
    }
  }, [client, runId, rehearsals])

  // The proposals come after the dialog: the first of them is where a person begins.
  useEffect(() => {
    if (hasBegun.current || first.current === null) return
    hasBegun.current = true
    first.current.focus()
  }, [learning])

  const proposals = learning?.proposals ?? []
  const accept = proposals.map(({ id }) => id).filter((id) => taken.has(id))
  const toggle = (id: string): void => setTaken((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]))
  const save = async (): Promise<void> => {
    if (busy || learning === null || accept.length === 0) return
    setBusy(true)
    const reply = await client.call('learn', { runId, revision: learning.revision, rehearsals, accept })
    setBusy(false)
    if (!reply.ok) return setProblem(reply.problem)
    announce(`The runbook is at revision ${reply.value.revision}.`, 'ok')
    onClose()
  }

  return (
    <Dialog
      size="xl" title="What the runbook could learn" onClose={onClose} onSubmit={() => void save()}
      description="Each proposal is taken or left. What you leave stays byte for byte; what you take becomes a new revision in the library."
      actions={<>
        <Button variant="quiet" onClick={onClose} shortcut="Escape">Leave all</Button>
        {proposals.length > 1 && <Button onClick={() => setTaken(new Set(accept.length === proposals.length ? [] : proposals.map(({ id }) => id)))}>{accept.length === proposals.length ? 'Untick all' : 'Tick all'}</Button>}
        <Button type="submit" variant="primary" busy={busy} disabled={accept.length === 0}>{accept.length === 0 ? 'Take' : `Take ${accept.length}`}</Button>
      </>}
    >
      <div className={styles.scope}>
        <label className={styles.choice}><input type="checkbox" checked={rehearsals} onChange={(event) => setRehearsals(event.target.checked)} />Count rehearsals too</label>
        {learning && <span>{revisionWords(learning)}</span>}
      </div>
      {learning && proposals.length === 0 && <p className={styles.none}>Nothing to learn: the plan is what {learning.runs === 1 ? 'this run' : `${learning.runs} runs`} took, and every command that was done has a way back.</p>}
      {proposals.length > 0 && (
        <ul className={styles.proposals} aria-label="Proposals">
          {proposals.map(({ id, title, why, diff }, index) => (
            <li key={id}>
              <label className={styles.choice}>
                <input type="checkbox" ref={index === 0 ? first : undefined} checked={taken.has(id)} onChange={() => toggle(id)} />
                <span className={styles.title}>{title}</span>
              </label>
              <p className={styles.why}>{why}</p>
              <Diff diff={diff} about={title} />
            </li>
          ))}
        </ul>
      )}
      {learning === null && problem === null && <p role="status">Comparing the runbook with what its runs took…</p>}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

/** The lines of a unified diff, without its file names. */
function Diff({ diff, about }: { diff: string; about: string }) {
  const lines = diff.split('\n').slice(2, -1)
  return <EditedLines className={styles.diff} label={`Lines of: ${about}`} lines={lines.map((line) => ({ kind: kindOf(line), text: line.replace(/\r$/, '') }))} />
}

const kindOf = (line: string): EditedLine['kind'] => (line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@') ? 'place' : 'same')

function revisionWords({ runs, revision, runRevision }: Learning): string {
  const rests = runs === 1 ? 'From one run' : `From ${runs} runs`
  return revision === runRevision ? `${rests}, for revision ${revision}.` : `${rests}, for revision ${revision}; this run was made from revision ${runRevision}.`
}
