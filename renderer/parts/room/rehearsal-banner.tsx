import { useRun } from './room-context.ts'
import styles from './rehearsal-banner.module.css'

/** Hatched, so that a rehearsal is told from a live run without reading and without colour. */
export function RehearsalBanner() {
  const rehearsal = useRun((state) => state.mode === 'rehearsal')
  const speed = useRun((state) => state.speed)
  if (!rehearsal) return null
  return (
    <div className={styles.banner} role="note">
      <strong>REHEARSAL</strong>
      <span>Embedded hosts and made-up metrics at {speed}× speed. No real host is touched.</span>
    </div>
  )
}
