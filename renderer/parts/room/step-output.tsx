import { useEffect, useState } from 'react'
import type { HostState } from '#domain/run/state.ts'
import type { Step } from '#domain/step.ts'
import { LogView } from '#renderer/parts/log/log-view.tsx'
import type { OutputStore } from '#renderer/stores/output.ts'
import { Tabs } from '#renderer/ui/tabs.tsx'
import { shortNames } from './host-names.ts'
import { useRun, useZone } from './room-context.ts'
import { StepWork } from './step-work.tsx'
import styles from './step-output.module.css'

export interface StepOutputProps {
  output: OutputStore
  stepId: string
  host: string | null
  onHost: (host: string | null) => void
  step: Step
}

const NONE: Record<string, HostState> = {}
const MOST_TABS = 6

/** The live output, all hosts merged or one, and the command it came from. */
export function StepOutput({ output, stepId, host, onHost, step }: StepOutputProps) {
  const zone = useZone()
  const names = Object.keys(useRun((state) => state.steps[stepId]?.hosts ?? NONE))
  const [command, setCommand] = useState(false)
  useEffect(() => output.getState().start(), [output])

  const short = shortNames(names)
  const shown = names.length <= MOST_TABS ? names : names.filter((name) => name === host)
  const tabs = [{ id: 'all', label: 'All hosts' }, ...(names.length > 1 ? shown.map((name) => ({ id: `host ${name}`, label: short(name) })) : []), { id: 'command', label: 'Command' }]
  const active = command ? 'command' : host !== null && names.length > 1 ? `host ${host}` : 'all'
  const change = (id: string): void => {
    setCommand(id === 'command')
    if (id !== 'command') onHost(id === 'all' ? null : id.slice('host '.length))
  }
  return (
    <div className={styles.output}>
      <Tabs label="Output" tabs={tabs} active={active} onChange={change}>
        {command
          ? <div className={styles.command}><StepWork step={step} /></div>
          : <LogView key={host ?? ''} output={output} zone={zone} nameOf={host === null && names.length > 1 ? short : null} empty="No output yet." />}
      </Tabs>
    </div>
  )
}
