import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What the proxy does to what passes. Byte counts are over both directions of one connection, from its start. */
export type ProxyFault =
  | { kind: 'none' }
  /** Both ends get a RST once that many bytes have passed; 0 = as soon as there is a connection. */
  | { kind: 'reset'; afterBytes: number }
  /** After that many bytes nothing passes any more and nobody is told: a pulled cable. */
  | { kind: 'silence'; afterBytes: number }
  /** The client gets a FIN once that many bytes have passed; what it sends still arrives, replies do not. */
  | { kind: 'half-close'; afterBytes: number }
  /** At most `bytes` every `everyMs`, each way. */
  | { kind: 'trickle'; bytes: number; everyMs: number }
  | { kind: 'latency'; ms: number }

export interface FaultProxy {
  port: number
  /** Holds from the next byte on, also for open connections. */
  setFault(fault: ProxyFault): void
  /** RST to every open connection, now. */
  resetAll(): void
  connections(): number
  close(): Promise<void>
}

/** A TCP proxy on 127.0.0.1 that does harm on request. */
export async function startFaultProxy(target: { host: string; port: number }): Promise<FaultProxy> {
  let fault: ProxyFault = { kind: 'none' }
  const links = new Set<Link>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const link = createLink(client, connect({ ...target, allowHalfOpen: true, noDelay: true }))
    links.add(link)
    client.once('close', () => links.delete(link))
    passOn(link, 'up', () => fault)
    passOn(link, 'down', () => fault)
    if (fault.kind === 'reset' && fault.afterBytes === 0) link.reset()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    setFault: (next) => void (fault = next),
    resetAll: () => links.forEach((link) => link.reset()),
    connections: () => links.size,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const link of links) link.reset()
      await closed
    },
  }
}

interface Link {
  client: Socket
  upstream: Socket
  passed: number
  reset(): void
}

function createLink(client: Socket, upstream: Socket): Link {
  const reset = () => {
    client.resetAndDestroy()
    upstream.resetAndDestroy()
  }
  client.setNoDelay(true)
  // An error at one end is the other end's too: a real path would carry the RST on.
  client.on('error', reset)
  upstream.on('error', reset)
  return { client, upstream, passed: 0, reset }
}

/** Carries one direction, chunk after chunk in order, through whatever fault holds when each chunk comes. */
function passOn(link: Link, way: 'up' | 'down', faultNow: () => ProxyFault): void {
  const [from, to] = way === 'up' ? [link.client, link.upstream] : [link.upstream, link.client]
  let queue = Promise.resolve()
  from.on('data', (chunk: Buffer) => {
    from.pause()
    queue = queue.then(() => carry(link, way, chunk, to, faultNow())).then(() => void from.resume())
  })
  from.on('end', () => void queue.then(() => faultNow().kind === 'silence' || to.writableEnded || void to.end()))
}

async function carry(link: Link, way: 'up' | 'down', chunk: Buffer, to: Socket, fault: ProxyFault): Promise<void> {
  const send = (bytes: Buffer) => {
    link.passed += bytes.length
    if (to.writable && bytes.length > 0) to.write(bytes)
  }
  if (fault.kind === 'none') return send(chunk)
  if (fault.kind === 'latency') {
    await wait(fault.ms)
    return send(chunk)
  }
  if (fault.kind === 'trickle') {
    for (let start = 0; start < chunk.length && to.writable; start += fault.bytes) {
      if (start > 0) await wait(fault.everyMs)
      send(chunk.subarray(start, start + fault.bytes))
    }
    return
  }

  const left = Math.max(0, fault.afterBytes - link.passed)
  if (fault.kind === 'half-close' && way === 'up') return send(chunk)
  send(chunk.subarray(0, left))
  if (chunk.length < left) return
  if (fault.kind === 'half-close' && !link.client.writableEnded) link.client.end()
  if (fault.kind === 'reset') to.write('', () => link.reset())
}
