import { X } from 'lucide-react'
import { useEffect } from 'react'
import { useAnnouncements } from './announce.ts'
import type { Announcement } from './announce.ts'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import styles from './toasts.module.css'

const STAYS_MS = 6000

/** The one live region of the app; rendered once, by the shell. */
export function Toasts() {
  const shown = useAnnouncements((state) => state.shown)
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {shown.map((one) => <Toast key={one.id} announcement={one} />)}
    </div>
  )
}

function Toast({ announcement }: { announcement: Announcement }) {
  const { id, tone, text } = announcement
  useEffect(() => {
    if (tone === 'bad') return
    const timer = setTimeout(() => useAnnouncements.getState().dismiss(id), STAYS_MS)
    return () => clearTimeout(timer)
  }, [id, tone])
  return (
    <div className={classNames(styles.toast, styles[tone])}>
      <span>{text}</span>
      <Button variant="quiet" size="s" icon={<X size={13} />} aria-label="Dismiss" onClick={() => useAnnouncements.getState().dismiss(id)} />
    </div>
  )
}
