import type { Host, MetricSource } from '#domain/inventory.ts'
import type { SourceTrial } from '#domain/source-trial.ts'
import type { Machine } from '#domain/run/lead.ts'
import type { HostView } from '#preload/contract.ts'
import type { Leftover } from '#kinds/ports.ts'
import type { Engine } from '#engine/engine.ts'
import type { Storage } from '#storage/storage.ts'
import type { SecretFault } from './check.ts'
import type { PromptDesk } from './prompts.ts'

/** What the handlers work with; app.ts puts it together. */
export interface ApiDeps {
  storage: Storage
  engine: Engine
  prompts: PromptDesk
  info: { version: string; door: 'electron' | 'browser'; platform: string; systemUser: string; machine: Machine }
  /** How a host would be reached and what is known of it, without connecting. Throws Problem. */
  describeHost(host: Host): Promise<Omit<HostView, 'name' | 'usedBy'>>
  /** What a host still holds of jobs. Connects. Throws Problem. */
  leftovers(host: Host, signal: AbortSignal): Promise<Leftover[]>
  /** Removes one that is over. True when it is gone, else why it was kept. Throws Problem. */
  clearLeftover(request: { host: Host; job: { id: string; run: string; token: number }; isRunOver: boolean; signal: AbortSignal }): Promise<true | string>
  /** Asks a metric's source once over the real network. */
  trySource(source: MetricSource, signal: AbortSignal): Promise<SourceTrial>
  secretFault: SecretFault
  /** A whole path, with `~` as home. Throws Problem `folder-relative`. */
  folderNamed(text: string): string
  /** Copies all data to a folder that has none; returns the copy's path. Throws `storage-…` Problems. */
  copyData(folder: string): Promise<string>
  /** The text of the runbook template. */
  template(): string
  /** Real time, epoch ms. */
  now(): number
  newId(): string
  /** Called when the library's runbooks have changed. */
  libraryChanged(): void
}
