import { useEffect, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { consequences } from '#domain/run/resume/inherit.ts'
import type { ResumeOutline } from '#preload/contract.ts'
import { go } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { Field, Select, TextArea } from '#renderer/ui/field.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { ResumeSteps } from './resume-steps.tsx'
import { useRoom, useRun, useView } from './room-context.ts'
import styles from './resume-dialog.module.css'

/** Goes on with this run as a new one: from which step, what is kept, and what the runbook says differently now. */
export function ResumeDialog() {
  const shown = useView((view) => view.resuming)
  return shown && <Open />
}

export type Verdicts = Record<string, 'keep' | 'again'>

function Open() {
  const { client, runId, view } = useRoom()
  const live = useRun((state) => state.mode === 'live')
  const ended = useRun((state) => state.stage === 'ended')
  const [from, setFrom] = useState<string | null>(null)
  const [verdicts, setVerdicts] = useState<Verdicts>({})
  const [reason, setReason] = useState('')
  const [outline, setOutline] = useState<ResumeOutline | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [busy, setBusy] = useState(false)
  const close = (): void => view.getState().showResuming(false)

  useEffect(() => {
    let wanted = true
    void client.call('plan-resume', { runId, from, ...listed(verdicts) }).then((reply) => {
      if (!wanted) return
      if (reply.ok) setOutline(reply.value)
      setProblem(reply.ok ? null : reply.problem)
    })
    return () => {
      wanted = false
    }
  }, [client, runId, from, verdicts])

  const undecided = outline?.steps.filter(({ fate }) => fate === 'undecided').length ?? 0
  const isOpen = outline === null || undecided > 0 || (outline.needsReason && reason.trim() === '')
  const create = async (): Promise<void> => {
    if (busy || outline === null || isOpen) return
    setBusy(true)
    const reply = await client.call('resume-run', { runId, revision: outline.revision, from, reason, ...listed(verdicts) })
    setBusy(false)
    if (!reply.ok) return setProblem(reply.problem)
    close()
    go({ screen: 'run', id: reply.value.runId })
  }

  return (
    <Dialog
      size="xl" tone={live ? 'danger' : 'plain'} title="Go on as a new run" onClose={close} onSubmit={() => void create()}
      description={`A new run begins with what was done in this one; ${ended ? 'this one stays as it ended' : 'this one ends as aborted'}. Nothing is sent to a host until you start it there.`}
      actions={<>
        <Button variant="quiet" onClick={close} shortcut="Escape">Cancel</Button>
        <Button type="submit" variant={live ? 'danger' : 'primary'} busy={busy} disabled={isOpen}>Open the new room</Button>
      </>}
    >
      {outline && <>
        <p className={styles.revision}>{revisionWords(outline)}{undecided > 0 && <b> {undecided === 1 ? 'One step that succeeded was edited' : `${undecided} steps that succeeded were edited`}: decide below.</b>}</p>
        <Field label="Begin at">
          <Select
            data-autofocus value={from ?? ''} onChange={(event) => setFrom(event.target.value === '' ? null : event.target.value)}
            options={[{ value: '', label: 'The first step that is not done' }, ...outline.steps.map(({ id, title, phase }) => ({ value: id, label: `${phase} · ${title}` }))]}
          />
        </Field>
        <ResumeSteps outline={outline} verdicts={verdicts} onDecide={(id, verdict) => setVerdicts((known) => ({ ...known, [id]: verdict }))} />
        {outline.needsReason && (
          <Field label="Why is that right?" hint={`${consequences(outline)}.`}>
            <TextArea value={reason} rows={2} onChange={(event) => setReason(event.target.value)} />
          </Field>
        )}
      </>}
      {outline === null && problem === null && <p role="status">Comparing the runbook with this run…</p>}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

const listed = (verdicts: Verdicts) => ({
  keep: Object.keys(verdicts).filter((id) => verdicts[id] === 'keep'), again: Object.keys(verdicts).filter((id) => verdicts[id] === 'again'),
})

function revisionWords({ revision, runRevision, isRemoved }: ResumeOutline): string {
  if (isRemoved) return 'The runbook is in the library no more: it goes on as it was.'
  return revision === runRevision ? `The runbook is as it was: revision ${revision}.` : `The runbook is at revision ${revision}; this run was made from revision ${runRevision}.`
}
