import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import ssh2 from 'ssh2'
import type { AuthContext, ClientInfo, Connection, ServerChannel, Session } from 'ssh2'
import type { OnOutput } from '#kinds/ports.ts'
import type { KeyPair } from './keys.ts'

/** One exec request. `signal` aborts with the name of the signal that ends it, `HUP` when the client is gone. */
export interface ExecWork {
  command: string
  /** The client's standard input. */
  input: Readable
  write: OnOutput
  signal: AbortSignal
}

export type ExecEnd = { end: 'exit'; code: number } | { end: 'signal'; name: string }

export interface SshServerOptions {
  hostKey: KeyPair
  /** The one account and the one public key (SSH wire form) that may log in. */
  user: string
  clientKey: Buffer
  /** While true nobody may log in, whatever the key. */
  isRefusing: () => boolean
  /** While true every new connection is reset. */
  isDown: () => boolean
  exec: (work: ExecWork) => Promise<ExecEnd>
}

export interface SshServer {
  port: number
  /** Resets every connection there is. */
  cut(): void
  close(): Promise<void>
}

const LOGIN_IDLE_MS = 20_000

/**
 * An SSH server on 127.0.0.1 at a free port. It speaks the real protocol with real public-key authentication, and
 * executes nothing: every exec request is handed to `exec`. Everything else is refused.
 */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const ssh = new ssh2.Server({ hostKeys: [options.hostKey.privateKey], ident: 'Holdpoint_rehearsal' })
  const sockets = new Map<number, Socket>()
  const listener = createServer((socket) => {
    const port = socket.remotePort
    if (port === undefined || options.isDown()) return void socket.resetAndDestroy()
    sockets.set(port, socket)
    socket.once('close', () => sockets.delete(port))
    socket.setNoDelay(true)
    socket.setTimeout(LOGIN_IDLE_MS, () => socket.destroy())
    ssh.injectSocket(socket)
  })
  // ssh2 hides the socket of a connection; both are known by the client's port.
  ssh.on('connection', (connection: Connection, { port }: ClientInfo) => {
    const socket = sockets.get(port)
    if (socket) serve(connection, socket, options)
    else connection.end()
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    cut: () => {
      for (const socket of sockets.values()) socket.resetAndDestroy()
    },
    async close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      for (const socket of sockets.values()) socket.destroy()
      await closed
    },
  }
}

function serve(connection: Connection, socket: Socket, options: SshServerOptions): void {
  // A client that resets or breaks the protocol ends its own connection; ssh2 has closed it by the time this is called.
  connection.on('error', () => socket.destroy())
  connection.on('authentication', (context) => authenticate(context, options))
  connection.on('ready', () => {
    socket.setTimeout(0)
    connection.on('session', (accept) => serveSession(accept(), socket, options))
  })
}

function authenticate(context: AuthContext, { user, clientKey, isRefusing }: SshServerOptions): void {
  const refuse = () => context.reject(['publickey'])
  if (isRefusing() || context.username !== user || context.method !== 'publickey') return refuse()
  if (context.key.data.length !== clientKey.length || !timingSafeEqual(context.key.data, clientKey)) return refuse()
  if (!context.signature || !context.blob) return context.accept()
  const key = ssh2.utils.parseKey(context.key.data)
  if (key instanceof Error) return refuse()
  return key.verify(context.blob, context.signature, context.hashAlgo) === true ? context.accept() : refuse()
}

function serveSession(session: Session, socket: Socket, options: SshServerOptions): void {
  const ending = new AbortController()
  session.on('signal', (_accept, _reject, info) => ending.abort(info.name))
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept()
    channel.once('close', () => ending.abort('HUP'))
    // The client closed or cut the channel while output was under way: 'close' above has ended the work.
    channel.on('error', () => ending.abort('HUP'))
    answer(command, channel, options, ending.signal).catch(() => socket.destroy())
  })
}

async function answer(command: string, channel: ServerChannel, options: SshServerOptions, signal: AbortSignal): Promise<void> {
  const write: OnOutput = (stream, bytes) => void (stream === 'stdout' ? channel : channel.stderr).write(bytes)
  const end = await options.exec({ command, input: channel, write, signal })
  if (end.end === 'signal') channel.exit(end.name, false, '')
  else channel.exit(end.code)
  channel.end()
}
