import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { STATUS_CODES } from 'node:http'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import type { Dispatcher } from '#preload/bridge.ts'
import { HelloMessage, closeCodes, maxMessageBytes } from '#preload/messages.ts'
import type { WelcomeMessage } from '#preload/messages.ts'
import { createSession } from '../session.ts'
import { refuseRequest } from './guard.ts'
import type { Links } from './links.ts'

const helloWithinMs = 5000
/** How long a page that is sent away may take to say goodbye. */
const goodbyeMs = 500
const maxPages = 32
/** Feeds pause when this much waits for a page to take it, so that a long log does not fill the memory. */
const fullBytes = 4 * 1024 * 1024
/** A page that asks and takes nothing is cut off; it resumes when it is back. */
const maxWaitingBytes = 64 * 1024 * 1024

export interface Sockets {
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  close(): void
}

export interface SocketsOptions {
  dispatcher: Dispatcher
  links: Links
  port: () => number
  /** The connection has shown a session's secret. */
  onWelcome: (connection: Duplex) => void
}

/** The WebSockets of the browser host: no message is looked at before the session's secret has been said. */
export function createSockets(options: SocketsOptions): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false, clientTracking: true })
  /** Those that have shown a secret; silent ones are strangers.ts' to limit. */
  const pages = new Set<WebSocket>()

  const upgrade: Sockets['upgrade'] = (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    const refusal = refuseRequest(request, options.port())
    if (refusal !== null) return turnAway(stream, refusal.status)
    if (request.url !== '/bridge') return turnAway(stream, 404)
    server.handleUpgrade(request, stream, head, (socket) => {
      welcome(socket, options, () => {
        if (pages.size >= maxPages) return false
        pages.add(socket)
        socket.once('close', () => pages.delete(socket))
        options.onWelcome(stream)
        return true
      })
    })
  }

  const close = (): void => {
    for (const socket of server.clients) {
      sendAway(socket, closeCodes.closing, 'Holdpoint is closing')
    }
    server.close()
  }

  return { upgrade, close }
}

/** Ends a connection politely, and all the same when the other side does not answer: ws itself would wait 30 s. */
function sendAway(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  setTimeout(() => socket.terminate(), goodbyeMs).unref()
}

function welcome(socket: WebSocket, { dispatcher, links }: SocketsOptions, takePlace: () => boolean): void {
  // ws closes the socket itself after an error (too large, not WebSocket); `close` below then tidies up.
  socket.on('error', () => {})
  const late = setTimeout(() => sendAway(socket, closeCodes.refused, 'no hello'), helloWithinMs)
  socket.on('close', () => clearTimeout(late))
  socket.once('message', (data, isBinary) => {
    clearTimeout(late)
    const secret = isBinary ? null : readHello(data)
    if (secret === null || !links.isSession(secret)) return sendAway(socket, closeCodes.refused, 'no session')
    if (!takePlace()) return sendAway(socket, closeCodes.full, 'too many pages')
    socket.send(JSON.stringify({ type: 'welcome' } satisfies WelcomeMessage))
    serve(socket, dispatcher)
  })
}

function serve(socket: WebSocket, dispatcher: Dispatcher): void {
  const session = createSession({
    dispatcher,
    send(text) {
      if (socket.readyState !== socket.OPEN) return
      socket.send(text, () => {
        if (socket.bufferedAmount < fullBytes / 2) session.drained()
      })
      if (socket.bufferedAmount > maxWaitingBytes) socket.terminate()
    },
    isFull: () => socket.bufferedAmount > fullBytes,
    onViolation: (reason) => sendAway(socket, closeCodes.violation, reason),
  })
  socket.on('message', (data, isBinary) => session.receive(isBinary ? null : textOf(data)))
  socket.on('close', () => session.end())
}

function readHello(data: RawData): string | null {
  const text = textOf(data)
  if (text.length > 1024) return null
  try {
    return HelloMessage.parse(JSON.parse(text)).secret
  } catch {
    // Whoever says anything else first is not our page.
    return null
  }
}

/** ws hands over one Buffer a message unless told otherwise. */
const textOf = (data: RawData): string => (data as Buffer).toString('utf8')

function turnAway(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
