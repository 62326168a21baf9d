import type { HostState } from '#domain/run/state.ts'
import { LOCAL_HOST } from '#domain/step.ts'
import { classNames } from '#renderer/ui/class-names.ts'
import { statusLooks } from '#renderer/ui/status-look.ts'
import styles from './host-dots.module.css'

const MOST = 8

/** One small mark a host, told apart by shape: ring, half, disc, square, diamond. Many hosts become a count a state. */
export function HostDots({ hosts }: { hosts: Record<string, HostState> }) {
  const entries = Object.entries(hosts).filter(([name]) => name !== LOCAL_HOST)
  if (entries.length === 0) return null
  const said = entries.map(([name, host]) => `${name} ${statusLooks[host.state].word.toLowerCase()}`).join(', ')
  return (
    <span className={styles.dots} title={said} aria-label={said} role="img">
      {entries.length <= MOST
        ? entries.map(([name, host]) => <i key={name} className={classNames(styles.dot, styles[host.state])} />)
        : <Counts hosts={entries.map(([, host]) => host.state)} />}
    </span>
  )
}

const order: HostState['state'][] = ['failed', 'unknown', 'running', 'queued', 'succeeded']

function Counts({ hosts }: { hosts: HostState['state'][] }) {
  return order.map((state) => ({ state, count: hosts.filter((one) => one === state).length })).filter(({ count }) => count > 0).map(({ state, count }) => (
    <span key={state} className={styles.count}><i className={classNames(styles.dot, styles[state])} />{count}</span>
  ))
}
