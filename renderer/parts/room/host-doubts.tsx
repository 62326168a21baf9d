import { TriangleAlert } from 'lucide-react'
import { doubtfulHosts } from '#domain/run/host-check.ts'
import type { RunState } from '#domain/run/state.ts'
import { findRunStep, nextStep } from '#domain/run/view.ts'
import { showControls } from '#renderer/parts/log/ansi.ts'
import { useRun } from './room-context.ts'
import warning from './return-warning.module.css'
import styles from './host-doubts.module.css'

interface Doubt {
  hosts: string[]
  isReached: boolean
  why: string
}

const MOST_NAMED = 6

/** Before a step begins: on which of its hosts a lost link would leave its outcome unknown, and which could not be reached. */
export function HostDoubts({ stepId }: { stepId: string }) {
  const doubts = JSON.parse(useRun((state) => JSON.stringify(doubtsOf(state, stepId)))) as Doubt[]
  if (doubts.length === 0) return null
  return (
    <ul className={styles.doubts} aria-label="What is known of the hosts">
      {doubts.map(({ hosts, isReached, why }) => (
        <li key={`${isReached} ${why}`}>
          <TriangleAlert size={14} aria-hidden="true" />
          <span><b>{named(hosts)}</b> {isReached ? <><em>not durable</em>: {showControls(why)}. A lost link would leave the outcome unknown.</> : <><em>not reached</em>: {showControls(why)}</>}</span>
        </li>
      ))}
    </ul>
  )
}

/** The same in a line, beside the button that begins the next step. */
export function NextHostDoubts() {
  const text = useRun((state) => {
    const next = nextStep(state)
    const doubts = next === null || state.steps[next.id]?.status !== 'planned' ? [] : doubtsOf(state, next.id)
    const count = (isReached: boolean): string[] => doubts.filter((doubt) => doubt.isReached === isReached).flatMap(({ hosts }) => hosts)
    return [[count(true), 'not durable'] as const, [count(false), 'not reached'] as const].flatMap(([hosts, what]) => (hosts.length === 0 ? [] : [`${named(hosts)}: ${what}`])).join(' · ')
  })
  if (text === '') return null
  return <p className={warning.warning}><TriangleAlert size={14} aria-hidden="true" /><span>{text}. <b>Why is said with the step.</b></span></p>
}

/** Hosts of which the same is to be said, together. */
function doubtsOf(state: RunState, stepId: string): Doubt[] {
  const step = findRunStep(state, stepId)?.step
  const doubts: Doubt[] = []
  for (const { host, durable, why } of step === undefined ? [] : doubtfulHosts(state, step)) {
    const same = doubts.find((doubt) => doubt.isReached === (durable !== null) && doubt.why === why)
    if (same) same.hosts.push(host)
    else doubts.push({ hosts: [host], isReached: durable !== null, why })
  }
  return doubts
}

const named = (hosts: string[]): string => (hosts.length > MOST_NAMED ? `${hosts.length} hosts` : hosts.join(', '))
