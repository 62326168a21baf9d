import type { Duplex } from 'node:stream'

/** Connections that have not shown a session's secret. */
export interface Strangers {
  add(connection: Duplex): void
  /** It has shown the secret: it is never closed to make room. */
  welcome(connection: Duplex): void
}

/**
 * Anyone on this machine can connect and say nothing. At `most` strangers the oldest is closed for the next, so that
 * silence cannot keep our own page out: its requests are the newest, and answered within milliseconds. (Node's
 * maxConnections would close the newest.)
 */
export function createStrangers(most: number): Strangers {
  const waiting = new Set<Duplex>()
  return {
    add(connection) {
      waiting.add(connection)
      connection.once('close', () => waiting.delete(connection))
      if (waiting.size <= most) return
      const [oldest] = waiting
      if (oldest === undefined) return
      waiting.delete(oldest)
      oldest.destroy()
    },
    welcome: (connection) => void waiting.delete(connection),
  }
}
