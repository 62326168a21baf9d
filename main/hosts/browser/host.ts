import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Problem } from '#domain/problem.ts'
import type { Dispatcher } from '#preload/bridge.ts'
import { readStaticFiles } from '../static-files.ts'
import { createLinks } from './links.ts'
import { userOfPeer } from './peer.ts'
import { createRequestHandler } from './requests.ts'
import { createSockets } from './sockets.ts'
import { createStrangers } from './strangers.ts'

export interface BrowserHost {
  /** `http://127.0.0.1:port`, without a token. */
  origin: string
  /** The first link, good for one tab. */
  url: string
  /** Another link, good for one more tab. */
  newLink(): string
  close(): Promise<void>
}

export interface BrowserHostOptions {
  dispatcher: Dispatcher
  /** The folder `vite build` made. */
  rendererPath: string
  /** Left out: any free port. */
  port?: number
  /** Called once with the first link. */
  openBrowser?: (url: string) => void
  now?: () => number
  /** Whose program is at the other end; left out: what the system says. */
  userOf?: (socket: Socket) => number | null
}

/**
 * Serves the app to browsers on this machine. Whoever gets past this can run commands on production: it listens on
 * 127.0.0.1 alone, guard.ts decides who may ask, links.ts who may talk, and session.ts what may be said.
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const links = createLinks(options.now ?? Date.now)
  let port = 0
  const shared = { links, port: () => port }
  const handle = createRequestHandler({ ...shared, userOf: options.userOf ?? userOfPeer, files: readStaticFiles(options.rendererPath) })
  const strangers = createStrangers(128)
  const sockets = createSockets({ ...shared, dispatcher: options.dispatcher, onWelcome: strangers.welcome })
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 16_384 }, (request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  server.on('connection', strangers.add)
  server.on('upgrade', (request, stream, head) => sockets.upgrade(request, stream, head))

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options.port)))
    server.listen({ host: '127.0.0.1', port: options.port ?? 0, exclusive: true }, resolve)
  })
  port = (server.address() as AddressInfo).port

  const origin = `http://127.0.0.1:${port}`
  // In the fragment, so that the token reaches neither server logs nor a Referer.
  const newLink = (): string => `${origin}/#token=${links.newToken()}`
  const url = newLink()
  options.openBrowser?.(url)

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      sockets.close()
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 500).unref()
    })

  return { origin, url, newLink, close }
}

function cannotListen(error: Error, port: number | undefined): Problem {
  return new Problem(
    'port-not-free',
    `Holdpoint cannot listen on 127.0.0.1${port === undefined ? '' : `:${port}`}: ${error.message}.`,
    'Nothing was started. Choose another port with --port, or leave it out and Holdpoint takes a free one.',
    error,
  )
}
