import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { ProblemValue } from '#domain/problem.ts'
import type { Client } from '#preload/client.ts'
import type { AppInfo, CallInput, HostView, Settings } from '#preload/contract.ts'
import { here } from './here.ts'

export interface SettingsDesk {
  info: AppInfo | null
  settings: Settings | null
  hosts: HostView[] | null
  problem: ProblemValue | null
  load(): Promise<void>
  loadHosts(): Promise<void>
  /** The Problem when it was refused; what was set before then stands. */
  save(change: CallInput<'save-settings'>): Promise<ProblemValue | null>
}
export type SettingsStore = StoreApi<SettingsDesk>

export function createSettingsStore(client: Client): SettingsStore {
  return createStore((set) => ({
    info: null, settings: null, hosts: null, problem: null,
    async load() {
      const [info, settings] = await Promise.all([client.call('app-info', {}), client.call('read-settings', {})])
      if (info.ok) here.setState({ machine: info.value.machine })
      set({
        info: info.ok ? info.value : null,
        settings: settings.ok ? settings.value : null,
        problem: !info.ok ? info.problem : !settings.ok ? settings.problem : null,
      })
    },
    async loadHosts() {
      const hosts = await client.call('list-hosts', {})
      set(hosts.ok ? { hosts: hosts.value, problem: null } : { problem: hosts.problem })
    },
    async save(change) {
      const reply = await client.call('save-settings', change)
      if (!reply.ok) return reply.problem
      set({ settings: reply.value })
      return null
    },
  }))
}
