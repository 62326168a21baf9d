import { useMemo } from 'react'
import { useShallow } from 'zustand/shallow'
import { describeResult } from '#domain/run/describe.ts'
import type { HostState, RunState } from '#domain/run/state.ts'
import { findRunStep, isOnRealHosts } from '#domain/run/view.ts'
import { LOCAL_HOST } from '#domain/step.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { formatClock, formatCounter } from '#renderer/ui/format.ts'
import { Button } from '#renderer/ui/button.tsx'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { shortNames } from './host-names.ts'
import { useRun, useView, useZone } from './room-context.ts'
import { useActions } from './use-actions.ts'
import styles from './step-hosts.module.css'

export interface StepHostsProps {
  stepId: string
  chosen: string | null
  onChoose: (host: string | null) => void
}

const NONE: Record<string, HostState> = {}
const NO_NAMES: string[] = []
const urgency: Record<HostState['state'], number> = { failed: 0, unknown: 1, running: 2, queued: 3, succeeded: 4 }

/** One row a host, trouble first. Choosing one shows its output alone. */
export function StepHosts({ stepId, chosen, onChoose }: StepHostsProps) {
  const hosts = useRun((state) => state.steps[stepId]?.hosts ?? NONE)
  const excluded = useRun((state) => state.excluded)
  const planned = useRun(useShallow((state) => findRunStep(state, stepId)?.step.hosts ?? NO_NAMES))
  const { send } = useActions()
  const zone = useZone()
  const canInclude = useRun((state) => state.stage !== 'ended' && state.aborting === null)
  const isReal = useRun(isOnRealHosts)
  const left = planned.filter((name) => excluded[name] !== undefined && hosts[name] === undefined).map((name): [string, HostState | null] => [name, null])
  const rows: [string, HostState | null][] = [...Object.entries(hosts).toSorted(([, one], [, other]) => urgency[one.state] - urgency[other.state]), ...left]
  const short = useMemo(() => shortNames(Object.keys(hosts)), [hosts])
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <thead><tr><th scope="col">Host</th><th scope="col">State</th><th scope="col" className={styles.number}>Time</th><th scope="col">Result</th></tr></thead>
        <tbody>
          {rows.map(([name, host]) => (
            <tr key={name} className={classNames(chosen === name && styles.chosen)}>
              <th scope="row"><button type="button" className={styles.name} title={name} aria-pressed={chosen === name} onClick={() => onChoose(chosen === name ? null : name)}>{name === LOCAL_HOST ? 'this machine' : short(name)}</button></th>
              <td><StatusMark status={host?.state ?? 'excluded'} size="s" /></td>
              <td className={styles.number}>{host && <HostTime host={host} />}</td>
              <ResultCell
                text={[excludedWords(excluded[name], zone), host && resultOf(name, host, zone, isReal)].filter(Boolean).join(' · ')}
                takeBack={excluded[name] === undefined || !canInclude ? null : () => void send({ type: 'include-host', host: name, reason: '' })}
              />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ResultCell({ text, takeBack }: { text: string; takeBack: (() => void) | null }) {
  return (
    <td className={styles.result} title={text}>
      <div>
        <span>{text}</span>
        {takeBack && <Button size="s" variant="quiet" onClick={takeBack}>Take back</Button>}
      </div>
    </td>
  )
}

const excludedWords = (excluded: RunState['excluded'][string] | undefined, zone: string): string =>
  (excluded ? `excluded ${formatClock(excluded.at, zone)} by ${excluded.by}: ${excluded.reason}` : '')

/** A step that runs on no host has no exit code. */
function resultOf(name: string, { state, result, durable, linkLostAt }: HostState, zone: string, isReal: boolean): string {
  if (linkLostAt !== null) return `link lost since ${formatClock(linkLostAt, zone)}, still running there, retrying`
  // A rehearsal's hosts live and die with the program: there it says nothing.
  if (state === 'running' && durable === false && isReal) return 'not durable: a lost link makes it unknown'
  if (result && result.outcome !== 'succeeded') return showControls(describeResult(result))
  return result && name !== LOCAL_HOST ? `exit ${result.exitCode}` : ''
}

function HostTime({ host }: { host: HostState }) {
  const text = useView((view) => (host.startedAt === null ? '–' : formatCounter((host.finishedAt ?? Math.max(view.now, host.startedAt)) - host.startedAt)))
  return <>{text}</>
}
