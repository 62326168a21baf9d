import { useMemo } from 'react'
import { describeResult } from '#domain/run/describe.ts'
import type { HostState } from '#domain/run/state.ts'
import { LOCAL_HOST } from '#domain/step.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatCounter } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { shortNames } from './host-names.ts'
import { useRun, useView } from './room-context.ts'
import styles from './step-hosts.module.css'

export interface StepHostsProps {
  stepId: string
  chosen: string | null
  onChoose: (host: string | null) => void
}

const NONE: Record<string, HostState> = {}
const urgency: Record<HostState['state'], number> = { failed: 0, unknown: 1, running: 2, queued: 3, succeeded: 4 }

/** One row a host, trouble first. Choosing one shows its output alone. */
export function StepHosts({ stepId, chosen, onChoose }: StepHostsProps) {
  const hosts = useRun((state) => state.steps[stepId]?.hosts ?? NONE)
  const rows = Object.entries(hosts).toSorted(([, one], [, other]) => urgency[one.state] - urgency[other.state])
  const short = useMemo(() => shortNames(Object.keys(hosts)), [hosts])
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <thead><tr><th scope="col">Host</th><th scope="col">State</th><th scope="col" className={styles.number}>Time</th><th scope="col">Result</th></tr></thead>
        <tbody>
          {rows.map(([name, host]) => (
            <tr key={name} className={classNames(chosen === name && styles.chosen)}>
              <th scope="row"><button type="button" className={styles.name} title={name} aria-pressed={chosen === name} onClick={() => onChoose(chosen === name ? null : name)}>{name === LOCAL_HOST ? 'this machine' : short(name)}</button></th>
              <td><StatusMark status={host.state} size="s" /></td>
              <td className={styles.number}><HostTime host={host} /></td>
              <td className={styles.result} title={resultOf(name, host)}>{resultOf(name, host)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A step that runs on no host has no exit code. */
function resultOf(name: string, { result }: HostState): string {
  if (result && result.outcome !== 'succeeded') return showControls(describeResult(result))
  return result && name !== LOCAL_HOST ? `exit ${result.exitCode}` : ''
}

function HostTime({ host }: { host: HostState }) {
  const text = useView((view) => (host.startedAt === null ? '–' : formatCounter((host.finishedAt ?? Math.max(view.now, host.startedAt)) - host.startedAt)))
  return <>{text}</>
}
