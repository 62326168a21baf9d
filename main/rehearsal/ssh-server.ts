import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { AuthContext, ClientInfo, Connection, ServerChannel, Session } from 'ssh2'
import type { OnOutput } from '#kinds/ports.ts'
import type { AnswerEnd } from './answer.ts'
import type { KeyPair } from './keys.ts'

/** One exec request: what stands in for running it. `signal` aborts with the name of the signal that ends it. */
export interface ExecWork {
  /** What the client sent on stdin. */
  script: string
  write: OnOutput
  signal: AbortSignal
}

export interface SshServerOptions {
  hostKey: KeyPair
  /** The one account and the one public key (SSH wire form) that may log in. */
  user: string
  clientKey: Buffer
  /** While true nobody may log in, whatever the key. */
  isRefusing: () => boolean
  /** Whether stdin holds a whole script; without that it is whole when the client ends it. */
  isWhole: (script: string) => boolean
  exec: (work: ExecWork) => Promise<AnswerEnd>
}

export interface SshServer {
  port: number
  close(): Promise<void>
}

const LOGIN_IDLE_MS = 20_000
const MAX_SCRIPT_BYTES = 4 * 1024 * 1024

/**
 * An SSH server on 127.0.0.1 at a free port. It speaks the real protocol with real public-key authentication, and
 * executes nothing: every exec request is handed to `exec` once its script is whole. Everything else is refused.
 */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const ssh = new ssh2.Server({ hostKeys: [options.hostKey.privateKey], ident: 'Holdpoint_rehearsal' })
  const sockets = new Map<number, Socket>()
  const listener = createServer((socket) => {
    const port = socket.remotePort
    if (port === undefined) return void socket.destroy()
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
  session.on('exec', (accept) => {
    const channel = accept()
    channel.once('close', () => ending.abort('HUP'))
    // The client closed or cut the channel while output was under way: 'close' above has ended the work.
    channel.on('error', () => ending.abort('HUP'))
    answer(channel, socket, options, ending.signal).catch(() => socket.destroy())
  })
}

async function answer(channel: ServerChannel, socket: Socket, options: SshServerOptions, signal: AbortSignal): Promise<void> {
  const script = await readScript(channel, options.isWhole)
  const write: OnOutput = (stream, bytes) => void (stream === 'stdout' ? channel : channel.stderr).write(bytes)
  const end = await options.exec({ script, write, signal })
  if (end.end === 'dropped') return void socket.resetAndDestroy()
  if (end.end === 'signal') channel.exit(end.name, false, '')
  else channel.exit(end.code)
  channel.end()
}

function readScript(channel: ServerChannel, isWhole: (script: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const script = () => Buffer.concat(chunks).toString('utf8')
    channel.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_SCRIPT_BYTES) return reject(new Error('The script is too long.'))
      chunks.push(chunk)
      // Whatever follows is read and forgotten.
      if (chunk.includes('\n') && isWhole(script())) resolve(script())
    })
    channel.once('end', () => resolve(script()))
    channel.once('close', () => reject(new Error('The client left before the script had ended.')))
  })
}
