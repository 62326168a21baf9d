import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'

export interface RawReply {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface RawRequest {
  port: number
  path?: string
  method?: string
  /** `host` is sent as given; nothing is added to it. */
  headers?: Record<string, string | string[]>
  body?: string
}

/** One HTTP request with exactly these headers, as no browser would let a test send them. */
export function sendRequest({ port, path = '/', method = 'GET', headers = {}, body }: RawRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Bytes as they are, for requests that no HTTP client would make; resolves with everything that came back. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

export interface RawSocket {
  socket: WebSocket
  /** Everything received so far. */
  received: Record<string, unknown>[]
  /** The close code, or the HTTP status where the upgrade was turned away. */
  ended: Promise<number>
}

/** A WebSocket with exactly these headers. */
export function openSocket(port: number, headers: Record<string, string> = { origin: `http://127.0.0.1:${port}` }, path = '/bridge'): RawSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  const received: Record<string, unknown>[] = []
  socket.on('message', (data) => received.push(JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>))
  const ended = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    socket.on('close', resolve)
    // What went wrong is told by the close code.
    socket.on('error', () => {})
  })
  return { socket, received, ended }
}
