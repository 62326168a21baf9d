import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'
import styles from './button.module.css'

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'neutral' | 'quiet' | 'danger'
  size?: 's' | 'm' | 'l'
  /** Work this button started is under way: it keeps its width and its focus, and cannot be pressed again. */
  busy?: boolean
  /** Shown only; the key is bound where the command is registered. */
  shortcut?: string
  icon?: ReactNode
}

export function Button({ variant = 'neutral', size = 'm', busy = false, shortcut, icon, className, children, onClick, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classNames(styles.button, styles[variant], styles[size], !children && styles.iconOnly, busy && styles.busy, className)}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {Boolean(icon) && <span className={styles.icon} aria-hidden="true">{icon}</span>}
      {Boolean(children) && <span className={styles.label}>{children}</span>}
      {shortcut !== undefined && <span className={styles.shortcut} aria-hidden="true"><Kbd keys={shortcut} /></span>}
      {busy && <span className={styles.bar} aria-hidden="true" />}
    </button>
  )
}
