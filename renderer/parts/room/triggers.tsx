import { sourcesOf } from '#domain/run/sources.ts'
import { Button } from '#renderer/ui/button.tsx'
import { isAllowed } from './allowed.ts'
import { useRun } from './room-context.ts'
import { Section } from './section.tsx'
import { useActions } from './use-actions.ts'
import styles from './messages.module.css'

/** Rollback triggers that only a person can see, or that no source has numbers for: each is a button. */
export function Triggers() {
  const triggers = useRun((state) => state.runbook.rollback.triggers)
  const open = useRun((state) => triggers.filter((trigger) => isAllowed(state, { type: 'fire-trigger', triggerId: trigger.id, reason: '…' })).map((trigger) => trigger.id).join('\n'))
  const read = useRun((state) => sourcesOf(state).map(({ metric }) => metric).join('\n')).split('\n')
  const manual = triggers.filter(({ threshold }) => threshold === null || !read.includes(threshold.metric))
  const { ask } = useActions()
  if (manual.length === 0) return null
  return (
    <Section title="Rollback triggers to watch by eye">
      <ul>
        {manual.map((trigger) => (
          <li key={trigger.id} className={styles.row}>
            <span className={styles.text}>{trigger.text}{trigger.auto && ' (auto)'}</span>
            <Button size="s" disabled={!open.split('\n').includes(trigger.id)} onClick={() => ask({ kind: 'fire-trigger', about: trigger.id })}>Happened…</Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}
