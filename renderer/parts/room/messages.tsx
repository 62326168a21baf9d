import { formatDuration } from '#domain/duration.ts'
import { dueAt, whenOf } from '#domain/messages.ts'
import type { Message } from '#domain/runbook.ts'
import { Button } from '#renderer/ui/button.tsx'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { isAllowed } from './allowed.ts'
import { useRun, useView, useZone } from './room-context.ts'
import { Section } from './section.tsx'
import { useActions } from './use-actions.ts'
import styles from './messages.module.css'

/** Who is to be told what and when; sent and skipped by hand. */
export function Messages() {
  const messages = useRun((state) => state.runbook.messages)
  const left = useRun((state) => messages.filter((message) => state.messages[message.id]?.state === 'pending').length)
  if (messages.length === 0) return null
  return (
    <Section title="Communications" trailing={<span className={styles.left}>{left === 0 ? 'all answered' : `${left} open`}</span>}>
      <ul>{messages.map((message) => <Row key={message.id} message={message} />)}</ul>
    </Section>
  )
}

function Row({ message }: { message: Message }) {
  const zone = useZone()
  const { ask } = useActions()
  const known = useRun((state) => state.messages[message.id])
  const windowStart = useView((view) => view.timing?.window?.startAt ?? null)
  const due = useRun((state) => dueAt(message, state, windowStart))
  const left = useView((view) => (due === null ? null : Math.floor((due - view.now) / 1000) * 1000))
  const can = useRun((state) => isAllowed(state, { type: 'send-message', messageId: message.id, note: '' }))
  const open = known?.state === 'pending' || message.timing.when === 'every'
  const sent = known?.sentAt.at(-1)
  return (
    <li className={styles.row}>
      <StatusMark status={known?.state ?? 'pending'} shapeOnly />
      <span className={styles.text}>
        {message.text}
        <small className={classNames(styles.when, left !== null && left <= 0 && styles.due)}>
          {known?.state === 'sent' && sent !== undefined ? `sent ${formatClock(sent, zone)}${known.sentAt.length > 1 ? ` (${known.sentAt.length}×)` : ''} by ${known.by} · ` : ''}
          {known?.state === 'skipped' ? `not sent: ${known.note}` : said(whenOf(message), left)}
        </small>
      </span>
      {open && can && known?.state !== 'skipped' && (
        <>
          <Button size="s" variant="quiet" onClick={() => ask({ kind: 'skip-message', about: message.id })}>Skip…</Button>
          <Button size="s" onClick={() => ask({ kind: 'send-message', about: message.id })}>Sent…</Button>
        </>
      )}
    </li>
  )
}

function said(when: string, left: number | null): string {
  if (left === null) return when
  return left <= 0 ? `${when} · ${left > -60_000 ? 'due now' : `overdue ${formatDuration(minutes(-left))}`}` : `${when} · in ${formatDuration(minutes(left))}`
}

const minutes = (ms: number): number => Math.max(60_000, Math.floor(ms / 60_000) * 60_000)
