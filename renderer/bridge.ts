import type { Bridge } from '#preload/bridge.ts'
import { createBrowserBridge } from '#preload/browser.ts'
import { createElectronBridge } from '#preload/electron-bridge.ts'
import type { HoldpointApi } from '#preload/electron-bridge.ts'

/** The door this page came through: Electron's preload when it is there, else the WebSocket to the browser host. */
export function openBridge(): Bridge {
  const { holdpoint } = window as { holdpoint?: HoldpointApi }
  return holdpoint === undefined ? createBrowserBridge() : createElectronBridge(holdpoint)
}
