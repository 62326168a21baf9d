import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { announce } from '#renderer/ui/announce.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Field, TextInput } from '#renderer/ui/field.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './operator-form.module.css'

/** The name that every tick, decision and note of this person is recorded under. */
export function OperatorForm({ operator }: { operator: string }) {
  const { settings } = useAppStores()
  const [name, setName] = useState(operator)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const changed = name.trim() !== operator

  const save = async () => {
    if (!changed || busy) return
    setBusy(true)
    const refused = await settings.getState().save({ operator: name.trim() })
    setBusy(false)
    setProblem(refused)
    if (!refused) announce(`You are recorded as ${name.trim()} from now on.`, 'ok')
  }

  return (
    <form className={styles.form} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <Field label="Your name" hint="Ticks, decisions and notes are recorded under it. What is on record already stays." error={name.trim() === '' ? 'A name is needed.' : null}>
        <TextInput value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Button type="submit" variant={changed ? 'primary' : 'neutral'} busy={busy} disabled={!changed || name.trim() === ''}>Save</Button>
      {problem && <ProblemNote problem={problem} />}
    </form>
  )
}
