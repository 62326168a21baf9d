import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import { generateKey } from '#rehearsal/keys.ts'
import { KexInit } from 'ssh2/lib/protocol/kex.js'
import type { AuthenticationType, Connection, ServerChannel } from 'ssh2'

export interface HostileOptions {
  login: 'accept' | 'refuse' | 'hang-up' | 'never'
  /** The methods it names when it refuses. Default: publickey. */
  methods?: string[]
  /** What it asks interactively instead, each time in one go; it lets in who gives these answers. */
  asks?: { words: string[]; right: string[] }
  /** The only cipher and MAC it offers; without strict key exchange unless that is asked for. */
  only?: { cipher: string; mac: string; isStrict: boolean }
  /** What happens once somebody comes, after the key exchange. */
  onConnection?: (connection: Connection) => void
  /** What happens once a command was asked for. Default: it ends with exit code 0. */
  onExec?: (channel: ServerChannel, connection: Connection) => void
}

export interface HostileServer {
  port: number
  /** `type base64`. */
  hostKey: string
  /** `method user` of every login that was tried. */
  attempts: string[]
  /** What was typed to each of its questions. */
  answers: string[][]
  /** The most connections there were at once that had not logged in. */
  mostUnauthenticated(): number
  stop(): Promise<void>
}

/** An SSH server that does what a test tells it to. Runs nothing. */
export async function startHostileServer(options: HostileOptions): Promise<HostileServer> {
  const keys = generateKey()
  const attempts: string[] = []
  const answers: string[][] = []
  const connections = new Set<Connection>()
  const strangers = new Set<Connection>()
  let most = 0
  const server = new ssh2.Server({ hostKeys: [keys.privateKey] }, (connection) => {
    connections.add(connection)
    if (options.only !== undefined) offerOnly(connection, options.only)
    connection.on('error', () => undefined)
    connection.on('handshake', () => options.onConnection?.(connection))
    strangers.add(connection)
    most = Math.max(most, strangers.size)
    connection.on('ready', () => strangers.delete(connection))
    connection.on('close', () => {
      connections.delete(connection)
      strangers.delete(connection)
    })
    connection.on('authentication', (login) => {
      attempts.push(`${login.method} ${login.username}`)
      if (options.asks !== undefined && login.method === 'keyboard-interactive') {
        const { words, right } = options.asks
        login.prompt(words.map((prompt) => ({ prompt, echo: false })), (given) => {
          answers.push(given)
          if (right.every((answer, index) => answer === given[index])) login.accept()
          else login.reject(['keyboard-interactive'])
        })
        return
      }
      if (options.login === 'accept' && login.method !== 'none') login.accept()
      else if (options.login === 'hang-up') connection.end()
      else if (options.login !== 'never') login.reject((options.methods ?? ['publickey']) as AuthenticationType[])
    })
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec) => {
        const channel = acceptExec()
        channel.on('error', () => undefined)
        if (options.onExec) {
          options.onExec(channel, connection)
        } else {
          channel.exit(0)
          channel.end()
        }
      })
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: `ssh-ed25519 ${keys.publicKey.toString('base64')}`,
    attempts,
    answers,
    mostUnauthenticated: () => most,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of connections) connection.end()
      }),
  }
}

/** A server of ssh2 always offers strict key exchange, and a real one cannot be told not to: so its offer is replaced before it is sent. */
function offerOnly(connection: Connection, { cipher, mac, isStrict }: NonNullable<HostileOptions['only']>): void {
  const both = { cipher: [cipher], mac: [mac], compress: ['none'], lang: [] }
  const kex = ['curve25519-sha256', ...(isStrict ? ['kex-strict-s-v00@openssh.com'] : [])]
  const inside = connection as unknown as { _protocol: { _offer: unknown; _strictMode: boolean | undefined } }
  // It would go by the client's offer alone.
  if (!isStrict) inside._protocol._strictMode = false
  inside._protocol._offer = new KexInit({ kex, serverHostKey: ['ssh-ed25519'], cs: both, sc: both })
}

/** Sends a message that ssh2 would not, encrypted and signed as any other. */
export function sendRaw(connection: Connection, payload: Buffer): void {
  const { _protocol } = connection as unknown as { _protocol: { _cipher: { encrypt(packet: Uint8Array): void }; _packetRW: { write: { allocStart: number; alloc(size: number): Uint8Array; finalize(packet: Uint8Array): Uint8Array } } } }
  const { write } = _protocol._packetRW
  const packet = write.alloc(payload.length)
  packet.set(payload, write.allocStart)
  _protocol._cipher.encrypt(write.finalize(packet))
}

/** Sends it again and again, a few hundred a turn, until the connection ends. Returns how many went out so far. */
export function sendForEver(connection: Connection, payload: Buffer): () => number {
  let sent = 0
  let open = true
  connection.on('close', () => { open = false })
  const send = (): void => {
    for (let n = 0; open && n < 500; n++) {
      sendRaw(connection, payload)
      sent++
    }
    if (open) setImmediate(send)
  }
  send()
  return () => sent
}

/** A message of RFC 4250 to 4254: bytes as they are, texts with their length before them. */
export function message(...parts: (number | boolean | string | { word: number })[]): Buffer {
  return Buffer.concat(parts.map((part) => {
    if (typeof part === 'number') return Buffer.from([part])
    if (typeof part === 'boolean') return Buffer.from([part ? 1 : 0])
    const length = Buffer.alloc(4)
    if (typeof part === 'object') {
      length.writeUInt32BE(part.word)
      return length
    }
    length.writeUInt32BE(Buffer.byteLength(part))
    return Buffer.concat([length, Buffer.from(part)])
  }))
}
