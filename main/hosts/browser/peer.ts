import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

/** Which user's program holds the other end of a connection on this machine; null where that cannot be known. */
export function userOfPeer({ remotePort, localPort }: Pick<Socket, 'remotePort' | 'localPort'>): number | null {
  if (process.platform !== 'linux' || remotePort === undefined || localPort === undefined) return null
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const user = userInTable(readTable(table), remotePort, localPort)
    if (user !== null) return user
  }
  return null
}

/** proc_net_tcp(5): `sl local:port remote:port state queues timer retransmits uid …`, ports in hexadecimal. */
export function userInTable(table: string, from: number, to: number): number | null {
  const ends = [from, to].map((port) => `[0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')}`)
  const uid = new RegExp(`^ *\\d+: ${ends.join(' ')} (?:\\S+ +){4}(\\d+) `, 'm').exec(table)?.[1]
  return uid === undefined ? null : Number(uid)
}

function readTable(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // Without /proc, or without IPv6, nothing is known of the other end.
    return ''
  }
}

/** Our own user, root, who may do anything anyway, and whoever called us through sudo. */
export function mayOpenSession(user: number | null, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return user === null || user === 0 || user === process.getuid?.() || (process.getuid?.() === 0 && env['SUDO_UID'] === String(user))
}
