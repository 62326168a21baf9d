import { useState } from 'react'
import { CLICKED_FAULTS, CLICKED_FAULT_IDS, type ClickedFault } from '#domain/clicked-faults.ts'
import type { ProblemValue } from '#domain/problem.ts'
import type { RunState } from '#domain/run/state.ts'
import { runningSteps } from '#domain/run/view.ts'
import { Button } from '#renderer/ui/button.tsx'
import { Dialog } from '#renderer/ui/dialog.tsx'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import { useRoom, useRun, useView } from './room-context.ts'
import styles from './faults-dialog.module.css'

/** In a rehearsal: what can go wrong on a host, to be caused by a click. */
export function FaultsDialog() {
  const shown = useView((view) => view.faults)
  return shown && <Open />
}

function Open() {
  const { run, view } = useRoom()
  const hosts = JSON.parse(useRun((state) => JSON.stringify(hostsOf(state)))) as FaultHost[]
  const [chosen, setChosen] = useState<string | null>(null)
  const [busy, setBusy] = useState<ClickedFault | null>(null)
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const host = hosts.find(({ name }) => name === chosen) ?? hosts.find(({ running }) => running !== null) ?? hosts[0]
  const close = (): void => view.getState().showFaults(false)

  const cause = async (fault: ClickedFault): Promise<void> => {
    if (busy !== null || !host) return
    setBusy(fault)
    setProblem(null)
    const reply = await run.getState().send({ type: 'cause-fault', host: host.name, fault })
    setBusy(null)
    if (reply.ok) close()
    else setProblem(reply.problem)
  }

  return (
    <Dialog
      size="l" title="Cause a fault" onClose={close} actions={<Button variant="quiet" onClick={close} shortcut="Escape">Close</Button>}
      description="It befalls the command that runs on the host now, or else the next one there. The record says who caused it."
    >
      <fieldset className={styles.hosts}>
        <legend>Host</legend>
        {hosts.map(({ name, running }) => (
          <label key={name} className={styles.host}>
            <input type="radio" name="fault-host" value={name} checked={name === host?.name} data-autofocus={name === host?.name || undefined} onChange={() => setChosen(name)} />
            <code>{name}</code>
            {running !== null && <span>runs “{running}”</span>}
          </label>
        ))}
      </fieldset>
      <ul className={styles.faults} aria-label={`Faults for ${host?.name ?? 'no host'}`}>
        {CLICKED_FAULT_IDS.map((fault) => (
          <li key={fault}>
            <button type="button" className={styles.fault} aria-busy={busy === fault || undefined} onClick={() => void cause(fault)}>
              <strong>{CLICKED_FAULTS[fault].name}</strong>
              <span>{CLICKED_FAULTS[fault].does}</span>
            </button>
          </li>
        ))}
      </ul>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

interface FaultHost {
  name: string
  /** The title of the step whose command runs there. */
  running: string | null
}

function hostsOf(state: RunState): FaultHost[] {
  const running = runningSteps(state)
  return state.runbook.inventory.hosts.map(({ name }) => ({
    name, running: running.find(({ step }) => state.steps[step.id]?.hosts[name]?.state === 'running')?.step.title ?? null,
  }))
}
