import { createContext, useContext } from 'react'
import type { Client } from '#preload/client.ts'

/** The one way to main. Set by main.tsx; tests set one over a fake bridge. */
export const ClientContext = createContext<Client | null>(null)

export function useClient(): Client {
  const client = useContext(ClientContext)
  if (!client) throw new Error('useClient outside of ClientContext')
  return client
}
