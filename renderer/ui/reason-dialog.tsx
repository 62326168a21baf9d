import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field, TextArea } from './field.tsx'
import { ProblemNote } from './problem-note.tsx'

export interface ReasonDialogProps {
  title: string
  description?: ReactNode
  /** Above the input: `Why is it skipped?` */
  label?: string
  placeholder?: string
  /** The words on the button that does it: `Skip step`. */
  confirm: string
  tone?: 'plain' | 'danger'
  /** An empty reason is refused unless this is true. */
  optional?: boolean
  /** Does it. A Problem is shown and what was typed stays; null closes the dialog. */
  onConfirm: (reason: string) => Promise<ProblemValue | null>
  /** Another way to do it, by Ctrl+Enter, with the same reason. */
  second?: { label: string; onConfirm: (reason: string) => Promise<ProblemValue | null> } | undefined
  onClose: () => void
  children?: ReactNode
}

/** Asks for a typed reason before something that will be asked about later. */
export function ReasonDialog({ title, description, label = 'Reason', placeholder, confirm, tone = 'plain', optional = false, onConfirm, second, onClose, children }: ReasonDialogProps) {
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [missing, setMissing] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const input = useRef<HTMLTextAreaElement>(null)

  const submit = async (confirmed = onConfirm) => {
    if (busy) return
    if (!optional && reason.trim() === '') {
      setMissing(true)
      input.current?.focus()
      return
    }
    setBusy(true)
    setProblem(null)
    const refused = await confirmed(reason.trim())
    setBusy(false)
    if (refused) setProblem(refused)
    else onClose()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void submit(second && (event.ctrlKey || event.metaKey) ? second.onConfirm : onConfirm)
  }

  return (
    <Dialog
      title={title}
      description={description}
      tone={tone}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={<>
        <Button variant="quiet" onClick={onClose} shortcut="Escape">Cancel</Button>
        {second && <Button busy={busy} shortcut="$mod+Enter" onClick={() => void submit(second.onConfirm)}>{second.label}</Button>}
        <Button type="submit" variant={tone === 'danger' ? 'danger' : 'primary'} busy={busy} shortcut="Enter">{confirm}</Button>
      </>}
    >
      {children}
      <Field label={label} error={missing ? 'A reason is needed: it goes into the record.' : null} hint="Shift+Enter starts a new line.">
        <TextArea
          ref={input}
          data-autofocus
          value={reason}
          placeholder={placeholder}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setReason(event.target.value)
            setMissing(false)
          }}
        />
      </Field>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
