import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { statusLooks } from './status-look.ts'
import type { Shape, Status } from './status-look.ts'
import styles from './status-mark.module.css'

const disc = <circle cx="8" cy="8" r="7" className={styles.fill} />

/** Drawn on 16 × 16. `fill` is the status colour, `cut` is what is cut out of it, `line` is a stroke. */
const shapes: Record<Shape, ReactNode> = {
  'ring-dashed': <circle cx="8" cy="8" r="6" className={styles.line} strokeDasharray="2.6 2.1" />,
  ring: <circle cx="8" cy="8" r="6" className={styles.line} />,
  play: <>{disc}<path d="M6.4 4.9v6.2L11.3 8z" className={styles.cutFill} /></>,
  hourglass: <><circle cx="8" cy="8" r="6.2" className={styles.line} /><path d="M8 4.4V8l2.5 1.7" className={styles.line} /></>,
  pause: <>{disc}<path d="M6.2 5.3v5.4M9.8 5.3v5.4" className={styles.cut} /></>,
  cross: <><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" className={styles.fill} /><path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" className={styles.cut} /></>,
  // Not a filled diamond: that is how a missing character looks.
  question: <><path d="M8 1.2 14.8 8 8 14.8 1.2 8z" className={styles.line} /><path d="M6.5 6.6a1.5 1.5 0 1 1 2.2 1.4c-.5.3-.7.6-.7 1M8 11v.1" className={styles.line} /></>,
  check: <>{disc}<path d="m5 8.2 2.1 2.1L11 6" className={styles.cut} /></>,
  skip: <path d="m3 4 4 4-4 4m6-8 4 4-4 4" className={styles.line} />,
  back: <>{disc}<path d="M6.6 4.7 4.4 6.9l2.2 2.2M4.6 6.9h4.3a2 2 0 0 1 0 4H7.6" className={styles.cut} /></>,
  stop: <><rect x="1.5" y="1.5" width="13" height="13" rx="2" className={styles.fill} /><rect x="5.2" y="5.2" width="5.6" height="5.6" className={styles.cutFill} /></>,
  box: <rect x="2" y="2" width="12" height="12" rx="2.5" className={styles.line} />,
  'box-check': <><rect x="1.3" y="1.3" width="13.4" height="13.4" rx="3" className={styles.fill} /><path d="m4.8 8.2 2.2 2.2 4.3-4.6" className={styles.cut} /></>,
  'box-slash': <><rect x="2" y="2" width="12" height="12" rx="2.5" className={styles.line} /><path d="m5 11 6-6" className={styles.line} /></>,
  triangle: <><path d="M8 1.2 15.4 14.4H.6z" className={styles.fill} strokeLinejoin="round" /><path d="M8 6v3.8M8 12.1v.1" className={styles.cut} /></>,
  gap: <path d="M1 8h3.4M11.6 8H15M8 4.2v.1M8 8v.1M8 11.8v.1" className={styles.line} />,
  minus: <><circle cx="8" cy="8" r="6" className={styles.line} /><path d="M5 8h6" className={styles.line} /></>,
  pulse: <><circle cx="8" cy="8" r="6.6" className={styles.line} /><path d="M3.6 8.4h2l1.5-3.2 2 5.6 1.4-2.4h1.9" className={styles.line} /></>,
  lock: <><rect x="3" y="7" width="10" height="7" rx="1.5" className={styles.line} /><path d="M5.4 7V5a2.6 2.6 0 0 1 5.2 0v2" className={styles.line} /></>,
}

export interface StatusMarkProps {
  status: Status
  size?: 's' | 'm' | 'l'
  /** Says more than the status's own word: `Failed on web-3`. */
  word?: string
  /** Shape alone, where the word stands right beside it or in the row's label; screen readers still hear it. */
  shapeOnly?: boolean
  className?: string
}

export function StatusMark({ status, size = 'm', word, shapeOnly = false, className }: StatusMarkProps) {
  const look = statusLooks[status]
  const said = word ?? look.word
  return (
    <span className={classNames(styles.mark, styles[look.tone], styles[size], className)} data-status={status} title={shapeOnly ? said : undefined}>
      <svg viewBox="0 0 16 16" className={styles.shape} role={shapeOnly ? 'img' : undefined} aria-label={shapeOnly ? said : undefined} aria-hidden={shapeOnly ? undefined : true}>
        {shapes[look.shape]}
      </svg>
      {!shapeOnly && <span className={styles.word}>{said}</span>}
    </span>
  )
}
