import { Pause, Play, Undo2 } from 'lucide-react'
import { useStore } from 'zustand'
import { monitoringEndsAt } from '#domain/run/follow-up.ts'
import { isRollbackFailed, statusOf } from '#domain/run/view.ts'
import { canHandOver } from '#domain/run/hand-over.ts'
import { here } from '#renderer/stores/here.ts'
import { Button } from '#renderer/ui/button.tsx'
import { formatUntil } from '#renderer/ui/format.ts'
import { StatusMark } from '#renderer/ui/status-mark.tsx'
import { isAllowed, refusalOf, wayBack } from './allowed.ts'
import { ClockCluster } from './clock-cluster.tsx'
import { useRoom, useRun, useRunRoom, useView, useZone } from './room-context.ts'
import { useActions } from './use-actions.ts'
import styles from './top-bar.module.css'

/** Always in sight: what run this is, its state, its time, and the way back. */
export function TopBar() {
  const title = useRun((state) => state.runbook.title)
  const overview = useRun((state) => state.runbook.overview)
  const status = useRun(statusOf)
  const failedBack = useRun(isRollbackFailed)
  const zone = useZone()
  const watchedUntil = useRun(monitoringEndsAt)
  const watched = useView((view) => (watchedUntil === null ? null : `Monitoring until ${formatUntil(watchedUntil, view.now, zone)}`))
  const live = useRun((state) => state.mode === 'live')
  const ended = useRun((state) => state.stage === 'ended')
  const what = [overview.environment, overview.version].filter((part) => part !== null).join(' · ')
  return (
    <header className={styles.bar}>
      <div className={styles.name}>
        <h1 className={styles.title} title={title}>{what || title}</h1>
        <p className={styles.about}>{live ? 'Live run' : 'Rehearsal'}{overview.deploymentType !== null && ` · ${overview.deploymentType}`}</p>
      </div>
      <div className={styles.status}><StatusMark status={status} size="l" {...(failedBack && { word: 'Rollback failed' })} {...(watched !== null && { word: watched })} /></div>
      <ClockCluster />
      {!ended && (
        <div className={styles.controls}>
          {/* What only watches has no steps to pace, and its status is long. */}
          {watchedUntil === null && <Pace />}
          <Speed />
          <PauseButton />
          <HandOverButton />
          <AbortButton />
          <RollbackButton />
        </div>
      )}
    </header>
  )
}

function Pace() {
  const { send } = useActions()
  const automatic = useRun((state) => state.automatic)
  const ended = useRun((state) => !isAllowed(state, { type: 'set-pace', automatic: !state.automatic }))
  return (
    <div className={styles.segments} role="radiogroup" aria-label="Pace">
      {[true, false].map((choice) => (
        <button
          key={String(choice)} type="button" role="radio" aria-checked={automatic === choice} disabled={ended} className={styles.segment}
          title={choice ? 'Steps follow one another by themselves' : 'Each step waits for Enter'}
          onClick={() => void send({ type: 'set-pace', automatic: choice })}
        >
          {choice ? 'Auto' : 'Step by step'}
        </button>
      ))}
    </div>
  )
}

const SPEEDS = [1, 5, 10, 30, 60, 120]

function Speed() {
  const { send } = useActions()
  const speed = useRun((state) => state.speed)
  const settable = useRun((state) => isAllowed(state, { type: 'set-speed', speed: state.speed }))
  if (!settable) return null
  return (
    <label className={styles.speed} title="How fast the rehearsal's clock goes">
      <select aria-label="Rehearsal speed" value={speed} onChange={(event) => void send({ type: 'set-speed', speed: Number(event.target.value) })}>
        {[...new Set([...SPEEDS, speed])].toSorted((a, b) => a - b).map((one) => <option key={one} value={one}>{one}×</option>)}
      </select>
    </label>
  )
}

function PauseButton() {
  const { send } = useActions()
  const paused = useRun((state) => state.paused !== null)
  const can = useRun((state) => isAllowed(state, state.paused ? { type: 'resume' } : { type: 'pause', reason: '' }))
  const busy = useRunRoom((room) => room.pending.some((key) => key === 'pause:' || key === 'resume:'))
  return (
    <Button
      size="s" variant={paused ? 'primary' : 'quiet'} disabled={!can} busy={busy} shortcut="p" icon={paused ? <Play size={13} /> : <Pause size={13} />}
      onClick={() => void send(paused ? { type: 'resume' } : { type: 'pause', reason: '' })}
    >
      {paused ? 'Resume' : 'Pause'}
    </Button>
  )
}

function HandOverButton() {
  const { view } = useRoom()
  const machine = useStore(here, (store) => store.machine)
  const can = useRun((state) => canHandOver(state, machine))
  return can && <Button size="s" variant="quiet" className={styles.handOver} title="Copy the data, so that another machine can take the run over" onClick={() => view.getState().handOver(true)}>Hand over…</Button>
}

function AbortButton() {
  const { ask } = useActions()
  const can = useRun((state) => isAllowed(state, { type: 'abort', reason: '…' }))
  return <Button size="s" variant="quiet" className={styles.abort} disabled={!can} onClick={() => ask({ kind: 'abort', about: '' })}>Abort…</Button>
}

function RollbackButton() {
  const { ask } = useActions()
  const kind = useRun(wayBack)
  const refusal = useRun((state) => refusalOf(state, { type: wayBack(state), reason: '…' })?.message ?? null)
  return (
    <Button variant="danger" disabled={refusal !== null} title={refusal ?? undefined} shortcut="Shift+R" icon={<Undo2 size={14} />} onClick={() => ask({ kind, about: '' })}>
      {kind === 'abort-forward' ? 'Stop waiting' : 'Roll back'}
    </Button>
  )
}
