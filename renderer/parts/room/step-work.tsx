import { useEffect, useState } from 'react'
import { flowOf } from '#domain/flow/attributes.ts'
import { describeFlow } from '#domain/flow/describe.ts'
import { includedHosts } from '#domain/run/decide/hosts.ts'
import { planStepFor } from '#domain/run/undo-step.ts'
import { findStep } from '#domain/run/view.ts'
import type { Step } from '#domain/step.ts'
import type { HostView } from '#preload/contract.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { useRoom, useRun } from './room-context.ts'
import styles from './detail.module.css'

/** Exactly what will be sent, and to whom: the command as it is, and each host with its address, user and way there. */
export function StepWork({ step }: { step: Step }) {
  return (
    <>
      <section className={styles.section}>
        <h3>{step.kind === 'sh' ? `Command, sent to /bin/sh on ${step.hosts.length === 1 ? '1 host' : `${step.hosts.length} hosts`}` : `Work (${step.kind})`}</h3>
        <pre className={styles.code}>{visible(step.body)}</pre>
      </section>
      <HowItRuns step={step} />
      <Undo step={step} />
      {step.hosts.length > 0 && <Targets names={step.hosts} />}
    </>
  )
}

/** Its attributes in words: how many hosts, at which failure it stops, what it waits for. */
function HowItRuns({ step }: { step: Step }) {
  const text = useRun((state) => JSON.stringify(describeFlow({ ...flowOf(step).flow, hosts: includedHosts(state, step) }, (id) => findStep(state.runbook, id)?.step.title ?? null)))
  const lines = JSON.parse(text) as string[]
  if (lines.length === 0) return null
  return <section className={styles.section}><h3>How it runs</h3><ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul></section>
}

/** What a rollback sends to take it back: its own command, or a step of the rollback plan. */
function Undo({ step }: { step: Step }) {
  const planned = useRun((state) => planStepFor(state.runbook, step)?.title ?? null)
  if (step.undo === null) return null
  return <section className={styles.section}><h3>Taken back {planned === null ? 'with' : `by “${planned}” of the rollback plan`}</h3>{planned === null && <pre className={styles.code}>{visible(step.undo)}</pre>}</section>
}

/** Line by line, so that nothing in a command can hide. */
const visible = (text: string): string => text.split('\n').map(showControls).join('\n')

function Targets({ names }: { names: string[] }) {
  const { client } = useRoom()
  const inventory = useRun((state) => state.runbook.inventory.hosts)
  const rehearsal = useRun((state) => state.mode === 'rehearsal')
  const elsewhere = useRun((state) => state.inventory !== null)
  const [resolved, setResolved] = useState<HostView[]>([])
  useEffect(() => {
    let wanted = true
    void client.call('list-hosts', {}).then((reply) => {
      if (wanted && reply.ok) setResolved(reply.value)
    })
    return () => {
      wanted = false
    }
  }, [client])
  const rows = names.map((name) => {
    // What is known by that name is the live run's host.
    const known = elsewhere ? undefined : resolved.find((host) => host.name === name)
    const written = inventory.find((host) => host.name === name)
    return {
      name, address: known?.address ?? written?.address ?? name, user: known?.user ?? written?.user ?? null, port: known?.port ?? written?.port ?? 22,
      jump: known ? known.jump : written?.jump ? [written.jump] : [], isSystem: !rehearsal && written?.transport === 'ssh',
    }
  })
  return (
    <section className={styles.section}>
      <h3>{rehearsal ? 'Hosts, played by the rehearsal' : 'Hosts, as resolved'}</h3>
      <table className={styles.table}>
        <thead><tr><th scope="col">Host</th><th scope="col">Reached at</th><th scope="col">Through</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <td>{row.name}</td>
              <td><code>{row.user === null ? '' : `${row.user}@`}{row.address}:{row.port}</code></td>
              <td>{row.jump.length === 0 ? <span className={styles.dim}>directly</span> : <code>{row.jump.join(' → ')}</code>}{row.isSystem && <span className={styles.dim}>, by the system's ssh</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
