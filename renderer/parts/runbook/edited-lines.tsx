import { showControls } from '#renderer/parts/log/ansi.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import styles from './edited-lines.module.css'

export interface EditedLine {
  /** `place`: says where in a file what follows stands. */
  kind: 'same' | 'added' | 'removed' | 'place'
  /** With its sign. */
  text: string
}

/** Lines of a text before and after an edit. */
export function EditedLines({ label, lines, className }: { label: string; lines: readonly EditedLine[]; className?: string | undefined }) {
  return <pre className={classNames(styles.lines, className)} aria-label={label}>{lines.map(({ kind, text }, place) => <span key={place} className={styles[kind]}>{showControls(text)}{'\n'}</span>)}</pre>
}
