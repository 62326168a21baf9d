import type { Duplex } from 'node:stream'

/**
 * Sends what is written in one turn together, in its order. ssh2 writes length, body and tag of each packet by themselves;
 * with TCP_NODELAY each would be a segment of its own, and wake the server. Ending and destroying send what is there first.
 */
export function gatherWrites(sock: Duplex): void {
  const own = { write: sock.write.bind(sock) as (bytes: Buffer) => boolean, end: sock.end.bind(sock), destroy: sock.destroy.bind(sock) }
  let gathered: Buffer[] = []
  const send = (): void => {
    if (gathered.length === 0) return
    const bytes = gathered.length === 1 ? gathered[0] : Buffer.concat(gathered)
    gathered = []
    if (bytes && sock.writable) own.write(bytes)
  }
  sock.write = (bytes: Buffer): boolean => {
    if (gathered.push(bytes) === 1) process.nextTick(send)
    return !sock.writableNeedDrain
  }
  sock.end = () => {
    send()
    return own.end()
  }
  sock.destroy = (error) => {
    send()
    return own.destroy(error)
  }
}
