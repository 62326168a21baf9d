import { MonitorOff, TriangleAlert } from 'lucide-react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/shallow'
import { isElsewhere } from '#domain/run/lead.ts'
import { Button } from '#renderer/ui/button.tsx'
import { formatClock } from '#renderer/ui/format.ts'
import { here } from '#renderer/stores/here.ts'
import { useRun, useZone } from './room-context.ts'
import { useActions } from './use-actions.ts'
import styles from './lead-panel.module.css'

const TAKE_OVER = { kind: 'take-over', about: '' } as const

/** In the place of what is next: the run is led on another machine, and can be taken over here. */
export function ElsewherePanel() {
  const { name, since, by } = useRun(useShallow(({ lead }) => ({ name: lead.machine?.name ?? 'another machine', since: lead.since, by: lead.by })))
  const zone = useZone()
  const { ask } = useActions()
  return (
    <section className={styles.elsewhere} aria-label="Led elsewhere">
      <MonitorOff size={16} aria-hidden="true" />
      <div>
        <p className={styles.kicker}>Led on another machine</p>
        <h2>{name} leads this run</h2>
        <p className={styles.detail}>Since {formatClock(since, zone)}, by {by}. What is shown here is a copy from then on: it does not follow {name}, and nothing is sent from here.</p>
      </div>
      <Button size="l" variant="primary" onClick={() => ask(TAKE_OVER)}>Take over…</Button>
    </section>
  )
}

/** After a takeover: hosts that could not be told of it, and work of the other machine that is not in this record. */
export function Takeover() {
  const fences = useRun((state) => state.fences)
  const open = useRun((state) => state.stage !== 'ended')
  const { ask } = useActions()
  const untold = Object.entries(fences).filter(([, fence]) => !fence.isRaised)
  const strange = Object.entries(fences).filter(([, fence]) => fence.strangers.length > 0)
  if (!open || (untold.length === 0 && strange.length === 0)) return null
  return (
    <section className={styles.takeover} aria-label="Takeover">
      <TriangleAlert size={14} aria-hidden="true" />
      <ul>
        {untold.map(([host, { message }]) => <li key={host}><b>{host}</b> could not be told of the takeover: {message}. The other machine may still begin work there.</li>)}
        {strange.map(([host, { strangers }]) => <li key={host}><b>{host}</b> holds {strangers.length === 1 ? 'work' : `${strangers.length} pieces of work`} that this record does not know: <code>{strangers.join(', ')}</code>. The other machine began it after the copy was made; look there before you resume.</li>)}
      </ul>
      {untold.length > 0 && <Button size="s" onClick={() => ask(TAKE_OVER)}>Tell them again…</Button>}
    </section>
  )
}

/** Whether the run is led on another machine than the one this page belongs to. */
export function useElsewhere(): boolean {
  const machine = useStore(here, (store) => store.machine)
  return useRun((state) => isElsewhere(state, machine))
}
