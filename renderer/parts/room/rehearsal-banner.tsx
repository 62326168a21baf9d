import { Zap } from 'lucide-react'
import { classNames } from '#renderer/ui/class-names.ts'
import { Kbd } from '#renderer/ui/kbd.tsx'
import type { Host } from '#domain/inventory.ts'
import { holdingTriggers, stuckSteps } from '#domain/run/view.ts'
import { faultRefusal } from './allowed.ts'
import { useRoom, useRun, useView } from './room-context.ts'
import styles from './rehearsal-banner.module.css'

/** Hatched, so that a rehearsal is told from a live run without reading and without colour. */
export function RehearsalBanner() {
  const rehearsal = useRun((state) => state.mode === 'rehearsal')
  const speed = useRun((state) => state.speed)
  const inventory = useRun((state) => state.inventory)
  const places = useRun((state) => placesOf(state.runbook.inventory.hosts))
  const ended = useRun((state) => state.stage === 'ended')
  if (!rehearsal) return null
  return (
    <div className={styles.banner} role="note">
      <strong>REHEARSAL</strong>
      {inventory === null
        ? <span>Embedded hosts and made-up metrics at {speed}× speed. No real host is touched.</span>
        : <span className={styles.real} title="Checks, metrics and secrets are made up.">Commands RUN on the real hosts of “{inventory}”: {places}.</span>}
      {!ended && <PlayAlong />}
      {!ended && inventory === null && <Faults />}
    </div>
  )
}

/** The first of the addresses: all are in the steps' facts. */
function placesOf(hosts: Host[]): string {
  const shown = hosts.slice(0, MOST_PLACES).map(({ address, name }) => address ?? name).join(', ')
  return hosts.length > MOST_PLACES ? `${shown} and ${hosts.length - MOST_PLACES} more` : shown
}

const MOST_PLACES = 2

function Faults() {
  const { view } = useRoom()
  const hasHosts = useRun((state) => state.runbook.inventory.hosts.length > 0)
  const refusal = useRun(faultRefusal)
  if (!hasHosts) return null
  return (
    <button type="button" className={styles.play} disabled={refusal !== null} title={refusal ?? undefined} onClick={() => view.getState().showFaults(true)}>
      <Zap size={12} aria-hidden="true" />
      Faults…
      <Kbd keys="h" />
    </button>
  )
}

function PlayAlong() {
  const { view } = useRoom()
  const on = useView((room) => room.playsAlong)
  const yours = useRun((state) => stuckSteps(state).length > 0 || holdingTriggers(state).length > 0)
  return (
    <button type="button" role="switch" aria-checked={on} className={classNames(styles.play, on && styles.on)} onClick={() => view.getState().playAlong(!on)}>
      <i className={styles.switch} aria-hidden="true" />
      {on ? (yours ? 'Playing along: this decision is yours' : 'Playing along: ticks and go decisions are made for you') : 'Play along: ticks and go decisions are made for you'}
      <Kbd keys="a" />
    </button>
  )
}
