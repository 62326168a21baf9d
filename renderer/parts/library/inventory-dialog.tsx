import { useState } from 'react'
import type { Inventory } from '#domain/inventory.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { useCreateRun } from './use-create-run.ts'
import styles from './live-dialog.module.css'

export interface InventoryDialogProps {
  runbookId: string
  inventories: NonNullable<Inventory['others']>
  onClose: () => void
}

/** Says on which real hosts a rehearsal would run its commands, and opens its room. */
export function InventoryDialog({ runbookId, inventories, onClose }: InventoryDialogProps) {
  const { busy, problem, create } = useCreateRun(onClose)
  const [name, setName] = useState(inventories[0]?.name ?? '')
  const hosts = inventories.find((inventory) => inventory.name === name)?.hosts ?? []

  return (
    <Dialog
      size="l" tone="danger" title={`Rehearse on the real hosts of ${name}?`} onClose={onClose} onSubmit={() => create({ runbookId, mode: 'rehearsal', inventory: name })}
      description="The commands of the runbook WILL RUN on these hosts, at real speed. Checks, metrics and secrets are made up. This opens the room: nothing is sent until you start the run there."
      actions={<>
        <Button data-autofocus={inventories.length === 1 || undefined} variant="quiet" onClick={onClose} shortcut="Escape">Cancel</Button>
        <Button type="submit" variant="danger" busy={busy}>Open the rehearsal’s room</Button>
      </>}
    >
      <dl className={styles.facts}>
        <dt>Inventory</dt>
        <dd className={styles.hosts}>
          {inventories.map((one) => (
            <label key={one.name}>
              <input type="radio" name="inventory" value={one.name} checked={one.name === name} data-autofocus={(inventories.length > 1 && one.name === name) || undefined} onChange={() => setName(one.name)} /> {one.name}
            </label>
          ))}
        </dd>
        <dt>Hosts</dt>
        <dd className={styles.hosts}>{hosts.map((host) => <code key={host.name} className={styles.host}>{host.name} → {host.user === null ? '' : `${host.user}@`}{host.address ?? host.name}{host.port === null ? '' : `:${host.port}`}</code>)}</dd>
      </dl>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
