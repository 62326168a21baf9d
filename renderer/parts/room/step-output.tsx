import { useEffect, useState } from 'react'
import type { HostState } from '#domain/run/state.ts'
import type { Step } from '#domain/step.ts'
import type { Place } from '#renderer/parts/log/lines.ts'
import { LogView } from '#renderer/parts/log/log-view.tsx'
import type { OutputStore } from '#renderer/stores/output.ts'
import { Tabs } from '#renderer/ui/tabs.tsx'
import { CompareOutputs } from './compare-outputs.tsx'
import { shortNames } from './host-names.ts'
import { useRun, useZone } from './room-context.ts'
import { StepWork } from './step-work.tsx'
import styles from './step-output.module.css'

export interface StepOutputProps {
  output: OutputStore
  stepId: string
  host: string | null
  /** Where it is shown from; its end when null. */
  place: Place | null
  onHost: (host: string | null) => void
  step: Step
}

const NONE: Record<string, HostState> = {}
const MOST_TABS = 6

/** The live output, all hosts merged or one, and the command it came from. */
export function StepOutput({ output, stepId, host, place, onHost, step }: StepOutputProps) {
  const zone = useZone()
  const names = Object.keys(useRun((state) => state.steps[stepId]?.hosts ?? NONE))
  const [aside, setAside] = useState<'command' | 'compare' | null>(null)
  // Whoever opens a line or a host's output wants to see it.
  const [opened, setOpened] = useState(place)
  if (opened !== place) {
    setOpened(place)
    setAside(null)
  }
  useEffect(() => output.getState().start(place), [output, place])

  const short = shortNames(names)
  const shown = names.length <= MOST_TABS ? names : names.filter((name) => name === host)
  const tabs = [{ id: 'all', label: 'All hosts' }, ...(names.length > 1 ? shown.map((name) => ({ id: `host ${name}`, label: short(name) })) : []), ...(names.length > 1 ? [{ id: 'compare', label: 'Compare' }] : []), { id: 'command', label: 'Command' }]
  const active = aside ?? (host !== null && names.length > 1 ? `host ${host}` : 'all')
  const change = (id: string): void => {
    const next = id === 'command' || id === 'compare' ? id : null
    setAside(next)
    if (next === null) onHost(id === 'all' ? null : id.slice('host '.length))
  }
  return (
    <div className={styles.output}>
      <Tabs label="Output" tabs={tabs} active={active} onChange={change}>
        {aside === 'command' && <div className={styles.command}><StepWork step={step} /></div>}
        {aside === 'compare' && <CompareOutputs stepId={stepId} names={names} host={host} />}
        {aside === null && <LogView key={host ?? ''} output={output} zone={zone} nameOf={host === null && names.length > 1 ? short : null} empty="No output yet." />}
      </Tabs>
    </div>
  )
}
