import { useEffect, useState } from 'react'
import { describeEvent } from '#domain/run/describe.ts'
import type { RunEvent, RunFact } from '#domain/run/events.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { useRoom } from './room-context.ts'
import styles from './announcer.module.css'

type Urgency = 'polite' | 'assertive'

const said: Partial<Record<RunFact['type'], Urgency>> = {
  'gate-reached': 'polite', 'return-gate-reached': 'assertive', 'phase-started': 'polite', 'run-paused': 'polite', 'run-resumed': 'polite', 'abort-requested': 'polite', 'rollback-started': 'assertive', 'rollback-widened': 'assertive', 'phase-boundary-restored': 'assertive',
  'rollback-steps-finished': 'polite', 'breach-opened': 'assertive', 'host-probed': 'assertive', 'breach-closed': 'polite', 'rollback-countdown-started': 'assertive', 'breach-watched': 'polite', 'no-data-noticed': 'assertive', 'monitoring-started': 'polite', 'run-finished': 'assertive',
}

/** Says what changes the state of the run to those who hear the room instead of seeing it. The eye has the room itself. */
export function Announcer() {
  const { run } = useRoom()
  const [words, setWords] = useState<Record<Urgency, string>>({ polite: '', assertive: '' })
  useEffect(() => {
    // What was there when the room opened is history, and history is not announced.
    let heard = run.getState().state?.version ?? 0
    return run.subscribe(({ state, events }) => {
      if (!state || state.version === heard) return
      const news = events.filter((stored) => stored.seq > heard)
      heard = state.version
      for (const urgency of ['polite', 'assertive'] as const) {
        const texts = news.filter(({ event }) => urgencyOf(event) === urgency).map(({ event }) => showControls(describeEvent(event, state.runbook)))
        if (texts.length > 0) setWords((before) => ({ ...before, [urgency]: texts.slice(-3).join('. ') }))
      }
    })
  }, [run])
  return (
    <div className={styles.unseen}>
      <p aria-live="polite">{words.polite}</p>
      <p role="alert">{words.assertive}</p>
    </div>
  )
}

function urgencyOf(event: RunEvent): Urgency | null {
  if (event.type === 'step-finished') return event.outcome === 'succeeded' ? null : 'assertive'
  return said[event.type] ?? null
}
