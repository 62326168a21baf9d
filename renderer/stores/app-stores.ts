import { createContext, useContext } from 'react'
import type { Client } from '#preload/client.ts'
import { createConnectionStore } from './connection.ts'
import type { ConnectionStore } from './connection.ts'
import { createLibraryStore } from './library.ts'
import type { LibraryStore } from './library.ts'
import { createPromptStore } from './prompts.ts'
import type { PromptStore } from './prompts.ts'
import { createRunbookStore } from './runbook.ts'
import type { RunbookStore } from './runbook.ts'
import { createSettingsStore } from './settings.ts'
import type { SettingsStore } from './settings.ts'

/** The stores that live as long as the page. */
export interface AppStores {
  connection: ConnectionStore
  prompts: PromptStore
  library: LibraryStore
  settings: SettingsStore
  /** One a runbook, kept so that a draft outlives a look at another screen. */
  runbook(runbookId: string): RunbookStore
}

export function createAppStores(client: Client): AppStores {
  const runbooks = new Map<string, RunbookStore>()
  return {
    connection: createConnectionStore(client),
    prompts: createPromptStore(client),
    library: createLibraryStore(client),
    settings: createSettingsStore(client),
    runbook(runbookId) {
      const known = runbooks.get(runbookId)
      if (known) return known
      const made = createRunbookStore(client, runbookId)
      runbooks.set(runbookId, made)
      return made
    },
  }
}

export const AppStoresContext = createContext<AppStores | null>(null)

export function useAppStores(): AppStores {
  const stores = useContext(AppStoresContext)
  if (!stores) throw new Error('useAppStores outside of AppStoresContext')
  return stores
}
