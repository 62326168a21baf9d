import { useEffect } from 'react'
import { describeEvent } from '#domain/run/describe.ts'
import type { RunEvent, RunFact } from '#domain/run/events.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { announce } from '#renderer/ui/announce.ts'
import { useRoom } from './room-context.ts'

type Tone = 'info' | 'ok' | 'bad'

const said: Partial<Record<RunFact['type'], Tone>> = {
  'gate-reached': 'info', 'phase-started': 'info', 'run-paused': 'info', 'run-resumed': 'info', 'abort-requested': 'info', 'rollback-started': 'info',
  'rollback-steps-finished': 'info', 'breach-opened': 'bad', 'breach-closed': 'ok', 'no-data-noticed': 'info', 'monitoring-started': 'info', 'run-finished': 'ok',
}

/** Says what changes the state of the run, as it happens: to the eye in a toast, to the ear through the live region. */
export function Announcer() {
  const { run } = useRoom()
  useEffect(() => {
    // What was there when the room opened is history, and history is not announced.
    let heard = run.getState().state?.version ?? 0
    return run.subscribe(({ state, events }) => {
      if (!state || state.version === heard) return
      const news = events.filter((stored) => stored.seq > heard)
      heard = state.version
      for (const { event } of news.slice(-3)) {
        const tone = toneOf(event)
        if (tone) announce(showControls(describeEvent(event, state.runbook)), tone)
      }
    })
  }, [run])
  return null
}

function toneOf(event: RunEvent): Tone | null {
  if (event.type === 'step-finished') return event.outcome === 'succeeded' ? null : 'bad'
  return said[event.type] ?? null
}
