import { createContext, useContext, useId } from 'react'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'

interface FieldIds {
  id: string
  describedBy: string | undefined
  invalid: boolean
}

const FieldContext = createContext<FieldIds | null>(null)

export interface FieldProps {
  label: string
  hint?: ReactNode
  /** What is wrong with what was typed; the input keeps it. */
  error?: string | null
  children: ReactNode
}

/** Label, control, hint and error, tied together for keyboard and screen reader. Holds one of the inputs below. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const said = error || hint
  const describedBy = !said ? undefined : `${id}-said`
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>{label}</label>
      <FieldContext value={{ id, describedBy, invalid: Boolean(error) }}>{children}</FieldContext>
      {Boolean(said) && <p id={describedBy} className={classNames(styles.hint, error && styles.error)}>{said}</p>}
    </div>
  )
}

function useFieldProps() {
  const field = useContext(FieldContext)
  return field ? { id: field.id, 'aria-describedby': field.describedBy, 'aria-invalid': field.invalid || undefined } : {}
}

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <input type="text" autoComplete="off" spellCheck={false} {...useFieldProps()} {...rest} className={classNames(styles.control, className)} />
}

export function TextArea({ className, mono = false, ...rest }: ComponentProps<'textarea'> & { mono?: boolean }) {
  return <textarea rows={3} {...useFieldProps()} {...rest} className={classNames(styles.control, styles.area, mono && styles.mono, className)} />
}

export function Select({ className, options, ...rest }: ComponentProps<'select'> & { options: { value: string; label: string }[] }) {
  return (
    <select {...useFieldProps()} {...rest} className={classNames(styles.control, styles.select, className)}>
      {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  )
}
