import { vi } from 'vitest'
import { startBrowserHost } from '#hosts/browser/host.ts'
import { startElectronHost } from '#hosts/electron/host.ts'
import { createBrowserBridge } from '#preload/browser.ts'
import { createElectronBridge } from '#preload/electron-bridge.ts'
import type { HoldpointApi } from '#preload/electron-bridge.ts'
import { createFakeElectron, createFakePreload } from '#support/fake-electron.ts'
import { createLoopbackPage } from '#support/loopback-page.ts'
import { createLoopbackRenderer } from '#support/loopback-renderer.ts'
import { describeBridge } from './contract.ts'

describeBridge('the bridge over a WebSocket', async (dispatcher) => {
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
})

describeBridge("the bridge over Electron's IPC", async (dispatcher) => {
  const renderer = createLoopbackRenderer()
  const fake = createFakeElectron()
  await startElectronHost(fake.platform, {
    createApp: () => Promise.resolve({ dispatcher, close: () => Promise.resolve() }),
    rendererPath: renderer.path,
    preloadPath: '/preload.cjs',
  })
  const preload = createFakePreload(fake, fake.windows[0]!)
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
})
