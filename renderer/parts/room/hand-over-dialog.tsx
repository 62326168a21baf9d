import { useState } from 'react'
import { useStore } from 'zustand'
import { canHandOver, handOverPreview } from '#domain/run/hand-over.ts'
import type { ProblemValue } from '#domain/problem.ts'
import { here } from '#renderer/stores/here.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { Field, TextInput } from '#renderer/ui/field.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { useRoom, useRun, useView } from './room-context.ts'
import styles from './hand-over-dialog.module.css'

/** Copies the data to a folder, so that another machine can take the run over; says before what that means. */
export function HandOverDialog() {
  const shown = useView((view) => view.handingOver)
  const machine = useStore(here, (store) => store.machine)
  const can = useRun((state) => canHandOver(state, machine))
  return shown && can && <Open />
}

function Open() {
  const { client, runId, view } = useRoom()
  const machine = useStore(here, (store) => store.machine) ?? { id: '', name: 'this machine' }
  const preview = useRun((state) => JSON.stringify(handOverPreview(state, machine)))
  const paused = useRun((state) => state.paused !== null)
  const [folder, setFolder] = useState('')
  const [pause, setPause] = useState(true)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const [copied, setCopied] = useState<string | null>(null)
  const close = (): void => view.getState().handOver(false)
  const copy = async (): Promise<void> => {
    if (busy || folder.trim() === '') return
    setBusy(true)
    setProblem(null)
    const reply = await client.call('hand-over', { runId, folder, pause })
    setBusy(false)
    if (reply.ok) setCopied(reply.value.folder)
    else setProblem(reply.problem)
  }
  if (copied !== null) {
    return (
      <Dialog title="The copy is complete" description={`${machine.name} still leads the run: nothing changes until it is taken over.`} onClose={close} actions={<Button data-autofocus variant="primary" onClick={close} shortcut="Escape">Close</Button>}>
        <ol className={styles.steps}>
          <li>Take the folder to the other machine: <code>{copied}</code></li>
          <li>Start Holdpoint there on it: <code>HOLDPOINT_HOME={asWord(copied)} npx holdpoint open</code></li>
          <li>Open this run there and press <b>Take over…</b> It stays paused until somebody resumes it.</li>
        </ol>
      </Dialog>
    )
  }
  return (
    <Dialog
      title="Hand this run over" description="Copies the data to a folder, from which another machine can take the run over." size="l" onClose={close} onSubmit={() => void copy()}
      actions={<>
        <Button onClick={close} shortcut="Escape">Cancel</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={folder.trim() === ''} shortcut="Enter">{pause && !paused ? 'Pause and copy' : 'Copy'}</Button>
      </>}
    >
      <ul className={styles.preview} aria-label="What this means">{(JSON.parse(preview) as string[]).map((line) => <li key={line}>{line}</li>)}</ul>
      <Field label="Folder for the copy" hint="A new or empty folder on this machine, such as one on a stick: /media/stick/holdpoint or ~/hand-over.">
        <TextInput data-autofocus value={folder} spellCheck={false} autoComplete="off" onChange={(event) => setFolder(event.target.value)} />
      </Field>
      {!paused && (
        <label className={styles.pause}><input type="checkbox" checked={pause} onChange={(event) => setPause(event.target.checked)} /> Pause the run first, so that nothing new begins here after the copy</label>
      )}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

/** As one word of a shell. */
const asWord = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`)
