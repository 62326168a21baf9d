import type { Bridge } from './bridge.ts'
import { createLink } from './link.ts'

/**
 * What preload/electron.ts puts on the page as `window.holdpoint`: a closed list, and nothing but numbers, names and text
 * crosses it. No function returns a Promise: that keeps it clear of CVE-2026-70601.
 */
export interface HoldpointApi {
  call(id: number, name: string, input: unknown): void
  follow(id: number, feed: string, input: Record<string, unknown>): void
  stop(id: number): void
  /** One listener; each message is JSON text. */
  listen(listener: (text: string) => void): void
}

/** The bridge over Electron's IPC. Always connected: main and page live and die together. */
export function createElectronBridge(api: HoldpointApi): Bridge {
  const link = createLink((message) => {
    if (message.type === 'call') api.call(message.id, message.name, message.input)
    else if (message.type === 'follow') api.follow(message.id, message.feed, message.input)
    else api.stop(message.id)
  })
  api.listen((text) => link.receive(text))
  link.up()
  return link.bridge
}
