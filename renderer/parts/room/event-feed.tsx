import { StickyNote } from 'lucide-react'
import { memo } from 'react'
import { PROGRAM } from '#domain/run/decide.ts'
import { describeEvent } from '#domain/run/describe.ts'
import type { RunFact, StoredEvent } from '#domain/run/events.ts'
import type { Runbook } from '#domain/runbook.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { useRun, useRunRoom, useZone } from './room-context.ts'
import { Section } from './section.tsx'
import { useActions } from './use-actions.ts'
import styles from './event-feed.module.css'

const SHOWN = 80

/** What happened, who did it and when, the newest first; and the way to add to it. */
export function EventFeed() {
  const { ask } = useActions()
  const zone = useZone()
  const runbook = useRun((state) => state.runbook)
  const events = useRunRoom((room) => room.events)
  const shown = events.filter(isNews).slice(-SHOWN).toReversed()
  return (
    <Section title="What happened" trailing={<Button size="s" variant="quiet" icon={<StickyNote size={13} />} shortcut="n" onClick={() => ask({ kind: 'note', about: '' })}>Note</Button>}>
      <ol className={styles.feed}>{shown.map((stored) => <Row key={stored.seq} stored={stored} runbook={runbook} zone={zone} />)}</ol>
    </Section>
  )
}

/** What goes well on one host is in the tree and the host table; its step says it once for all. */
const isNews = ({ event }: StoredEvent): boolean => event.type !== 'host-started' && event.type !== 'verdict-changed' && !(event.type === 'host-finished' && event.result.outcome === 'succeeded')

type Tone = 'bad' | 'unknown' | 'note' | 'warn' | null

const tones: Partial<Record<RunFact['type'], Tone>> = {
  'breach-opened': 'bad', 'output-lost': 'bad', 'rollback-started': 'bad', 'rollback-widened': 'bad', 'forward-abort-requested': 'bad', 'undo-planned': 'warn', 'phase-boundary-restored': 'warn', 'abort-requested': 'bad', 'no-data-noticed': 'unknown', 'note-added': 'note', 'step-skipped': 'warn', 'item-waived': 'warn', 'breach-overridden': 'warn', 'return-gate-reached': 'warn', 'return-gate-decided': 'warn', 'breach-watched': 'warn', 'no-data-accepted': 'warn', 'rollback-countdown-started': 'bad',
}

function toneOf({ event }: StoredEvent): Tone {
  if (event.type === 'step-finished' || event.type === 'run-finished') return event.outcome === 'succeeded' ? null : event.outcome === 'unknown' ? 'unknown' : 'bad'
  return tones[event.type] ?? null
}

const Row = memo(function Row({ stored, runbook, zone }: { stored: StoredEvent; runbook: Runbook; zone: string }) {
  const { event } = stored
  const tone = toneOf(stored)
  const words = showControls(describeEvent(event, runbook).replaceAll('\n', ' · '))
  return (
    <li className={styles.row}>
      <time className={styles.at}>{formatClock(event.at, zone, true)}</time>
      <span className={classNames(styles.what, tone !== null && styles[tone])} title={words}>{words}{event.by !== PROGRAM && <span className={styles.by}> · {event.by}</span>}</span>
    </li>
  )
})
