import { useEffect, useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { ChangeWindow } from '#domain/runbook.ts'
import type { OpenRunbook } from '#preload/contract.ts'
import { useClient } from '#renderer/client.ts'
import { Findings } from '#renderer/parts/runbook/findings.tsx'
import { go } from '#renderer/stores/route.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { formatLength } from '#renderer/ui/format.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { Tag } from '#renderer/ui/tag.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { useNow } from '#renderer/ui/use-now.ts'
import { useCreateRun } from './use-create-run.ts'
import styles from './live-dialog.module.css'

/** Says what a live run would touch, and opens its room; refuses while the runbook has errors, and lists them. */
export function LiveDialog({ runbookId, onClose }: { runbookId: string; onClose: () => void }) {
  const client = useClient()
  const creating = useCreateRun(onClose)
  const [opened, setOpened] = useState<OpenRunbook | null>(null)
  const [unread, setUnread] = useState<ProblemValue | null>(null)
  const problem = creating.problem ?? unread

  useEffect(() => {
    void client.call('open-runbook', { runbookId }).then((reply) => (reply.ok ? setOpened(reply.value) : setUnread(reply.problem)))
  }, [client, runbookId])

  const errors = opened?.findings.filter(({ severity }) => severity === 'error') ?? []
  const warnings = opened?.findings.filter(({ severity }) => severity === 'warning') ?? []
  const refused = errors.length > 0
  const environment = opened?.runbook.overview.environment ?? 'an unnamed environment'

  const create = () => {
    if (!refused && opened) creating.create({ runbookId, mode: 'live' })
  }

  return (
    <Dialog
      size="l"
      tone="danger"
      title={refused ? `This runbook cannot run live: ${errors.length === 1 ? 'one error' : `${errors.length} errors`}` : `Run live on ${environment}?`}
      description={refused ? 'Mend them in the text first. A rehearsal is possible all the same.' : 'This opens the room. Nothing is sent to a host until you start the run there.'}
      onClose={onClose}
      onSubmit={create}
      actions={<>
        <Button data-autofocus variant="quiet" onClick={onClose} shortcut="Escape">Cancel</Button>
        {refused
          ? <Button variant="primary" onClick={() => { onClose(); go({ screen: 'runbook', id: runbookId }) }}>Open the text</Button>
          : <Button type="submit" variant="danger" busy={creating.busy} disabled={!opened}>Open live room</Button>}
      </>}
    >
      {opened && <LiveFacts opened={opened} />}
      {refused && <section><h3 className={styles.heading}>Errors</h3><Findings findings={errors} /></section>}
      {!refused && warnings.length > 0 && <section><h3 className={styles.heading}>Warnings</h3><Findings findings={warnings} /></section>}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

/** Where now stands to the window: a live run outside of it is possible, but never unnoticed. */
function WindowNow({ window }: { window: ChangeWindow }) {
  const now = useNow(10_000)
  if (now < window.startAt) return <Tag tone="warn">opens in {formatLength(roundedMinutes(window.startAt - now))}</Tag>
  if (now >= window.endAt) return <Tag tone="warn">closed {formatLength(roundedMinutes(now - window.endAt))} ago</Tag>
  return <Tag tone="ok">open for {formatLength(roundedMinutes(window.endAt - now))}</Tag>
}

const roundedMinutes = (ms: number): number => Math.max(1, Math.round(ms / 60_000)) * 60_000

function LiveFacts({ opened }: { opened: OpenRunbook }) {
  const { overview, inventory, phases } = opened.runbook
  const used = new Set(phases.flatMap((phase) => phase.steps.flatMap((step) => step.hosts)))
  const hosts = inventory.hosts.filter((host) => used.has(host.name))
  return (
    <dl className={styles.facts}>
      <dt>Runbook</dt><dd>{opened.runbook.title} <span className={styles.dim}>revision {opened.revision}</span></dd>
      <dt>Environment</dt><dd className={styles.environment}>{overview.environment ?? 'Not named in the runbook'}</dd>
      <dt>Version</dt><dd>{overview.version ?? 'Not named'}</dd>
      <dt>Change window</dt>
      <dd>
        {overview.window
          ? <><Time at={overview.window.startAt} zone={overview.window.zone} form="moment" /> – <Time at={overview.window.endAt} zone={overview.window.zone} form="moment" /> {overview.window.zone} <WindowNow window={overview.window} /></>
          : 'None'}
      </dd>
      <dt>Hosts</dt>
      <dd className={styles.hosts}>{hosts.length === 0 ? 'None: every step is done by hand' : hosts.map((host) => <code key={host.name} className={styles.host}>{host.name}{host.address !== null && host.address !== host.name ? ` ${host.address}` : ''}</code>)}</dd>
    </dl>
  )
}
