import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './tag.module.css'

export interface TagProps {
  tone?: 'plain' | 'ok' | 'warn' | 'bad' | 'info' | 'unknown' | 'rehearsal'
  title?: string
  children: ReactNode
}

/** A short label. The rehearsal tone is hatched, so that it is told apart without colour. */
export function Tag({ tone = 'plain', title, children }: TagProps) {
  return <span className={classNames(styles.tag, styles[tone])} title={title}>{children}</span>
}

/** What every row, chart and page of a rehearsal carries. */
export function RehearsalTag() {
  return <Tag tone="rehearsal" title="A rehearsal: nothing outside this machine is touched">REHEARSAL</Tag>
}
