import { WebSocket as NodeSocket } from 'ws'
import type { BrowserBridgeOptions } from '#preload/browser.ts'

/** What a browser gives a page, for the browser bridge in Node: it says its Origin and Sec-Fetch-Site, and keeps a session. */
export function createLoopbackPage(url: string): BrowserBridgeOptions & { stored: Map<string, string>; sockets: NodeSocket[] } {
  const { origin, hash } = new URL(url)
  const stored = new Map<string, string>()
  const sockets: NodeSocket[] = []
  let token = new URLSearchParams(hash.slice(1)).get('token')
  return {
    origin,
    stored,
    sockets,
    takeToken: () => {
      const taken = token
      token = null
      return taken
    },
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    fetch: (target, init) => fetch(target, { ...init, headers: [...new Headers(init.headers), ['origin', origin]] }),
    createSocket: (target) => {
      const socket = new NodeSocket(target, { origin })
      // The bridge hears of failures through `close`, as in a browser.
      socket.on('error', () => {})
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    onRefused: () => {},
    backoffMs: () => 5,
  }
}
