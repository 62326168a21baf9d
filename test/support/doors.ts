import { vi } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import { startElectronHost } from '#hosts/electron/host.ts'
import type { Bridge, Dispatcher } from '#preload/bridge.ts'
import { createBrowserBridge } from '#preload/browser.ts'
import { createElectronBridge, type HoldpointApi } from '#preload/electron-bridge.ts'
import { createFakeElectron, createFakePreload } from './fake-electron.ts'
import { createLoopbackPage } from './loopback-page.ts'
import { createLoopbackRenderer } from './loopback-renderer.ts'

export interface OpenBridge {
  bridge: Bridge
  close(): Promise<void>
}

/** A dispatcher behind each door, reached through that door's own bridge: a real WebSocket, and a fake Electron that clones. */
export const doors: Record<'browser' | 'electron', (dispatcher: Dispatcher) => Promise<OpenBridge>> = {
  browser: async (dispatcher) => {
    const renderer = createLoopbackRenderer()
    const host = await startBrowserHost({ dispatcher, rendererPath: renderer.path })
    const bridge = createBrowserBridge(createLoopbackPage(host.url))
    return {
      bridge,
      async close() {
        bridge.close()
        await host.close()
        renderer.remove()
      },
    }
  },
  electron: async (dispatcher) => {
    const renderer = createLoopbackRenderer()
    const fake = createFakeElectron()
    await startElectronHost(fake.platform, {
      createApp: () => Promise.resolve({ dispatcher, running: () => [], close: () => Promise.resolve() }),
      rendererPath: renderer.path,
      preloadPath: '/preload.cjs',
    })
    const [window] = fake.windows
    if (!window) throw new Error('the Electron door opened no window')
    const preload = createFakePreload(fake, window)
    vi.resetModules()
    vi.doMock('electron', () => preload)
    await import('#preload/electron.ts')
    return {
      bridge: createElectronBridge(preload.exposed['holdpoint'] as HoldpointApi),
      close() {
        vi.doUnmock('electron')
        renderer.remove()
        return Promise.resolve()
      },
    }
  },
}
