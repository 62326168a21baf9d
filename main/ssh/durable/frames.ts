import type { OutputStream } from '#kinds/ports.ts'

export interface FrameListener {
  /** The host has answered; everything before that was noise of its login. */
  onHello(bootId: string): void
  onLine(words: string[]): void
  /** A piece of a frame as it arrived, valid only during the call. */
  onData(stream: OutputStream, offset: number, bytes: Buffer): void
  onLate(stream: OutputStream, bytes: Buffer): void
  /** What came is not the protocol; nothing more is read. */
  onGarbage(why: string): void
}

interface Body {
  kind: 'data' | 'late'
  stream: OutputStream
  offset: number
  left: number
}

const LONGEST_LINE = 4096
const LONGEST_NOISE = 256 * 1024
/** The helper tells no more late output of a stream than this. */
export const MOST_LATE = 64 * 1024

/** Reads the helper's replies (helper.ts) piece by piece. The host is not trusted: lengths, order and endings are checked. */
export function readFrames(nonce: string, listener: FrameListener): (bytes: Buffer) => void {
  const hello = `holdpoint ${nonce} `
  let rest: Buffer = Buffer.alloc(0)
  let body: Body | null = null
  let greeted = false
  let noise = 0
  let broken = false

  const fail = (why: string): void => {
    broken = true
    listener.onGarbage(why)
  }

  const takeLine = (line: string): void => {
    if (!greeted) {
      noise += line.length + 1
      if (line.startsWith(hello)) {
        greeted = true
        listener.onHello(line.slice(hello.length))
      } else if (noise > LONGEST_NOISE) fail('the login says more than it should')
      return
    }
    const words = line.split(' ')
    const [kind, stream, offset, length] = words
    if (kind !== 'data' && kind !== 'late') return listener.onLine(words)
    if ((stream !== 'out' && stream !== 'err') || !isCount(offset) || !isCount(length)) return fail('a frame has no length')
    if (kind === 'late' && Number(length) > MOST_LATE) return fail('more late output than was agreed on')
    body = { kind, stream: stream === 'out' ? 'stdout' : 'stderr', offset: Number(offset), left: Number(length) }
  }

  const takeBody = (open: Body, bytes: Buffer): void => {
    if (open.kind === 'data') listener.onData(open.stream, open.offset, bytes)
    else listener.onLate(open.stream, bytes)
    open.offset += bytes.length
    open.left -= bytes.length
  }

  return (bytes) => {
    let input = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    rest = Buffer.alloc(0)
    while (input.length > 0 && !broken) {
      const open: Body | null = body
      if (open !== null && open.left > 0) {
        const piece = input.subarray(0, open.left)
        input = input.subarray(piece.length)
        takeBody(open, piece)
      } else if (open !== null) {
        if (input[0] !== 0x0a) return fail('a frame is not as long as it said')
        input = input.subarray(1)
        body = null
      } else {
        const end = input.indexOf(0x0a)
        if (end === -1) {
          if (input.length > (greeted ? LONGEST_LINE : LONGEST_NOISE)) return fail('a line has no end')
          rest = Buffer.from(input)
          return
        }
        const line = input.subarray(0, end).toString('latin1')
        input = input.subarray(end + 1)
        takeLine(line)
      }
    }
  }
}

export const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,15}$/.test(text)
