import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { Client } from '#preload/client.ts'

/** `connecting` until the first word from main; `lostAt` is epoch ms on this machine. */
export type Connection = { state: 'connecting' } | { state: 'connected' } | { state: 'lost'; lostAt: number }
export type ConnectionStore = StoreApi<{ connection: Connection; start(): () => void }>

export function createConnectionStore(client: Client, now: () => number = Date.now): ConnectionStore {
  return createStore((set) => ({
    connection: { state: 'connecting' },
    start: () => client.onConnection(({ connected }) => set(({ connection }) => ({ connection: next(connection, connected, now()) }))),
  }))
}

function next(before: Connection, connected: boolean, now: number): Connection {
  if (connected) return { state: 'connected' }
  return before.state === 'lost' ? before : { state: 'lost', lostAt: now }
}
