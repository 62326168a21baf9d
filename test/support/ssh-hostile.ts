import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import { generateKey } from '#rehearsal/keys.ts'
import { KexInit } from 'ssh2/lib/protocol/kex.js'
import type { Connection, ServerChannel } from 'ssh2'

export interface HostileOptions {
  login: 'accept' | 'refuse' | 'hang-up'
  /** The only cipher and MAC it offers; without strict key exchange unless that is asked for. */
  only?: { cipher: string; mac: string; isStrict: boolean }
  /** What happens once a command was asked for. Default: it ends with exit code 0. */
  onExec?: (channel: ServerChannel, connection: Connection) => void
}

export interface HostileServer {
  port: number
  /** `type base64`. */
  hostKey: string
  /** `method user` of every login that was tried. */
  attempts: string[]
  /** The most connections there were at once that had not logged in. */
  mostUnauthenticated(): number
  stop(): Promise<void>
}

/** An SSH server that does what a test tells it to. Runs nothing. */
export async function startHostileServer(options: HostileOptions): Promise<HostileServer> {
  const keys = generateKey()
  const attempts: string[] = []
  const connections = new Set<Connection>()
  const strangers = new Set<Connection>()
  let most = 0
  const server = new ssh2.Server({ hostKeys: [keys.privateKey] }, (connection) => {
    connections.add(connection)
    if (options.only !== undefined) offerOnly(connection, options.only)
    connection.on('error', () => undefined)
    strangers.add(connection)
    most = Math.max(most, strangers.size)
    connection.on('ready', () => strangers.delete(connection))
    connection.on('close', () => {
      connections.delete(connection)
      strangers.delete(connection)
    })
    connection.on('authentication', (login) => {
      attempts.push(`${login.method} ${login.username}`)
      if (options.login === 'accept' && login.method !== 'none') login.accept()
      else if (options.login === 'hang-up') connection.end()
      else login.reject(['publickey'])
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
