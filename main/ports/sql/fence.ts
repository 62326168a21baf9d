import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { Problem } from '#domain/problem.ts'

export interface Fence {
  /** What the driver takes for its socket; connected already. */
  stream: Duplex
  /** From now on the server may send so much. */
  allow(bytes: number): void
}

export interface FenceProblems {
  tooMuch(): Problem
  senseless(thrown: unknown): Problem
}

/**
 * Stands between the driver and a server that may be anybody. The driver keeps whatever it is sent, however long, and
 * throws at what it cannot read where nothing would catch it: both end the connection here, with a Problem.
 */
export function fence(socket: Socket, { tooMuch, senseless }: FenceProblems): Fence {
  let allowed = 0
  const stream = new Duplex({
    // The driver is handed each chunk itself, below: so what it throws is thrown here.
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => {
      socket.destroySoon()
      done()
    },
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  const self = { connect: () => process.nextTick(() => stream.emit('connect')), setNoDelay: () => stream, setKeepAlive: () => stream, ref: () => stream, unref: () => stream }
  socket.on('data', (chunk: Buffer) => {
    if (stream.destroyed) return
    allowed -= chunk.length
    if (allowed < 0) return void stream.destroy(tooMuch())
    try {
      stream.emit('data', chunk)
    } catch (thrown) {
      stream.destroy(thrown instanceof Problem ? thrown : senseless(thrown))
    }
  })
  socket.on('error', (error) => stream.destroy(error))
  socket.on('close', () => stream.destroy())
  return { stream: Object.assign(stream, self), allow: (bytes) => { allowed = bytes } }
}
