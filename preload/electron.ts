import { contextBridge, ipcRenderer } from 'electron'
import type { HoldpointApi } from './electron-bridge.ts'
import type { ClientMessage } from './messages.ts'

const send = (message: ClientMessage): void => ipcRenderer.send('holdpoint', JSON.stringify(message))
let listener: ((text: string) => void) | null = null

// One handler for the life of the page; Electron's event object stays on this side.
ipcRenderer.on('holdpoint', (_event, text: unknown) => {
  if (typeof text === 'string') listener?.(text)
})

const api: HoldpointApi = {
  call: (id, name, input) => send({ type: 'call', id, name, input }),
  follow: (id, feed, input) => send({ type: 'follow', id, feed, input }),
  stop: (id) => send({ type: 'stop', id }),
  listen: (next) => {
    listener = next
  },
}

contextBridge.exposeInMainWorld('holdpoint', Object.freeze(api))
