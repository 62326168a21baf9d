import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

const LOOPBACK = /^(127(\.\d+){3}|::1|localhost)$/

/**
 * From now on every connection and name lookup of this process that leaves the machine is refused and noted, until
 * `restore`. It sits below every client, so nothing has to cooperate.
 */
export function refuseNetwork(): { attempts: string[]; restore: () => void } {
  const attempts: string[] = []
  const refuse = (what: string): Error => {
    attempts.push(what)
    return Object.assign(new Error(`No network in this test: ${what}`), { code: 'ENETUNREACH' })
  }
  // Kept to be put back, and called only with the socket they belong to.
  // oxlint-disable-next-line typescript/unbound-method
  const original = { connect: net.Socket.prototype.connect, lookup: dns.lookup, promised: dns.promises.lookup, send: dgram.Socket.prototype.send }

  const connect = function (this: net.Socket, ...given: unknown[]): net.Socket {
    const place = placeOf(given)
    if (place === null || LOOPBACK.test(place)) return Reflect.apply(original.connect, this, given) as net.Socket
    process.nextTick(() => this.destroy(refuse(`connect ${place}`)))
    return this
  }
  const lookup = (name: string, ...rest: unknown[]): void => {
    const answer = rest.at(-1) as (error: Error) => void
    if (LOOPBACK.test(name)) Reflect.apply(original.lookup, dns, [name, ...rest])
    else process.nextTick(() => answer(refuse(`lookup ${name}`)))
  }
  Object.assign(net.Socket.prototype, { connect })
  Object.assign(dns, { lookup })
  Object.assign(dns.promises, { lookup: (name: string) => Promise.reject(refuse(`lookup ${name}`)) })
  Object.assign(dgram.Socket.prototype, { send: () => { throw refuse('datagram') } })

  return {
    attempts,
    restore() {
      Object.assign(net.Socket.prototype, { connect: original.connect })
      Object.assign(dns, { lookup: original.lookup })
      Object.assign(dns.promises, { lookup: original.promised })
      Object.assign(dgram.Socket.prototype, { send: original.send })
    },
  }
}

/** Where a call of connect goes to: null for a socket file. net hands on its own normalised list as one argument. */
function placeOf(given: unknown[]): string | null {
  const [first, second] = Array.isArray(given[0]) ? (given[0] as unknown[]) : given
  if (typeof first === 'number') return typeof second === 'string' ? second : '127.0.0.1'
  if (typeof first === 'string') return null
  const { host, path } = first as { host?: string; path?: string }
  return path === undefined ? (host ?? '127.0.0.1') : null
}
