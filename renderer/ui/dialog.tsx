import { useId, useRef } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { classNames } from './class-names.ts'
import { useModal } from './use-modal.ts'
import styles from './dialog.module.css'

export interface DialogProps {
  title: string
  description?: ReactNode
  /** Buttons, the safest first. A submit button answers Enter. */
  actions?: ReactNode
  size?: 's' | 'm' | 'l' | 'xl'
  tone?: 'plain' | 'danger'
  /** Esc, the scrim, or a button that closes. */
  onClose: () => void
  onSubmit?: () => void
  children?: ReactNode
}

/** A modal dialog, shown as long as it is rendered; see useModal for where the focus goes. */
export function Dialog({ title, description, actions, size = 'm', tone = 'plain', onClose, onSubmit, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useModal(dialog)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    onSubmit?.()
  }

  return (
    <dialog
      ref={dialog}
      className={classNames(styles.dialog, styles[size], tone === 'danger' && styles.danger)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
    >
      <form className={styles.form} onSubmit={submit}>
        <header className={styles.head}>
          <h2 id={titleId} className={styles.title}>{title}</h2>
          {Boolean(description) && <div className={styles.description}>{description}</div>}
        </header>
        {Boolean(children) && <div className={styles.body}>{children}</div>}
        {Boolean(actions) && <footer className={styles.actions}>{actions}</footer>}
      </form>
    </dialog>
  )
}
