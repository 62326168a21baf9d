import { TriangleAlert } from 'lucide-react'
import { nextAction } from './next-action.ts'
import { outsideWindow } from './outlook-words.ts'
import { useRun, useView, useZone } from './room-context.ts'
import styles from './return-warning.module.css'

/** Said before a step or phase is begun by hand outside the change window. The decision stays with the person. */
export function WindowWarning() {
  const zone = useZone()
  const begins = useRun((state) => {
    const does = nextAction(state).primary?.does
    return state.rollback === null && does !== undefined && 'send' in does && (does.send.type === 'decide-gate' || does.send.type === 'start-step')
  })
  const words = useView(({ timing, now }) => (begins && timing?.window ? outsideWindow(timing.window, now, zone) : null))
  if (words === null) return null
  return <p className={styles.warning}><TriangleAlert size={14} aria-hidden="true" /><span>{words}</span></p>
}
