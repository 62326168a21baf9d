import { Fragment } from 'react'
import type { HostView } from '#preload/contract.ts'
import styles from './hosts-table.module.css'

const dash = <span className={styles.none}>–</span>

/** Every host a runbook names, as a connection would see it now: ~/.ssh/config applied, known keys looked up. */
export function HostsTable({ hosts }: { hosts: HostView[] }) {
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <thead>
          <tr><th>Host</th><th>Address</th><th>User</th><th>By way of</th><th>Identities</th><th>Known keys</th><th>Named in</th></tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <Fragment key={host.name}>
              <tr>
                <th scope="row">{host.name}</th>
                <td>{host.address === null ? dash : <code>{host.address}{host.port !== null && host.port !== 22 ? `:${host.port}` : ''}</code>}</td>
                <td>{host.user ?? dash}</td>
                <td>{host.jump.length === 0 ? 'direct' : host.jump.join(' → ')}{host.transport === 'ssh' && <span className={styles.by}>by the system's ssh</span>}</td>
                <td>{host.identity.length === 0 ? 'agent' : host.identity.map((file) => <code key={file} className={styles.line}>{file}</code>)}</td>
                <td>
                  {host.knownKeys.length === 0
                    ? <span className={styles.none}>asked at the first connection</span>
                    : host.knownKeys.map((key) => <code key={key.fingerprint} className={styles.line} title={key.source}>{key.type} {key.fingerprint}</code>)}
                </td>
                <td>{host.usedBy.join(', ')}</td>
              </tr>
              {host.notes.length > 0 && <tr className={styles.notes}><td /><td colSpan={6}>{host.notes.map((note) => <p key={note}>{note}</p>)}</td></tr>}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
